import { HubError } from "../../model/index.ts";
import type { Row } from "./answers.ts";
import { createJob, finished, openResults } from "./bulk-jobs.ts";
import { rowsOf } from "./bulk-rows.ts";
import type { RowReader } from "./bulk-rows.ts";
import type { SalesforceClient } from "./client.ts";
import type { ReadState } from "./position.ts";

/** Rows stored together, like a page of REST. */
const ROWS_PER_STEP = 2_000;
/** Tries of one results page that bring no further row. */
const MOST_TRIES = 5;
/** A body that keeps giving the same number of rows is believed over a header that says another one. */
const TRIES_OF_A_COUNT = 3;
/** The job could not be made, whatever may be wrong with it: REST reads the object. */
const REFUSED = new Set(["HUB-1300", "HUB-1305", "HUB-1310", "HUB-1312"]);
/** The job or its results are not there any more, or belong to another version of the API. */
const LOST = new Set(["HUB-1300", "HUB-1305", "HUB-1311"]);

/** Some rows of a job, and where reading goes on after them. */
export interface BulkStep {
  readonly rows: readonly Row[];
  readonly state: ReadState;
  /** Rows of the whole first read as the org counted them; on the last step only. */
  readonly total?: number;
}

export interface BulkQuery {
  readonly object: string;
  readonly soql: string;
  readonly all: boolean;
  /** Moves the state over rows. */
  readonly advance: (state: ReadState, rows: readonly Row[]) => ReadState;
}

/**
 * Reads a first read's rows by Bulk 2.0, in order of their ids: the job's id, its results page and the rows taken of it
 * are in each step's state, so that a later run goes on within the page. A job that is lost starts again after the last
 * stored id; one that fails leaves the rest to REST (docs/decisions/0005). Never jsforce's own bulk reader, whose second
 * page ends the process (reference salesforce.md §2.3 trap 2).
 * @returns the state to go on from with REST (or another job), or null when all rows were dealt
 * @throws HubError HUB-1322 when rows are missing from the results
 */
export async function* bulkRead(
  client: SalesforceClient,
  query: BulkQuery,
  reader: RowReader,
  from: ReadState,
  signal: AbortSignal,
): AsyncGenerator<BulkStep, ReadState | null> {
  let state = from;
  const fresh = state.bulk === null;
  if (state.bulk === null) {
    const job = await made(client, query, signal);
    if (job === null) return { ...state, rest: true };
    const start = { after: state.after, seen: state.seen, binned: state.binned };
    state = { ...state, bulk: { job, locator: null, rows: 0, dealt: 0, start } };
    yield { rows: [], state };
  }
  try {
    const id = state.bulk?.job ?? "";
    const job = await finished(client, { id, object: query.object, fresh }, signal);
    if (job?.state !== "JobComplete") {
      client.log("warn", `the bulk job for ${query.object} did not complete, REST goes on`, {
        job: id,
        state: job?.state ?? "running",
        reason: job?.errorMessage ?? null,
      });
      return { ...state, bulk: null, rest: true };
    }
    const total = job.numberRecordsProcessed ?? null;
    for await (const step of resultsOf(client, query, reader, state, signal)) {
      state = step.state;
      if (state.bulk !== null && !step.last) yield { rows: step.rows, state };
      else if (total !== null && state.bulk?.dealt !== total) {
        yield { rows: step.rows, state };
        yield* startOver(query, state, total);
      } else {
        const seen = (state.bulk?.start.seen ?? 0) + (state.bulk?.dealt ?? 0);
        yield { rows: step.rows, state: { ...state, bulk: null }, total: seen };
      }
    }
    return null;
  } catch (error) {
    if (!(error instanceof HubError) || !LOST.has(error.code)) throw error;
    client.log("warn", `the bulk job for ${query.object} is gone, reading goes on after the last row`, {
      code: error.code,
    });
    // A job that was lost before it dealt a row is no better the next time.
    return { ...state, bulk: null, rest: state.bulk?.dealt === 0 };
  }
}

