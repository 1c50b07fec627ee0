import { HOUR, MINUTE } from "../../model/index.ts";
import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import type { Span } from "../definitions/durations.ts";
import type { TargetDirection } from "../definitions/targets.ts";
import type { MeasureInput } from "./measure-input.ts";

/** A target in the unit of its KPI's values: durations in milliseconds. */
export interface TargetValue {
  readonly direction: TargetDirection;
  readonly value: number;
  readonly text: string;
}

/** The target of a KPI; null when it has none. */
export function targetOf(
  kpi: KpiDefinition,
  { businessDayMs }: Pick<MeasureInput, "businessDayMs">,
): TargetValue | null {
  const { target } = kpi;
  if (target === null) return null;
  const value = target.kind === "duration" ? spanMs(target.span, businessDayMs) : target.value;
  return { direction: target.direction, value, text: target.text };
}

/** A target's span in the milliseconds that the measured clock counts. */
function spanMs(span: Span, businessDayMs: number): number {
  switch (span.unit) {
    case "minutes":
      return span.count * MINUTE;
    case "hours":
    case "business hours":
      return span.count * HOUR;
    case "days":
      return span.count * 24 * HOUR;
    case "weeks":
      return span.count * 168 * HOUR;
    default:
      return span.count * businessDayMs;
  }
}
