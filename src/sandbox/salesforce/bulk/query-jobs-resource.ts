import { z } from "zod";
import { methodNotAllowed, notFound, SalesforceError } from "../errors.ts";
import { jsonBody } from "../rest/call.ts";
import type { Call, Reply, RestState } from "../rest/call.ts";
import { flatColumns, runQuery } from "../soql/index.ts";
import { printCsv } from "./csv.ts";
import { CSV_SETTINGS, csvFormat } from "./format.ts";
import { advance, CHANGE, isRunning, wrongState } from "./job.ts";
import { listJobs } from "./job-list.ts";
import { QueryJob } from "./query-job.ts";

const CREATE = CSV_SETTINGS.extend({ operation: z.enum(["query", "queryAll"]), query: z.string() });
const LARGEST_PAGE = 250_000;
const MOST_A_DAY = 10_000;
const PAGES_AT_ONCE = 5;

/** `jobs/query` and below (reference salesforce.md §8). A job moves on whenever it is looked at. */
export function queryJobsResource(state: RestState, call: Call): Reply {
  const [, , id, part] = call.path;
  if (id === undefined) {
    if (call.method === "POST") return create(state, call);
    const shown = state.bulkJobs.queries().map((each) => ({ ...each.show(false), jobType: "V2Query" }));
    return listJobs(call, "jobs/query", shown);
  }
  const job = state.bulkJobs.query(id);
  if (part !== undefined) {
    if (call.method !== "GET") throw methodNotAllowed(call.method);
    if (part.toLowerCase() === "results") return results(state, call, job);
    if (part.toLowerCase() === "resultpages" && Number(call.version) >= 58) return resultPages(call, job);
    throw notFound();
  }
  const { progress } = job;
  switch (call.method) {
    case "GET":
      advance(progress, state.bulkJobs.pace, state.org.now(), () => undefined);
      return { status: 200, body: job.show(true) };
    case "PATCH": {
      const asked = CHANGE.safeParse(jsonBody(call));
      if (asked.data?.state !== "Aborted") throw wrongState("Only the state Aborted can be asked for");
      if (!isRunning(progress.state)) throw wrongState("Aborting a completed job is not allowed");
      progress.state = "Aborted";
      progress.systemModstamp = state.org.now();
      return { status: 200, body: job.show(true) };
    }
    case "DELETE":
      if (isRunning(progress.state)) throw wrongState("Cannot delete a job that is running");
      state.bulkJobs.remove(job.head.id);
      return { status: 204 };
    default:
      throw methodNotAllowed(call.method);
  }
}

function create(state: RestState, call: Call): Reply {
  const parsed = CREATE.safeParse(jsonBody(call));
  if (!parsed.success) throw new SalesforceError(400, "INVALIDJOB", z.prettifyError(parsed.error));
  const { operation, query, ...csv } = parsed.data;
  const { object, columns } = flatColumns(state.org, query);
  if (object.endsWith("Status") || object === "OpportunityStage") {
    throw new SalesforceError(400, "INVALIDENTITY", `Entity '${object}' is not supported by the Bulk API.`);
  }
  if (state.bulkJobs.queriesToday() >= MOST_A_DAY) {
    throw new SalesforceError(
      400,
      "LIMIT_EXCEEDED",
      `Max bulk v2 query jobs (${String(MOST_A_DAY)}) per 24 hrs has been reached`,
    );
  }
  const answer = runQuery(state.org, query, { version: call.version, includeDeleted: operation === "queryAll" });
  const head = {
    id: state.bulkJobs.nextId(),
    operation,
    object,
    createdById: call.session.userId,
    createdDate: state.org.now(),
    version: call.version,
    csv,
  };
  return { status: 200, body: state.bulkJobs.addQuery(new QueryJob(head, columns, answer)).show(false) };
}

function writeLocator(offset: number): string {
  return Buffer.from(String(offset)).toString("base64url");
}

/** The offset behind a locator. @throws SalesforceError INVALID_QUERY_LOCATOR */
function readLocator(locator: string | null, length: number): number {
  const from = locator === null ? 0 : Number(Buffer.from(locator, "base64url").toString("utf8"));
  if (Number.isInteger(from) && from >= 0 && from <= length) return from;
  throw badLocator();
}

function badLocator(): SalesforceError {
  return new SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
}

function checkReadable(call: Call, job: QueryJob): void {
  if (job.head.version !== call.version) {
    throw new SalesforceError(
      409,
      "VERSION_MISMATCH",
      "Results must be read with the API version that created the job",
    );
  }
  if (job.progress.state !== "JobComplete") throw wrongState(`Job is not complete, its state is ${job.progress.state}`);
}

function pageSize(call: Call): number {
  const asked = Number(call.search.get("maxRecords") ?? LARGEST_PAGE);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, LARGEST_PAGE) : LARGEST_PAGE;
}

function results(state: RestState, call: Call, job: QueryJob): Reply {
  checkReadable(call, job);
  if (call.search.get("locator") !== null && state.dials.take("expire-cursor") !== null) throw badLocator();
  const { length } = job.answer;
  const from = readLocator(call.search.get("locator"), length);
  const to = Math.min(from + pageSize(call), length);
  return {
    status: 200,
    pieces: () => printCsv(job.answer, job.columns, { from, to }, csvFormat(job.head.csv)),
    headers: {
      "content-type": "text/csv",
      "Sforce-NumberOfRecords": String(to - from),
      "Sforce-Locator": to < length ? writeLocator(to) : "null",
    },
  };
}

/** Up to five pages that can be fetched side by side. */
function resultPages(call: Call, job: QueryJob): Reply {
  checkReadable(call, job);
  const { length } = job.answer;
  const size = pageSize(call);
  const base = `/services/data/v${call.version}/jobs/query/${job.head.id}`;
  const pages: { resultUrl: string }[] = [];
  let at = readLocator(call.search.get("locator"), length);
  do {
    pages.push({ resultUrl: `${base}/results?locator=${writeLocator(at)}` });
    at += size;
  } while (at < length && pages.length < PAGES_AT_ONCE);
  const done = at >= length;
  const nextRecordsUrl = done ? null : `${base}/resultPages?locator=${writeLocator(at)}`;
  return { status: 200, body: { resultPages: pages, nextRecordsUrl, done } };
}