async function made(client: SalesforceClient, query: BulkQuery, signal: AbortSignal): Promise<string | null> {
  try {
    return (await createJob(client, query, signal)).id;
  } catch (error) {
    if (!(error instanceof HubError) || !REFUSED.has(error.code)) throw error;
    client.log("info", `Bulk 2.0 does not read ${query.object}, REST does`, { reason: error.message });
    return null;
  }
}

interface ResultsStep {
  readonly rows: readonly Row[];
  readonly state: ReadState;
  readonly last: boolean;
}

async function* resultsOf(
  client: SalesforceClient,
  query: BulkQuery,
  reader: RowReader,
  from: ReadState,
  signal: AbortSignal,
): AsyncGenerator<ResultsStep> {
  let state = from;
  let tries = 0;
  let lastRead = -1;
  let sameCounts = 0;
  while (state.bulk !== null) {
    const { job, locator, rows: taken } = state.bulk;
    let rows: Row[] = [];
    let read = 0;
    try {
      const page = await openResults(client, { id: job, object: query.object, locator }, signal);
      for await (const some of rowsOf(page.body, reader, signal)) {
        for (const row of some) {
          read += 1;
          // What was stored before the body broke off comes again at its start.
          if (read <= taken) continue;
          rows.push(row);
          if (rows.length < ROWS_PER_STEP) continue;
          state = moved(query, state, rows, read);
          yield { rows, state, last: false };
          rows = [];
          tries = 0;
        }
      }
      sameCounts = read === lastRead ? sameCounts + 1 : 1;
      lastRead = read;
      if (page.count !== null && page.count !== read && sameCounts < TRIES_OF_A_COUNT) {
        throw incomplete(query.object, `a page of ${page.count} rows has ${read}`);
      }
      const { next } = page;
      state = moved(query, state, rows, read);
      if (state.bulk !== null) state = { ...state, bulk: { ...state.bulk, locator: next, rows: 0 } };
      tries = 0;
      lastRead = -1;
      yield { rows, state, last: next === null };
      if (next === null) return;
    } catch (error) {
      signal.throwIfAborted();
      // Answers to the request itself were tried again already; here the body broke off.
      const broken = !(error instanceof HubError) || error.code === "HUB-1322";
      tries += 1;
      if (!broken) throw error;
      if (tries >= MOST_TRIES) throw error instanceof HubError ? error : cut(query.object, error);
      await client.backOff(tries, signal);
    }
  }
}

function moved(query: BulkQuery, state: ReadState, rows: readonly Row[], read: number): ReadState {
  const next = query.advance(state, rows);
  return next.bulk === null
    ? next
    : { ...next, bulk: { ...next.bulk, rows: read, dealt: next.bulk.dealt + rows.length } };
}

/** Forgets how far the job came before the run ends with its error, so that the next one reads those rows again. */
function* startOver(query: BulkQuery, state: ReadState, total: number): Generator<BulkStep> {
  const dealt = state.bulk?.dealt ?? 0;
  const start = state.bulk?.start ?? { after: null, seen: 0, binned: 0 };
  yield { rows: [], state: { ...state, ...start, bulk: null, rest: true } };
  throw incomplete(query.object, `the job counts ${total} rows and dealt ${dealt}`);
}

function incomplete(object: string, what: string): HubError {
  return new HubError("HUB-1322", `The bulk results for ${object} are not complete: ${what}.`, {
    disposition: "stop-stream",
    place: { system: "salesforce", stream: object },
    remedy: "Run again: the object is then read by REST. With `bulk: never` the connection never uses Bulk 2.0.",
  });
}

function cut(object: string, cause: unknown): HubError {
  return new HubError("HUB-1202", `The bulk results for ${object} broke off again and again.`, {
    cause,
    disposition: "retry-now",
    place: { system: "salesforce", stream: object },
    remedy: "Check the network; the next run goes on from the last stored row.",
  });
}
