import { asana } from "./asana/index.ts";
import type { ConnectorDefinition } from "./kit/index.ts";
import { monday } from "./monday/index.ts";
import { salesforce } from "./salesforce/index.ts";
import { tableau } from "./tableau/index.ts";

/** Every system the hub can speak to. A new one is a folder beside these and a line here. */
export const CONNECTORS: readonly ConnectorDefinition[] = [salesforce, asana, monday, tableau];
