import { HubError } from "../../model/index.ts";
import type { InstantRange, Page } from "../../model/index.ts";
import type { ReadContext } from "../kit/index.ts";
import type { Row } from "./answers.ts";
import { bulkRead } from "./bulk-read.ts";
import { rowReader } from "./bulk-rows.ts";
import type { ObjectSpec } from "./objects.ts";
import { idlePosition, positionOf } from "./position.ts";
import type { ReadState } from "./position.ts";
import { queryOf } from "./queries.ts";
import { descriptionPage } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { completeRows, contentOf, isLostCursor, pagesOf, stampOf } from "./rows.ts";
import { planRead, shorter } from "./select-list.ts";
import type { Request } from "./select-list.ts";
import { bulkThreshold } from "./settings.ts";
import { smaller, wider } from "./slices.ts";
import { datetime, renderSoql } from "./soql.ts";

/** Queries that end without a row before the error is told. */
const MOST_STALLS = 3;

type Covered = readonly InstantRange[];

/** What reading comes to after one query: its state, and whether the phase is over. */
interface Turn {
  readonly state: ReadState;
  readonly over: boolean;
}

/**
 * Pages on from a state until its phase is over. What Salesforce refuses as too much is asked for in smaller parts, a
 * cursor it has forgotten is asked for again after the last row, a field it hides meanwhile is left out when no mapping
 * names it (reference salesforce.md §15.3).
 */
export async function* followOn(
  reader: Reader,
  spec: ObjectSpec,
  request: Request,
  from: ReadState,
  covered: Covered,
  context: ReadContext,
): AsyncGenerator<Page> {
  let state = from;
  let stalls = 0;
  for (;;) {
    const start = state;
    try {
      const turns = state.bulk === null ? restTurn : bulkTurn;
      for await (const { page, turn } of turns(reader, spec, request, start, covered, context)) {
        ({ state } = turn);
        if (page !== undefined) yield page;
        if (turn.over) return;
      }
      stalls = 0;
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      stalls = state.after?.id === start.after?.id && state.after?.stamp === start.after?.stamp ? stalls + 1 : 0;
      const next = await remedied(error, reader, spec, request, state, stalls, context);
      if (next === null) throw error;
      if (next.plan !== state.plan && error.code === "HUB-1306") {
        const described = await reader.descriptions.get(spec.name, context.signal);
        yield* descriptionPage(reader, spec, described, next.plan, positionOf(next, covered));
      }
      state = next;
    }
  }
}

/** The state that avoids an error; null when nothing helps. */
async function remedied(
  error: HubError,
  reader: Reader,
  spec: ObjectSpec,
  request: Request,
  state: ReadState,
  stalls: number,
  context: ReadContext,
): Promise<ReadState | null> {
  if (isLostCursor(error)) return stalls < MOST_STALLS ? state : null;
  if (error.code === "HUB-1310") return smaller(state);
  if (error.code === "HUB-1317") {
    const plan = shorter(state.plan);
    return plan === null ? null : { ...state, plan };
  }
  if (error.code !== "HUB-1306") return null;
  const described = await reader.descriptions.refresh(spec.name, context.signal);
  const plan = planRead(spec, request, described, state);
  const before = new Set(state.plan.chunks.flat());
  const after = new Set(plan.chunks.flat());
  return [...before].some((field) => !after.has(field)) ? { ...state, plan } : null;
}

type Turns = AsyncGenerator<{ readonly page?: Page; readonly turn: Turn }>;

