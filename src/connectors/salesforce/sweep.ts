import { z } from "zod";
import { DAY, HubError, MINUTE, parseInstant } from "../../model/index.ts";
import type { Instant, Page, Position, Tombstone } from "../../model/index.ts";
import type { ReadContext } from "../kit/index.ts";
import type { Row } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";
import { differing } from "./comparison.ts";
import type { ObjectSpec } from "./objects.ts";
import type { ReadState } from "./position.ts";
import { descriptionPage, objectOutOfSight } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { completeRows, contentOf, isLostCursor, pagesOf, rowsById, tombstoneOf } from "./rows.ts";
import { planRead, requestOf, unstamped } from "./select-list.ts";
import type { ReadPlan } from "./select-list.ts";
import { idAfter, idFrom, idUpTo } from "./soql.ts";
import type { Soql } from "./soql.ts";

/** The delete log reaches 15 days back; asked for a little less, so that the clocks need not agree. */
const DELETE_LOG_MS = 15 * DAY - 10 * MINUTE;
const SHORTEST_LOG_MS = MINUTE;
const ROWS_PER_PAGE = 2_000;
const TOMBSTONES_PER_PAGE = 2_000;
/** From so many ids on, reading their range is cheaper than naming them. */
const MANY = 300;
const MOST_STALLS = 3;

/** More missing rows than this are not looked up together. */
const MISSING_AT_ONCE = 20_000;

const resumeSchema = z.object({ after: z.string() });

/**
 * Lists every row with its stamp and what may change without moving it (formulas, roll-ups, parents' fields), and
 * compares that with what is known. A row that differs or is not known (undeleted, newly shared, committed too late) is
 * read whole. What is known and not listed is looked up in the recycle bin and in the delete log; what neither tells of
 * is out of sight, not deleted. Histories only grow and are not swept. The position stays as it is; a sweep that was cut
 * goes on behind the last id it listed.
 */
export async function* sweep(
  reader: Reader,
  spec: ObjectSpec,
  state: ReadState,
  position: Position,
  context: ReadContext,
): AsyncGenerator<Page> {
  if (spec.role === "history") return;
  const { client, descriptions } = reader;
  const { signal } = context;
  if (!(await client.objects(signal)).has(spec.name)) {
    yield* everythingOutOfSight(spec, context, position);
    throw objectOutOfSight(spec, state);
  }
  // A field that is out of sight by now fails here, by name.
  const described = await descriptions.refresh(spec.name, signal);
  const plan = planRead(spec, requestOf(spec, context.selection), described, state);
  yield* descriptionPage(reader, spec, described, plan, position);

  const compared = [...(plan.stamp === null ? [] : [plan.stamp]), ...unstamped(plan, described)];
  const last = resumeSchema.safeParse(await context.known.resume(spec.name, spec.name)).data ?? null;
  const nothing = { records: [], tombstones: [], rejects: [], position };
  let after = last?.after ?? null;
  if (last === null) yield { ...nothing, listing: { starts: true, ids: [], resume: null } };
  for await (const rows of liveRows(client, spec, ["Id", ...compared], after, signal)) {
    const ids = rows.map((row) => row.Id);
    const changed = differing(rows, await context.known.among(spec.name, ids), compared);
    const range = rangeOf(changed);
    if (range === null) yield* readWhole(reader, spec, plan, changed, position, signal);
    else yield* readRange(reader, spec, plan, range, position, signal);
    after = ids.at(-1) ?? after;
    yield { ...nothing, listing: { ids, resume: after === null ? null : { after } } };
  }
  yield* lookedAfter(reader, spec, plan, position, context);
  // What was listed in several nights is not what the object holds at any one time.
  const count = await context.known.listedCount(spec.name, spec.name);
  const sourceCount = { count, of: `live rows of ${spec.name} listed by the sweep` };
  const listing = { ids: [], resume: null, ends: true };
  yield { ...nothing, listing, ...(last === null ? { sourceCount } : {}) };
}

