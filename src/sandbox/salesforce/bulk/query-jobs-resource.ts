import { z } from "zod";
import { methodNotAllowed, notFound, SalesforceError } from "../errors.ts";
import { jsonBody } from "../rest/call.ts";
import type { Call, Reply, RestState } from "../rest/call.ts";
import { flatColumns, runQuery } from "../soql/index.ts";
import { printCsv } from "./csv.ts";
import type { QueryJob } from "./query-jobs.ts";

const DELIMITERS = { COMMA: ",", TAB: "\t", PIPE: "|", SEMICOLON: ";", CARET: "^", BACKQUOTE: "`" } as const;
const CREATE = z.object({
  operation: z.enum(["query", "queryAll"]),
  query: z.string(),
  contentType: z.literal("CSV").default("CSV"),
  columnDelimiter: z.enum(["COMMA", "TAB", "PIPE", "SEMICOLON", "CARET", "BACKQUOTE"]).default("COMMA"),
  lineEnding: z.enum(["LF", "CRLF"]).default("LF"),
});
const CHANGE = z.object({ state: z.literal("Aborted") });
const LARGEST_PAGE = 250_000;

function print(instant: string): string {
  return `${instant.slice(0, -1)}+0000`;
}

function show(job: QueryJob, detailed: boolean): Record<string, unknown> {
  const head = {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.createdById,
    createdDate: print(job.createdDate),
    systemModstamp: print(job.systemModstamp),
    state: job.state,
    concurrencyMode: "Parallel",
    contentType: "CSV",
    apiVersion: Number(job.version),
    lineEnding: job.lineEnding,
    columnDelimiter: job.delimiter,
  };
  if (!detailed) return head;
  return {
    ...head,
    jobType: "V2Query",
    numberRecordsProcessed: job.state === "JobComplete" ? job.answer.length : 0,
    retries: 0,
    totalProcessingTime: job.state === "JobComplete" ? 100 + job.answer.length : 0,
    isPkChunkingSupported: true,
  };
}

/** `jobs/query` and below (reference salesforce.md §8). A job runs when first asked for and is complete on the next look. */
export function queryJobsResource(state: RestState, call: Call): Reply {
  const [, , id, part] = call.path;
  if (id === undefined) {
    if (call.method === "POST") return create(state, call);
    if (call.method !== "GET") throw methodNotAllowed(call.method);
    return {
      status: 200,
      body: { done: true, records: state.queryJobs.all().map((each) => show(each, false)), nextRecordsUrl: null },
    };
  }
  const job = state.queryJobs.find(id);
  if (part !== undefined) {
    if (part.toLowerCase() !== "results") throw notFound();
    if (call.method !== "GET") throw methodNotAllowed(call.method);
    return results(call, job);
  }
  switch (call.method) {
    case "GET":
      if (job.state === "InProgress") job.state = "JobComplete";
      if (job.state === "UploadComplete") job.state = "InProgress";
      job.systemModstamp = state.org.now();
      return { status: 200, body: show(job, true) };
    case "PATCH":
      if (!CHANGE.safeParse(jsonBody(call)).success || job.state === "JobComplete") {
        throw new SalesforceError(400, "INVALIDJOBSTATE", "Aborting a completed job is not allowed");
      }
      job.state = "Aborted";
      return { status: 200, body: show(job, true) };
    case "DELETE":
      if (job.state === "InProgress" || job.state === "UploadComplete") {
        throw new SalesforceError(400, "INVALIDJOBSTATE", "Cannot delete a job that is running");
      }
      state.queryJobs.remove(job.id);
      return { status: 204 };
    default:
      throw methodNotAllowed(call.method);
  }
}

function create(state: RestState, call: Call): Reply {
  const parsed = CREATE.safeParse(jsonBody(call));
  if (!parsed.success) throw new SalesforceError(400, "INVALIDJOB", z.prettifyError(parsed.error));
  const { operation, query, columnDelimiter, lineEnding } = parsed.data;
  const { object, columns } = flatColumns(state.org, query);
  if (object.endsWith("Status") || object === "OpportunityStage") {
    throw new SalesforceError(400, "INVALIDENTITY", `Entity '${object}' is not supported by the Bulk API.`);
  }
  const answer = runQuery(state.org, query, { version: call.version, includeDeleted: operation === "queryAll" });
  const now = state.org.now();
  const job = state.queryJobs.add({
    operation,
    object,
    createdById: call.session.userId,
    createdDate: now,
    systemModstamp: now,
    version: call.version,
    delimiter: columnDelimiter,
    lineEnding,
    columns,
    answer,
    state: "UploadComplete",
  });
  return { status: 200, body: show(job, false) };
}

function results(call: Call, job: QueryJob): Reply {
  if (job.version !== call.version) {
    throw new SalesforceError(
      409,
      "VERSION_MISMATCH",
      "Results must be read with the API version that created the job",
    );
  }
  if (job.state !== "JobComplete") {
    throw new SalesforceError(400, "INVALIDJOBSTATE", `Job is not complete, its state is ${job.state}`);
  }
  const asked = Number(call.search.get("maxRecords") ?? LARGEST_PAGE);
  const size = Number.isInteger(asked) && asked > 0 ? asked : LARGEST_PAGE;
  const locator = call.search.get("locator");
  const from = locator === null ? 0 : Number(Buffer.from(locator, "base64url").toString("utf8"));
  if (!Number.isInteger(from) || from < 0 || from > job.answer.length) {
    throw new SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
  }
  const to = Math.min(from + size, job.answer.length);
  const delimiter = Object.entries(DELIMITERS).find(([name]) => name === job.delimiter)?.[1] ?? ",";
  const newline = job.lineEnding === "LF" ? "\n" : "\r\n";
  return {
    status: 200,
    text: printCsv(job.answer, job.columns, { from, to }, { delimiter, newline }),
    headers: {
      "content-type": "text/csv",
      "Sforce-NumberOfRecords": String(to - from),
      "Sforce-Locator": to < job.answer.length ? Buffer.from(String(to)).toString("base64url") : "null",
    },
  };
}
