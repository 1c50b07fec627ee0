import type { Instant } from "../../model/index.ts";
import type { MeasureSource } from "../input.ts";
import { CASE_FACTS } from "../star/kept-tables.ts";
import type { CacheRow } from "../star/kept-tables.ts";
import type { Star } from "../star/star.ts";
import type { Procedure } from "./procedure.ts";
import { answerNow } from "./trace.ts";
import type { CaseLookups } from "./trace.ts";
import { procedureText } from "./version.ts";

/** What a refresh has to do with the objects of one process. */
export interface Due {
  /** Objects there are. */
  readonly seen: number;
  /** How many of them have to be built a case of, again or for the first time. */
  readonly stale: number;
}

const OF_CASES = [...CASE_FACTS, "kept_case", "kept_answer"];

/**
 * Finds what is no longer as it was when its case was built (its object, its procedure, what it had asked for, or the time) and
 * lets go of it, and of what is no more. All of it stands in the caller's transaction.
 * @returns what is due, by process, and how many objects are gone
 */
export async function dropStale(
  star: Star,
  procedures: readonly Procedure[],
  source: MeasureSource,
  lookups: CaseLookups,
  asOf: Instant,
): Promise<{ readonly due: ReadonlyMap<string, Due>; readonly removed: number }> {
  await noteSeen(star, procedures, source);
  await noteRetold(star, lookups);
  await star.run(`
    CREATE OR REPLACE TEMP TABLE work_stale AS
    WITH retold AS (SELECT DISTINCT case_key FROM kept_answer JOIN work_retold USING (question, answer))
    SELECT s.process, s.object_id FROM work_seen s LEFT JOIN kept_case k ON k.process = s.process AND k.object_id = s.object_id
    LEFT JOIN retold r ON r.case_key = k.case_key
    WHERE k.case_key IS NULL OR r.case_key IS NOT NULL OR k.made_of <> s.made_of OR ${asOf} < k.holds_from OR ${asOf} >= k.holds_until`);
  await star.run(`
    CREATE OR REPLACE TEMP TABLE work_gone AS
    SELECT k.case_key, s.object_id IS NULL AS removed FROM kept_case k
    LEFT JOIN work_seen s ON s.process = k.process AND s.object_id = k.object_id
    LEFT JOIN work_stale t ON t.process = k.process AND t.object_id = k.object_id
    WHERE s.object_id IS NULL OR t.object_id IS NOT NULL`);
  const [gone] = await star.query(
    "SELECT count(*) AS n, count(*) FILTER (WHERE removed) AS removed, (SELECT count(*) FROM kept_case) AS kept FROM work_gone",
  );
  const n = Number(gone?.["n"] ?? 0);
  const which = n === Number(gone?.["kept"] ?? 0) ? "" : " WHERE case_key IN (SELECT case_key FROM work_gone)";
  if (n > 0) for (const table of OF_CASES) await star.run(`DELETE FROM ${table}${which}`);
  const rows = await star.query(`
    SELECT s.process AS process, count(*) AS seen, count(t.object_id) AS stale
    FROM work_seen s LEFT JOIN work_stale t ON t.process = s.process AND t.object_id = s.object_id GROUP BY s.process`);
  return {
    due: new Map(
      rows.map((row) => [String(row["process"]), { seen: Number(row["seen"]), stale: Number(row["stale"]) }]),
    ),
    removed: Number(gone?.["removed"] ?? 0),
  };
}

/** The objects of a process that are due. */
export async function staleObjects(star: Star, process: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const rows of star.stream("SELECT object_id FROM work_stale WHERE process = $1", [process]))
    for (const [id] of rows) if (typeof id === "string") ids.add(id);
  return ids;
}

/** Without digests there is nothing to compare: no object counts as seen before. */
async function noteSeen(star: Star, procedures: readonly Procedure[], source: MeasureSource): Promise<void> {
  await star.run("DELETE FROM work_seen");
  if (source.digests === undefined) return;
  for (const { name, versions, first } of procedures) {
    const procedure = procedureText(versions);
    for await (const page of source.digests(first.caseType, first.joins)) {
      for (const { id, digest } of page)
        star.append("work_seen", { process: name, object_id: id, made_of: `${procedure} ${digest}` });
    }
  }
  star.flush();
}

/** Asks everything again that any case asked, each question once. */
async function noteRetold(star: Star, lookups: CaseLookups): Promise<void> {
  await star.run("DELETE FROM work_retold");
  const retold: CacheRow<"work_retold">[] = [];
  for await (const rows of star.stream("SELECT DISTINCT question, answer FROM kept_answer")) {
    for (const [question, answer] of rows) {
      if (typeof question !== "string" || typeof answer !== "string") continue;
      if (answerNow(lookups, question) !== answer) retold.push({ question, answer });
    }
  }
  for (const row of retold) star.append("work_retold", row);
  star.flush();
}
