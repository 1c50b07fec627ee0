import type { Restatement } from "../sync/index.ts";
import { figureId } from "./kpi-question.ts";
import { formatValue } from "./figure-text.ts";

/** Restatements that a terminal lists; the rest are counted. */
const FIRST = 10;

/** Which published figures are others now, and why; nothing when none is. What is shown on a dashboard comes first. */
export function formatRestatements(restatements: readonly Restatement[]): string {
  if (restatements.length === 0) return "";
  const ordered = restatements.toSorted((a, b) => Number(b.figure.shown) - Number(a.figure.shown));
  const more = ordered.length - FIRST;
  const count = restatements.length.toLocaleString("en-US");
  return [
    restatements.length === 1
      ? "One published figure is another one now:\n"
      : `${count} published figures are others now:\n`,
    ...ordered.slice(0, FIRST).map(({ figure, result, before, formerValue, because }) => {
      const day = new Date(before.asOf).toISOString().slice(0, 10);
      const now = result === null ? "now withdrawn" : `now ${formatValue(result.value, result)} of ${result.n}`;
      return `  ${figureId(figure)}: ${formatValue(formerValue, figure)} as of ${day}, ${now}; ${because.join("; ")}\n`;
    }),
    more > 0 ? `  and ${more.toLocaleString("en-US")} more; hub measure --json has them all\n` : "",
  ].join("");
}

/** Which KPIs are gated and why, one reason a line; nothing when none is. */
export function formatGates(gates: ReadonlyMap<string, string>): string {
  const byReason = Map.groupBy(gates, ([, reason]) => reason);
  return [...byReason].map(([reason, kpis]) => `  ${kpis.map(([kpi]) => kpi).join(", ")}: ${reason}\n`).join("");
}
