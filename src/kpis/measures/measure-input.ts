import type { Instant } from "../../model/index.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import type { Reporting } from "../definitions/windows.ts";
import type { Star } from "../star/star.ts";

/** What every measure needs besides its KPI. */
export interface MeasureInput {
  readonly star: Star;
  readonly asOf: Instant;
  readonly reporting: Reporting;
  readonly processes: readonly ProcessDefinition[];
  /** Milliseconds of a business day, for targets in business days. */
  readonly businessDayMs: number;
}
