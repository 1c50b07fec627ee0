import type { Instant } from "../../model/index.ts";
import { caseKey, createCaseBuilder } from "../cases/build-case.ts";
import type { Case } from "../cases/case.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import type { MeasureSource } from "../input.ts";
import { quote } from "../measures/sql.ts";
import { appendCase } from "../star/case-rows.ts";
import type { DimensionKeys } from "../star/dimension-keys.ts";
import type { Star } from "../star/star.ts";
import { proceduresOf } from "./procedure.ts";
import { dropStale, staleObjects } from "./stale.ts";
import { traced } from "./trace.ts";
import type { CaseLookups, Trace } from "./trace.ts";
import { keepVersion } from "./version.ts";

/** Objects whose cases are committed together: a run that is stopped goes on from the last of them. */
const BATCH = 50_000;
const PROGRESS = 1000;

export interface RefreshOptions {
  readonly asOf: Instant;
  readonly source: MeasureSource;
  readonly processes: readonly ProcessDefinition[];
  readonly lookups: CaseLookups;
  readonly registeredClients: ReadonlySet<string>;
  /** What else all cases depend on: the zone of local times, the key of pseudonyms. */
  readonly circumstances: readonly string[];
  /** Called as cases are built. */
  readonly onProgress?: (cases: number) => void;
}

/** What a refresh did to the cases that were kept. */
export interface Refreshed {
  /** Objects whose case was built, again or for the first time. */
  readonly rebuilt: number;
  /** Objects whose case stayed as it was. */
  readonly reused: number;
  /** Objects that are no more. */
  readonly removed: number;
}

/**
 * Brings the facts of cases up to date: only cases are built whose object, procedure, surroundings or time have changed since
 * they were built, and the rows are the same as if all were. A case and what is remembered of it are committed together.
 */
export async function refreshCases(star: Star, keys: DimensionKeys, options: RefreshOptions): Promise<Refreshed> {
  const { asOf, source, registeredClients, lookups } = options;
  const procedures = proceduresOf(options.processes);
  await star.run("BEGIN TRANSACTION");
  await keepVersion(star, [star.madeBy, ...options.circumstances, [...registeredClients].sort()]);
  const { due, removed } = await dropStale(star, procedures, source, lookups, asOf);
  const { context, take } = traced(lookups, registeredClients, asOf);
  const commit = committer(star, keys);
  let rebuilt = 0;
  for (const { name, versions, first } of procedures) {
    const { seen, stale } = due.get(name) ?? { seen: 0, stale: 0 };
    if (source.digests !== undefined && stale === 0) continue;
    const build = createCaseBuilder(versions, context);
    const only = stale === seen ? undefined : await staleObjects(star, name);
    for await (const subject of source.objects(first.caseType, first.joins, only)) {
      const made = build(subject);
      if (made !== null) appendCase(star, made, keys);
      remember(star, name, subject.id, made, take());
      rebuilt += 1;
      if (rebuilt % PROGRESS === 0) options.onProgress?.(rebuilt);
      if (rebuilt % BATCH === 0) {
        await commit();
        await star.run("BEGIN TRANSACTION");
      }
    }
  }
  await commit();
  options.onProgress?.(rebuilt);
  const objects = [...due.values()].reduce((sum, { seen }) => sum + seen, 0);
  return { rebuilt, reused: Math.max(0, objects - rebuilt), removed };
}

function remember(star: Star, process: string, objectId: string, made: Case | null, trace: Trace): void {
  const key = made?.key ?? caseKey(process, objectId);
  star.append("work_built", {
    case_key: key,
    process,
    object_id: objectId,
    holds_from: trace.from,
    holds_until: trace.until,
    remembered: made === null ? null : JSON.stringify(memoryOf(made)),
  });
  for (const [question, answer] of trace.answers) star.append("kept_answer", { case_key: key, question, answer });
}

/** What handoffs take from the cases on their two sides. */
export type CaseMemory = Pick<Case, "caseId" | "accountId" | "dimensions" | "touches">;

function memoryOf({ caseId, accountId, dimensions, touches }: Case): CaseMemory {
  return { caseId, accountId, dimensions, touches };
}

/** Commits what was built so far, with the actors in it that are not kept yet. */
function committer(star: Star, keys: DimensionKeys): () => Promise<void> {
  const kept = new Set<string>();
  return async () => {
    const actors = [...keys.actors].filter(([key]) => !kept.has(key));
    if (actors.length > 0) {
      const list = actors.map(([key]) => quote(key)).join(", ");
      await star.run(`DELETE FROM kept_actor WHERE actor_key IN (${list})`);
    }
    for (const [key, { kind, team }] of actors) {
      kept.add(key);
      star.append("kept_actor", { actor_key: key, actor_kind: kind, actor_team: team });
    }
    star.flush();
    // What came without a digest must never count as known.
    await star.run(`
      INSERT INTO kept_case BY NAME
      SELECT b.*, coalesce(s.made_of, '') AS made_of
      FROM work_built b LEFT JOIN work_seen s ON s.process = b.process AND s.object_id = b.object_id`);
    await star.run("DELETE FROM work_built");
    await star.run("COMMIT");
  };
}
