import { z } from "zod";
import { HubError } from "../../model/index.ts";
import { jobAnswer } from "./answers.ts";
import type { BulkJob } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";

/** Rows of one results page; each is a call, and one that is cut is asked for again from its start. */
const ROWS_PER_PAGE = 50_000;
const RESULTS_TIMEOUT_MS = 15 * 60_000;
const FIRST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 60_000;
/** Salesforce itself gives a job up after fifteen tries of some minutes each. */
const LONGEST_JOB_MS = 3 * 3_600_000;

/** One page of a job's results, its CSV unread. */
export interface ResultsPage {
  readonly body: ReadableStream<Uint8Array>;
  /** Rows the org says the page has; null when it does not say. */
  readonly count: number | null;
  /** Locator of the next page; null after the last. */
  readonly next: string | null;
}

/** Creates a Bulk 2.0 query job (reference salesforce.md §8). A job whose answer is lost runs for nobody and expires. */
export async function createJob(
  client: SalesforceClient,
  query: { readonly object: string; readonly soql: string; readonly all: boolean },
  signal: AbortSignal,
): Promise<BulkJob> {
  return client.request(
    {
      method: "POST",
      path: "/jobs/query",
      schema: jobAnswer,
      operation: "POST /jobs/query",
      object: query.object,
      body: {
        operation: query.all ? "queryAll" : "query",
        query: query.soql,
        contentType: "CSV",
        columnDelimiter: "COMMA",
        lineEnding: "LF",
      },
      idempotent: true,
    },
    signal,
  );
}

/**
 * Waits until a job is over, looking at growing distances.
 * @returns the job as it ended; null when it is still running after three hours, which aborts it
 */
export async function finished(
  client: SalesforceClient,
  job: { readonly id: string; readonly object: string; readonly fresh: boolean },
  signal: AbortSignal,
): Promise<BulkJob | null> {
  const path = `/jobs/query/${encodeURIComponent(job.id)}`;
  const operation = "GET /jobs/query/…";
  let wait = FIRST_POLL_MS;
  let waited = 0;
  if (job.fresh) {
    await client.pause(wait, signal);
    waited += wait;
  }
  for (;;) {
    const seen = await client.request(
      { method: "GET", path, schema: jobAnswer, operation, object: job.object },
      signal,
    );
    if (seen.state !== "UploadComplete" && seen.state !== "InProgress") return seen;
    if (waited >= LONGEST_JOB_MS) break;
    wait = Math.min(wait * 2, LONGEST_POLL_MS);
    await client.pause(wait, signal);
    waited += wait;
  }
  await client.request(
    {
      method: "PATCH",
      path,
      schema: z.unknown(),
      operation: "PATCH /jobs/query/…",
      object: job.object,
      body: { state: "Aborted" },
      idempotent: true,
    },
    signal,
  );
  return null;
}

/** Asks for a page of results; its body is read by the caller, as fast as the caller stores. */
export async function openResults(
  client: SalesforceClient,
  job: { readonly id: string; readonly object: string; readonly locator: string | null },
  signal: AbortSignal,
): Promise<ResultsPage> {
  const locator = job.locator === null ? "" : `&locator=${encodeURIComponent(job.locator)}`;
  const operation = "GET /jobs/query/…/results";
  return client.exchange<ResultsPage>(
    {
      method: "GET",
      path: `/jobs/query/${encodeURIComponent(job.id)}/results?maxRecords=${ROWS_PER_PAGE}${locator}`,
      operation,
      object: job.object,
      headers: { accept: "text/csv" },
      timeoutMs: RESULTS_TIMEOUT_MS,
      long: true,
    },
    { streamed: true },
    (_answer, { body, headers }) => {
      if (body === undefined || headers === undefined) {
        throw new HubError("HUB-1307", `${operation} was answered without rows.`, { disposition: "retry-now" });
      }
      const count = Number(headers.get("sforce-numberofrecords") ?? Number.NaN);
      const next = headers.get("sforce-locator");
      return {
        body,
        count: Number.isInteger(count) ? count : null,
        next: next === null || next === "" || next === "null" ? null : next,
      };
    },
    signal,
  );
}
