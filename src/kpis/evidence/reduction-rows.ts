import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { formatDuration } from "../definitions/durations.ts";
import type { Baseline } from "../measures/baseline.ts";
import { baselineOf, followedCases, leftOut } from "../measures/reduction-cohort.ts";
import { MIN_TO_CLAIM } from "../measures/reduction-result.ts";
import type { KpiResult } from "../measures/result.ts";
import { listSql } from "../measures/sql.ts";
import type { SqlRow } from "../star/star.ts";
import { BARE, textOf } from "./row.ts";
import type { EvidenceInput, EvidenceRow } from "./row.ts";

/** The cases of the current cohort, slowest first; those not ended within the follow-up are pending. All processes' for the company. */
export async function reductionRows(
  kpi: KpiDefinition,
  result: KpiResult,
  input: EvidenceInput,
): Promise<readonly EvidenceRow[]> {
  const parts =
    result.scope.type === "company"
      ? input.results.filter(({ kpi: name, shown, scope }) => name === kpi.name && shown && scope.type === "process")
      : [result];
  const rows: EvidenceRow[] = [];
  for (const part of parts) {
    const process = input.processes.filter(({ name }) => name === part.scope.key).at(-1);
    const baseline = process === undefined ? null : await baselineOf(kpi, process, input, input.baselines);
    if (process === undefined || baseline === null) continue;
    // As one number over all processes only those speak that could claim anything for themselves.
    if (result.scope.type === "company" && !couldClaim(part, baseline)) continue;
    const cohort = await followedCases(process, baseline, part.window, input);
    // The one number over all processes leaves out whole processes, not cases of them.
    const others = result.scope.type === "company" ? [] : await leftOut(process, baseline, part.window, input);
    const names = await namesOf(
      [...cohort, ...others].map(({ caseKey }) => caseKey),
      input,
    );
    for (const { caseKey, reason } of others) {
      rows.push({
        ...BARE,
        ...named(names.get(caseKey)),
        key: caseKey,
        standing: "excluded",
        denominator: 0,
        because: reason,
      });
    }
    const slow = part.denominator;
    for (const { caseKey, duration, ended } of cohort) {
      const known = names.get(caseKey);
      rows.push({
        ...BARE,
        key: caseKey,
        ...named(known),
        standing: ended ? "counted" : "pending",
        denominator: ended ? 1 : 0,
        against: ended && slow !== null && duration > slow,
        durationMs: duration,
        because: ended ? `took ${formatDuration(duration)}` : `not ended after ${formatDuration(duration)}`,
      });
    }
  }
  const rank = ({ standing, against }: EvidenceRow): number =>
    standing === "excluded" ? 3 : standing === "pending" ? 2 : against ? 0 : 1;
  return rows.sort((a, b) => rank(a) - rank(b) || (b.durationMs ?? 0) - (a.durationMs ?? 0));
}

function named(known: SqlRow | undefined): Pick<EvidenceRow, "name" | "url" | "system" | "caseId" | "at"> {
  if (known === undefined) return { name: null, url: null, system: null, caseId: null, at: null };
  return {
    name: textOf(known, "case_name"),
    url: textOf(known, "url"),
    system: textOf(known, "system_key"),
    caseId: textOf(known, "case_id"),
    at: typeof known["started_at"] === "number" ? known["started_at"] : null,
  };
}

function couldClaim({ n, value }: KpiResult, { cases }: Baseline): boolean {
  return value !== null && n >= MIN_TO_CLAIM && cases.filter(({ ended }) => ended).length >= MIN_TO_CLAIM;
}

async function namesOf(keys: readonly string[], { star }: EvidenceInput): Promise<ReadonlyMap<string, SqlRow>> {
  const rows = await star.query(
    `SELECT case_key, case_name, case_id, system_key, url, started_at FROM fact_case WHERE case_key IN ${listSql(keys)}`,
  );
  return new Map(rows.map((row) => [String(row["case_key"]), row]));
}
