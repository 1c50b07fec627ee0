import type { Instant } from "../../model/index.ts";
import { hashText } from "../../model/index.ts";
import { addDays } from "../definitions/durations.ts";
import type { KpiResult } from "../measures/result.ts";
import { instantSql, quote } from "../measures/sql.ts";
import type { Star } from "./star.ts";

/** What names a value. */
export interface FigureName extends Pick<KpiResult, "definition" | "window"> {
  readonly scope: { readonly type: string; readonly key: string };
}

/** Names a value: the same for the same definition, scope and period, whenever it is computed. */
export function snapshotKey({ definition, scope, window }: FigureName): string {
  return hashText([definition, scope.type, scope.key, window.text, window.fromDay].join("\0")).slice(0, 16);
}

/** Writes KPI values, those under a gate with its reason; durations in seconds like every other duration of the star. */
export function appendResults(
  star: Star,
  results: readonly KpiResult[],
  asOf: Instant,
  gateOf: (kpi: string) => string | null,
): void {
  for (const result of results) {
    const gate = gateOf(result.kpi);
    const scale = result.unit === "milliseconds" ? 1000 : 1;
    const scaled = (value: number | null | undefined): number | null => (value == null ? null : value / scale);
    const reasons = Object.entries(result.excluded).map(([reason, count]) => `${count} ${reason}`);
    star.append("fact_kpi_snapshot", {
      snapshot_key: snapshotKey(result),
      kpi_key: result.kpi,
      scope_type: result.scope.type,
      scope_key: result.scope.key,
      window_text: result.window.text,
      period_start: result.window.fromDay,
      period_end: addDays(result.window.toDay, -1),
      as_of: asOf,
      is_shown: result.shown ? 1 : 0,
      value: scaled(result.value),
      unit: result.unit === "milliseconds" ? "seconds" : result.unit,
      numerator: result.unit === "milliseconds" ? null : result.numerator,
      denominator: result.unit === "milliseconds" ? null : result.denominator,
      n: result.n,
      n_open: result.nOpen,
      n_excluded: Object.values(result.excluded).reduce((sum, count) => sum + count, 0),
      excluded_because: reasons.length === 0 ? null : reasons.join(", "),
      ci_low: scaled(result.interval?.low),
      ci_high: scaled(result.interval?.high),
      bound: scaled(result.bound),
      p90: scaled(result.p90),
      target: scaled(result.target),
      status: gate === null ? result.verdict : "gated",
      gated: gate === null ? 0 : 1,
      reason: gate ?? result.reason,
      sentence: result.sentence,
      money_at_stake: result.moneyAtStake,
      definition_version: result.definition,
      is_restated: 0,
      former_value: null,
      restated_because: null,
      restated_at: null,
    });
  }
  star.flush();
}

/** A figure that is not what was published for it before. */
export interface RestatedFigure {
  readonly result: KpiResult;
  /** In the result's own unit. */
  readonly formerValue: number | null;
  readonly because: readonly string[];
  /** When it was published as what it is now. */
  readonly at: Instant;
}

/** Marks figures of the star that restate published ones. */
export async function markRestated(star: Star, restated: readonly RestatedFigure[]): Promise<void> {
  if (restated.length === 0) return;
  const rows = restated.map(({ result, formerValue, because, at }) => {
    const former = formerValue === null ? "NULL" : String(formerValue / (result.unit === "milliseconds" ? 1000 : 1));
    const times = `${instantSql(at)}, ${instantSql(star.local.wall(at))}`;
    return `(${quote(snapshotKey(result))}, CAST(${former} AS DOUBLE), ${quote(because.join("; "))}, ${times})`;
  });
  await star.run(`UPDATE fact_kpi_snapshot SET is_restated = 1, former_value = was.former, restated_because = was.because,
    restated_at = was."at", restated_at_local = was.at_local
    FROM (VALUES ${rows.join(", ")}) AS was(k, former, because, "at", at_local) WHERE snapshot_key = was.k`);
}

/** A published figure of a period that is still measured, of which nothing is measured any more. */
export interface WithdrawnFigure extends FigureName, Pick<KpiResult, "kpi" | "unit"> {
  /** In its unit. */
  readonly formerValue: number | null;
  readonly because: readonly string[];
  /** When it was withdrawn. */
  readonly at: Instant;
}

/** Writes figures that were withdrawn, without a value and never shown: who looks for one finds why it is no more. */
export function appendWithdrawn(star: Star, withdrawn: readonly WithdrawnFigure[], asOf: Instant): void {
  for (const figure of withdrawn) {
    const because = figure.because.join("; ");
    star.append("fact_kpi_snapshot", {
      snapshot_key: snapshotKey(figure),
      kpi_key: figure.kpi,
      scope_type: figure.scope.type,
      scope_key: figure.scope.key,
      window_text: figure.window.text,
      period_start: figure.window.fromDay,
      period_end: addDays(figure.window.toDay, -1),
      as_of: asOf,
      is_shown: 0,
      value: null,
      unit: figure.unit === "milliseconds" ? "seconds" : figure.unit,
      numerator: null,
      denominator: null,
      n: 0,
      n_open: 0,
      n_excluded: 0,
      excluded_because: null,
      ci_low: null,
      ci_high: null,
      bound: null,
      p90: null,
      target: null,
      status: "withdrawn",
      gated: 0,
      reason: because,
      sentence: `Withdrawn: ${because}.`,
      money_at_stake: null,
      definition_version: figure.definition,
      is_restated: 1,
      former_value:
        figure.formerValue === null ? null : figure.formerValue / (figure.unit === "milliseconds" ? 1000 : 1),
      restated_because: because,
      restated_at: figure.at,
    });
  }
  star.flush();
}
