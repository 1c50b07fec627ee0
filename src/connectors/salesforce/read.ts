import { HubError, MINUTE } from "../../model/index.ts";
import type { InstantRange, Page, Position } from "../../model/index.ts";
import { cover } from "../kit/index.ts";
import type { Partition, ReadContext, ReadFace } from "../kit/index.ts";
import type { SalesforceClient } from "./client.ts";
import { DESCRIPTIONS, EVERY_OBJECT, objectsOf } from "./objects.ts";
import type { ObjectSpec } from "./objects.ts";
import { positionOf, readState } from "./position.ts";
import type { Row } from "./answers.ts";
import type { ReadState } from "./position.ts";
import { completeRows, contentOf, isLostCursor, pagesOf, stampOf } from "./rows.ts";
import { descriptionRecord, planRead, requestOf } from "./select-list.ts";
import type { Request } from "./select-list.ts";
import type { SalesforceSettings } from "./settings.ts";
import { after, datetime, oneOf, quote } from "./soql.ts";
import type { Soql } from "./soql.ts";
import { sweep } from "./sweep.ts";

/** A transaction may run ten minutes and commits rows with the stamps of when they were saved (reference §9.2). */
const OVERLAP_MS = 10 * MINUTE;

/** Reads objects: one partition each. */
export function readFace(client: SalesforceClient, settings: SalesforceSettings): ReadFace {
  const specs = new Map(objectsOf(settings).map((spec) => [spec.name, spec]));
  return {
    partitions: async (stream, context) => {
      if (stream === DESCRIPTIONS) return [{ stream, id: EVERY_OBJECT, title: "Objects the hub may see" }];
      const spec = specs.get(stream);
      if (spec === undefined) return [];
      const partition: Partition = { stream, id: stream, title: spec.title };
      if ((await client.objects(context.signal)).has(stream) || !spec.optional) return [partition];
      // Once read and now out of sight is not the same as never switched on: reading it will say so.
      for await (const page of context.known.records(stream)) if (page.length > 0) return [partition];
      return [];
    },
    read: (partition, position, context) => {
      if (partition.stream === DESCRIPTIONS) return readDescriptions(client, [...specs.keys()], context);
      const spec = specs.get(partition.id);
      if (spec === undefined) throw unknownStream(partition.id);
      return readObject(client, spec, position, context);
    },
  };
}

/** Which of the objects the hub reads are there, and how their ids begin: the list every connection asks for once. */
async function* readDescriptions(
  client: SalesforceClient,
  names: readonly string[],
  context: ReadContext,
): AsyncGenerator<Page> {
  const present = await client.objects(context.signal);
  const prefixes = names.filter((name) => present.has(name)).map((name) => [name, present.get(name) ?? null] as const);
  yield {
    records: [{ stream: DESCRIPTIONS, id: EVERY_OBJECT, content: { prefixes: Object.fromEntries(prefixes) } }],
    tombstones: [],
    rejects: [],
    position: { covered: [{ from: 0, to: client.serverNow() }], state: null },
  };
}

/** Reads one object from its position (see the phases in {@link ReadState}). */
async function* readObject(
  client: SalesforceClient,
  spec: ObjectSpec,
  position: Position | null,
  context: ReadContext,
): AsyncGenerator<Page> {
  const request = requestOf(spec, context.selection);
  const stored = context.mode === "full" ? null : readState(position);
  if (context.mode === "sweep" && stored !== null && position !== null) {
    yield* sweep(client, spec, stored, position, context);
    return;
  }
  if (stored === null || stored.request !== request.hash) {
    yield* firstRead(client, spec, request, context);
    return;
  }
  const covered = position?.covered ?? [];
  // The org's clock comes with the answer to the sign-in.
  await client.signIn();
  const state: ReadState =
    stored.phase === "idle"
      ? {
          ...stored,
          phase: "increment",
          from: stored.through - OVERLAP_MS,
          through: Math.max(stored.through, client.serverNow()),
          seen: 0,
          binned: 0,
        }
      : stored;
  yield* followOn(client, spec, request, state, covered, context);
}