/** Finds out what became of everything that is known and was not listed, a bounded number at a time. */
async function* lookedAfter(
  reader: Reader,
  spec: ObjectSpec,
  plan: ReadPlan,
  position: Position,
  context: ReadContext,
): AsyncGenerator<Page> {
  const log = onceOnly(() => deleteLog(reader.client, spec, context.signal));
  const settle = async function* (missing: readonly string[]): AsyncGenerator<Page> {
    const { tombstones, rows } = await explain(reader.client, spec, plan, missing, context.signal, log);
    if (rows.length > 0) yield { ...contentOf(spec, rows), position };
    yield* tombstonePages(tombstones, position);
  };
  let missing: string[] = [];
  for await (const ids of context.known.unlisted(spec.name, spec.name)) {
    missing.push(...ids);
    if (missing.length < MISSING_AT_ONCE) continue;
    yield* settle(missing);
    missing = [];
  }
  yield* settle(missing);
}

function onceOnly<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** Many of one listed page are read as the range they lie in: it holds no more rows than the page. */
function rangeOf(ids: readonly string[]): { readonly first: string; readonly last: string } | null {
  const first = ids[0];
  const last = ids.at(-1);
  return ids.length < MANY || first === undefined || last === undefined ? null : { first, last };
}

async function* readRange(
  reader: Reader,
  spec: ObjectSpec,
  plan: ReadPlan,
  range: { readonly first: string; readonly last: string },
  position: Position,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const where = [idFrom(range.first), idUpTo(range.last)];
  const query: Soql = { object: spec.name, fields: plan.chunks[0] ?? ["Id"], where, orderBy: ["Id"] };
  for await (const page of pagesOf(reader.client, query, plan.deletions, signal)) {
    const rows = await completeRows(reader.client, spec.name, plan, page.records, signal);
    yield { ...contentOf(spec, rows), position };
  }
}

async function* readWhole(
  reader: Reader,
  spec: ObjectSpec,
  plan: ReadPlan,
  ids: readonly string[],
  position: Position,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  for (let at = 0; at < ids.length; at += ROWS_PER_PAGE) {
    const some = ids.slice(at, at + ROWS_PER_PAGE);
    const found = await rowsById(reader.client, spec.name, plan.chunks[0] ?? ["Id"], some, plan.deletions, signal);
    yield { ...contentOf(spec, await completeRows(reader.client, spec.name, plan, found, signal)), position };
  }
}

