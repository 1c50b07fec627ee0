import { asanaHarness } from "../connectors/asana/harness.ts";
import { mondayHarness } from "../connectors/monday/harness.ts";
import { salesforceHarness } from "../connectors/salesforce/harness.ts";
import type { Harness } from "./harness.ts";

/** Every connector that has to pass. */
export const HARNESSES: readonly Harness[] = [salesforceHarness, asanaHarness, mondayHarness];
