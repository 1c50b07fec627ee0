import type { KpiResult } from "../kpis/index.ts";
import { DAY, HOUR, MINUTE } from "../model/index.ts";

/** `57.3 %`, `12.4 days`, `3.2 hours`; a dash for what is not known. */
export function formatValue(value: number | null, unit: KpiResult["unit"]): string {
  if (value === null) return "–";
  if (unit === "ratio") return `${(value * 100).toFixed(1)} %`;
  if (unit === "number" || unit === "money")
    return value.toLocaleString("en-US", { maximumFractionDigits: unit === "money" ? 0 : 1 });
  if (Math.abs(value) >= 2 * DAY) return `${(value / DAY).toFixed(1)} days`;
  if (Math.abs(value) >= HOUR) return `${(value / HOUR).toFixed(1)} hours`;
  return `${(value / MINUTE).toFixed(0)} min`;
}
