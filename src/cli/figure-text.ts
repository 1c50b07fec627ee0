import { businessText } from "../kpis/index.ts";
import type { KpiResult } from "../kpis/index.ts";
import { DAY, HOUR, MINUTE } from "../model/index.ts";

/** What a figure's numbers are told in. */
export type Told = Pick<KpiResult, "unit" | "businessDayMs">;

export const AS_SHARE: Told = { unit: "ratio", businessDayMs: null };

/** `57.3 %`, `12.4 days`, `3.2 hours`, `4.6 business days`; a dash for what is not known. */
export function formatValue(value: number | null, { unit, businessDayMs }: Told): string {
  if (value === null) return "–";
  if (businessDayMs !== null) return businessText(value, businessDayMs);
  if (unit === "ratio") return `${(value * 100).toFixed(1)} %`;
  if (unit === "number" || unit === "money")
    return value.toLocaleString("en-US", { maximumFractionDigits: unit === "money" ? 0 : 1 });
  if (Math.abs(value) >= 2 * DAY) return `${(value / DAY).toFixed(1)} days`;
  if (Math.abs(value) >= HOUR) return `${(value / HOUR).toFixed(1)} hours`;
  return `${(value / MINUTE).toFixed(0)} min`;
}