/** Describes the object, tells the store what it learnt and starts at the first id. */
async function* firstRead(
  client: SalesforceClient,
  spec: ObjectSpec,
  request: Request,
  context: ReadContext,
): AsyncGenerator<Page> {
  const described = await client.describe(spec.name, context.signal);
  const plan = planRead(spec, request, described);
  const state: ReadState = {
    version: 1,
    request: request.hash,
    plan,
    phase: "backfill",
    through: client.serverNow(),
    from: 0,
    after: null,
    seen: 0,
    binned: 0,
  };
  if (spec.role === "entity") {
    const content = descriptionRecord(described, plan, client.instanceUrl);
    const records = [{ stream: DESCRIPTIONS, id: spec.name, content }];
    yield { records, tombstones: [], rejects: [], position: positionOf(state, []) };
  }
  yield* followOn(client, spec, request, state, [], context);
}

/**
 * Pages on from a state until its phase is over. When Salesforce has forgotten the cursor, the query is asked again
 * from the last row; twice at the same row is an error.
 */
async function* followOn(
  client: SalesforceClient,
  spec: ObjectSpec,
  request: Request,
  from: ReadState,
  covered: readonly InstantRange[],
  context: ReadContext,
): AsyncGenerator<Page> {
  let state = from;
  for (;;) {
    const start = state;
    try {
      const pages = pagesOf(client, queryOf(spec, request, start), start.plan.deletions, context.signal);
      for await (const page of pages) {
        const rows = await completeRows(client, spec.name, start.plan, page.records, context.signal);
        state = advance(state, rows);
        const content = contentOf(spec, rows);
        if (!page.done) {
          yield { ...content, position: positionOf(state, covered) };
          continue;
        }
        const range = { from: state.from, to: state.through };
        yield {
          ...content,
          ...(state.phase === "backfill" ? countOf(spec, start.seen + page.totalSize, state) : {}),
          position: positionOf({ ...state, phase: "idle", after: null }, cover(covered, range)),
        };
        return;
      }
    } catch (error) {
      if (!isLostCursor(error) || state.after?.id === start.after?.id) throw error;
    }
  }
}

function advance(state: ReadState, rows: readonly Row[]): ReadState {
  const last = rows.at(-1);
  return {
    ...state,
    seen: state.seen + rows.length,
    binned: state.binned + rows.filter((row) => row["IsDeleted"] === true).length,
    after: last === undefined ? state.after : { id: last.Id, stamp: stampOf(last, state.plan.stamp) ?? 0 },
  };
}

/** What the org itself counted over the first read: the live rows, or for histories all of them. */
function countOf(spec: ObjectSpec, total: number, state: ReadState): Pick<Page, "sourceCount"> {
  const until = datetime(state.through);
  return {
    sourceCount:
      spec.role === "history"
        ? { count: total, of: `rows of ${spec.name} created up to ${until}` }
        : {
            count: total - state.binned,
            of: `rows of ${spec.name} outside the recycle bin, last changed up to ${until}`,
          },
  };
}

/**
 * First reads go by id below a fixed stamp, so that they can be resumed anywhere and nothing moves under them; the
 * next increment's overlap reads what changed meanwhile. Increments go by (stamp, id).
 */
function queryOf(spec: ObjectSpec, request: Request, state: ReadState): Soql {
  const { stamp, chunks } = state.plan;
  const fields = chunks[0] ?? ["Id"];
  const named = spec.shape?.kind === "changes" ? [oneOf("Field", request.historyFields)] : [];
  if (state.phase === "backfill") {
    const beyond = state.after === null ? [] : [`Id > ${quote(state.after.id)}`];
    const where = [`${stamp} <= ${datetime(state.through)}`, ...beyond, ...named];
    return { object: spec.name, fields, where, orderBy: ["Id"] };
  }
  const start =
    state.after === null ? `${stamp} >= ${datetime(state.from)}` : after(stamp, state.after.stamp, state.after.id);
  return { object: spec.name, fields, where: [start, ...named], orderBy: [stamp, "Id"] };
}

function unknownStream(stream: string): HubError {
  return new HubError("HUB-1305", `This Salesforce connection does not read ${stream}.`, {
    disposition: "stop-stream",
    place: { system: "salesforce", stream },
    remedy: "Name a custom object under `objects` of the connection in hub.yaml.",
  });
}
