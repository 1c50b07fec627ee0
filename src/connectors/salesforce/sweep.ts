import { DAY, MINUTE, parseInstant } from "../../model/index.ts";
import type { Page, Position, RemovalCause, Tombstone } from "../../model/index.ts";
import type { ReadContext } from "../kit/index.ts";
import type { SalesforceClient } from "./client.ts";
import type { ObjectSpec } from "./objects.ts";
import type { ReadState } from "./position.ts";
import { completeRows, contentOf, isLostCursor, pagesOf, rowsById, tombstoneOf } from "./rows.ts";
import { planRead, requestOf } from "./select-list.ts";
import { quote } from "./soql.ts";
import type { Soql } from "./soql.ts";

/** The delete log reaches 15 days back; asked for a little less, so that the clocks need not agree. */
const DELETE_LOG_MS = 15 * DAY - 10 * MINUTE;
const TOMBSTONES_PER_PAGE = 2_000;

/**
 * Compares the ids the org lists with those that are known. What is missing is looked up in the recycle bin and in the
 * delete log; what neither tells of is out of sight, not deleted. What is listed and not known (undeleted, newly shared)
 * is read. Histories only grow and are not swept. The position stays as it is.
 */
export async function* sweep(
  client: SalesforceClient,
  spec: ObjectSpec,
  state: ReadState,
  position: Position,
  context: ReadContext,
): AsyncGenerator<Page> {
  if (spec.role === "history") return;
  const { signal } = context;
  const lost = new Set<string>();
  for await (const page of context.known.records(spec.name)) for (const record of page) lost.add(record.id);
  if (!(await client.objects(signal)).has(spec.name)) {
    yield* tombstonePages(
      [...lost].map((id) => outOfSight(spec, id)),
      position,
    );
    return;
  }
  // A field that is out of sight by now fails here, by name.
  const plan = planRead(spec, requestOf(spec, context.selection), await client.describe(spec.name, signal));
  let live = 0;
  for await (const ids of liveIds(client, spec, signal)) {
    live += ids.length;
    const unknown = ids.filter((id) => !lost.delete(id));
    if (unknown.length === 0) continue;
    const fields = plan.chunks[0] ?? ["Id"];
    const found = await rowsById(client, spec.name, fields, unknown, plan.deletions, signal);
    const rows = await completeRows(client, spec.name, plan, found, signal);
    yield { ...contentOf(spec, rows), position };
  }
  yield* tombstonePages(await explain(client, spec, state, [...lost], signal), position);
  const of = `live rows of ${spec.name} listed by the sweep`;
  yield { records: [], tombstones: [], rejects: [], position, sourceCount: { count: live, of } };
}

async function* liveIds(
  client: SalesforceClient,
  spec: ObjectSpec,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  let last: string | null = null;
  for (;;) {
    const startedAfter: string | null = last;
    const where: readonly string[] = last === null ? [] : [`Id > ${quote(last)}`];
    const query: Soql = { object: spec.name, fields: ["Id"], where, orderBy: ["Id"] };
    try {
      // Activities older than a year are archived: live, and only listed by queryAll.
      const all = spec.name === "Task" || spec.name === "Event";
      const live: Soql = all ? { ...query, where: [...where, "IsDeleted = FALSE"] } : query;
      for await (const page of pagesOf(client, live, all, signal)) {
        const ids = page.records.map((row) => row.Id);
        last = ids.at(-1) ?? last;
        yield ids;
      }
      return;
    } catch (error) {
      if (!isLostCursor(error) || last === startedAfter) throw error;
    }
  }
}

async function explain(
  client: SalesforceClient,
  spec: ObjectSpec,
  state: ReadState,
  missing: readonly string[],
  signal: AbortSignal,
): Promise<readonly Tombstone[]> {
  if (missing.length === 0) return [];
  const told = new Map<string, Tombstone>();
  if (state.plan.deletions) {
    const fields = state.plan.chunks[0] ?? ["Id"];
    for (const row of await rowsById(client, spec.name, fields, missing, true, signal)) {
      if (row["IsDeleted"] === true) told.set(row.Id, tombstoneOf(spec.name, row));
    }
  }
  if (told.size < missing.length && spec.role === "entity") {
    const now = client.serverNow();
    for (const [id, date] of await client.deleted(spec.name, now - DELETE_LOG_MS, now + MINUTE, signal)) {
      if (!told.has(id)) told.set(id, { stream: spec.name, id, cause: "deleted", at: parseInstant(date) ?? null });
    }
  }
  return missing.map((id) => told.get(id) ?? outOfSight(spec, id));
}

function outOfSight(spec: ObjectSpec, id: string): Tombstone {
  const cause: RemovalCause = "visibility lost";
  return { stream: spec.name, id, cause, at: null };
}

function* tombstonePages(tombstones: readonly Tombstone[], position: Position): Generator<Page> {
  for (let at = 0; at < tombstones.length; at += TOMBSTONES_PER_PAGE) {
    yield { records: [], tombstones: tombstones.slice(at, at + TOMBSTONES_PER_PAGE), rejects: [], position };
  }
}