/** One query with its pages. */
async function* restTurn(
  reader: Reader,
  spec: ObjectSpec,
  request: Request,
  start: ReadState,
  covered: Covered,
  context: ReadContext,
): Turns {
  const { client, settings } = reader;
  const { signal } = context;
  if (start.phase === "backfill" && bulkThreshold(settings) === 0) {
    const opened = await bulkStart(reader, spec, start, signal);
    if (opened) {
      yield* bulkTurn(reader, spec, request, start, covered, context);
      return;
    }
  }
  const query = queryOf(spec, request, start);
  let state = start;
  let dealt = 0;
  for await (const answer of pagesOf(client, query.soql, start.plan.deletions, signal)) {
    const found = request.keeps === undefined ? answer.records : answer.records.filter(request.keeps);
    const last = found.at(-1);
    const range =
      start.phase === "backfill" && last !== undefined
        ? { range: { after: state.after?.id ?? null, upTo: last.Id, where: query.fixed } }
        : {};
    const rows = await completeRows(client, spec.name, start.plan, found, signal, range.range);
    state = advance(state, answer.records);
    dealt += answer.records.length;
    const content = contentOf(spec, rows);
    if (!answer.done) {
      yield { page: { ...content, position: positionOf(state, covered) }, turn: { state, over: false } };
      const first = dealt === answer.records.length;
      if (first && start.phase === "backfill" && answer.totalSize - dealt >= (bulkThreshold(settings) ?? Infinity)) {
        if (await bulkStart(reader, spec, state, signal)) {
          yield* bulkTurn(reader, spec, request, state, covered, context);
          return;
        }
      }
      continue;
    }
    if (query.until === null && (query.rows === null || dealt < query.rows)) {
      const exact = start.phase === "backfill" && start.slice === null && request.keeps === undefined;
      const count = exact ? countOf(spec, start.seen + answer.totalSize, state) : {};
      yield { page: { ...content, ...count, position: idlePosition(state, covered) }, turn: { state, over: true } };
      return;
    }
    // A part is over: the next begins where it ended, and may ask for more again.
    const full = query.rows !== null && dealt >= query.rows;
    const after = full || query.until === null ? state.after : { id: "", stamp: query.until };
    state = wider({ ...state, after });
    yield { page: { ...content, position: positionOf(state, covered) }, turn: { state, over: false } };
  }
}

/** True when Bulk 2.0 can read the object at all. */
async function bulkStart(reader: Reader, spec: ObjectSpec, state: ReadState, signal: AbortSignal): Promise<boolean> {
  if (state.rest || state.slice !== null) return false;
  return (await rowReader(reader.descriptions, spec.name, allFields(state), signal)) !== null;
}

/** The rest of a first read by Bulk 2.0, from its job's position on. */
async function* bulkTurn(
  reader: Reader,
  spec: ObjectSpec,
  request: Request,
  start: ReadState,
  covered: Covered,
  context: ReadContext,
): Turns {
  const { client, descriptions } = reader;
  const cells = await rowReader(descriptions, spec.name, allFields(start), context.signal);
  if (cells === null) {
    yield { turn: { state: { ...start, bulk: null, rest: true }, over: false } };
    return;
  }
  const soql = renderSoql({ ...queryOf(spec, request, start).soql, fields: allFields(start) });
  const query = { object: spec.name, soql, all: start.plan.deletions, advance };
  const steps = bulkRead(client, query, cells, start, context.signal);
  for (;;) {
    const step = await steps.next();
    if (step.done === true) {
      if (step.value !== null) yield { turn: { state: step.value, over: false } };
      return;
    }
    const { rows, state, total } = step.value;
    const content = contentOf(spec, request.keeps === undefined ? rows : rows.filter(request.keeps));
    if (total === undefined) {
      yield { page: { ...content, position: positionOf(state, covered) }, turn: { state, over: false } };
    } else {
      const page = { ...content, ...countOf(spec, total, state), position: idlePosition(state, covered) };
      yield { page, turn: { state, over: true } };
    }
  }
}

function allFields(state: ReadState): readonly string[] {
  return [...new Set(state.plan.chunks.flat())];
}

function advance(state: ReadState, rows: readonly Row[]): ReadState {
  const last = rows.at(-1);
  const { stamp } = state.plan;
  let { binned } = state;
  for (const row of rows) if (row["IsDeleted"] === true) binned += 1;
  const mark =
    last === undefined ? state.after : { id: last.Id, stamp: stamp === null ? 0 : (stampOf(last, stamp) ?? 0) };
  return { ...state, seen: state.seen + rows.length, binned, after: mark };
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