async function* liveRows(
  client: SalesforceClient,
  spec: ObjectSpec,
  fields: readonly string[],
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[]> {
  let last = after;
  let rows: number | null = null;
  for (let stalls = 0; ;) {
    const startedAfter: string | null = last;
    const where: readonly string[] = last === null ? [] : [idAfter(last)];
    const query: Soql = {
      object: spec.name,
      fields: [...new Set(fields)],
      where,
      orderBy: ["Id"],
      ...(rows === null ? {} : { limit: rows }),
    };
    try {
      // Activities older than a year are archived: live, and only listed by queryAll.
      const all = spec.name === "Task" || spec.name === "Event";
      const live: Soql = all ? { ...query, where: [...where, "IsDeleted = FALSE"] } : query;
      let dealt = 0;
      for await (const page of pagesOf(client, live, all, signal)) {
        last = page.records.at(-1)?.Id ?? last;
        dealt += page.records.length;
        yield page.records;
      }
      if (rows === null || dealt < rows) return;
      rows *= 2;
    } catch (error) {
      stalls = last === startedAfter ? stalls + 1 : 0;
      const tooMuch = error instanceof HubError && error.code === "HUB-1310";
      if (tooMuch && (rows === null || rows > 250)) rows = rows === null ? 32_000 : Math.floor(rows / 2);
      else if (!isLostCursor(error) || stalls >= MOST_STALLS) throw error;
    }
  }
}

/** Finds out what became of ids that are known and not listed. One that is there after all is read. */
export async function explain(
  client: SalesforceClient,
  spec: ObjectSpec,
  plan: ReadPlan,
  missing: readonly string[],
  signal: AbortSignal,
  deletions: () => Promise<ReadonlyMap<string, string>> = () => deleteLog(client, spec, signal),
): Promise<{ readonly tombstones: readonly Tombstone[]; readonly rows: readonly Row[] }> {
  if (missing.length === 0) return { tombstones: [], rows: [] };
  const told = new Map<string, Tombstone>();
  const fields = plan.chunks[0] ?? ["Id"];
  const found =
    missing.length > ROWS_PER_PAGE && plan.deletions
      ? await inBin(client, spec, fields, new Set(missing), signal)
      : await rowsById(client, spec.name, fields, missing, plan.deletions, signal);
  for (const row of found) if (row["IsDeleted"] === true) told.set(row.Id, tombstoneOf(spec.name, row));
  const alive = await completeRows(
    client,
    spec.name,
    plan,
    found.filter((row) => row["IsDeleted"] !== true),
    signal,
  );
  const living = new Set(alive.map((row) => row.Id));
  const open = missing.filter((id) => !told.has(id) && !living.has(id));
  if (open.length > 0) {
    const log = await deletions();
    for (const id of open) told.set(id, purgedOrUnseen(spec, id, log.get(id)));
  }
  return { tombstones: [...told.values()], rows: alive };
}

/** The recycle bin whole, for more ids than are worth naming. */
async function inBin(
  client: SalesforceClient,
  spec: ObjectSpec,
  fields: readonly string[],
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const query: Soql = { object: spec.name, fields, where: ["IsDeleted = TRUE"], orderBy: ["Id"] };
  for await (const page of pagesOf(client, query, true, signal)) {
    rows.push(...page.records.filter((row) => wanted.has(row.Id)));
  }
  return rows;
}

function purgedOrUnseen(spec: ObjectSpec, id: string, date: string | undefined): Tombstone {
  if (date === undefined) return { stream: spec.name, id, cause: "visibility lost", at: null };
  return { stream: spec.name, id, cause: "deleted", at: parseInstant(date) ?? null };
}

/** What the delete log still tells; nothing for an object that has none. Too long a log is asked for in halves. */
async function deleteLog(
  client: SalesforceClient,
  spec: ObjectSpec,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const now = client.serverNow();
  const log = new Map<string, string>();
  const ask = async (from: Instant, to: Instant): Promise<void> => {
    try {
      for (const [id, date] of await client.deleted(spec.name, from, to, signal)) log.set(id, date);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      if (error.code === "HUB-1310" && to - from > SHORTEST_LOG_MS) {
        const middle = Math.floor((from + to) / 2 / MINUTE) * MINUTE;
        await ask(from, middle);
        await ask(middle, to);
      } else if (["HUB-1300", "HUB-1305", "HUB-1310"].includes(error.code)) {
        client.log("info", `the delete log of ${spec.name} tells nothing`, { reason: error.message });
      } else throw error;
    }
  };
  await ask(now - DELETE_LOG_MS, now + MINUTE);
  return log;
}

async function* everythingOutOfSight(spec: ObjectSpec, context: ReadContext, position: Position): AsyncGenerator<Page> {
  // Nothing of it is listed any more.
  const listing = { starts: true, ids: [], resume: null };
  yield { records: [], tombstones: [], rejects: [], position, listing };
  for await (const ids of context.known.unlisted(spec.name, spec.name)) {
    yield* tombstonePages(
      ids.map((id) => purgedOrUnseen(spec, id, undefined)),
      position,
    );
  }
}

function* tombstonePages(tombstones: readonly Tombstone[], position: Position): Generator<Page> {
  for (let at = 0; at < tombstones.length; at += TOMBSTONES_PER_PAGE) {
    yield { records: [], tombstones: tombstones.slice(at, at + TOMBSTONES_PER_PAGE), rejects: [], position };
  }
}
