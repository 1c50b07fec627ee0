import type { FileKind } from "../file-kind.ts";
import { handoffKind } from "./handoffs.ts";
import { kpiKind } from "./kpis.ts";
import { processKind } from "./processes.ts";

export { handoffKind, kpiKind, processKind };

/** The kinds of files beside those the configuration itself knows; a later one may refer to an earlier one. */
export const STANDARD_KINDS: readonly FileKind<unknown>[] = [handoffKind, processKind, kpiKind];
