import { z } from "zod";
import { methodNotAllowed, notFound, SalesforceError } from "../errors.ts";
import { jsonBody } from "../rest/call.ts";
import type { Call, Reply, RestState } from "../rest/call.ts";
import { upsertKey } from "../writes/index.ts";
import { CSV_SETTINGS, csvFormat, csvLine } from "./format.ts";
import { readCsv } from "./csv-reader.ts";
import { IngestJob } from "./ingest-job.ts";
import { runIngest } from "./ingest-run.ts";
import { advance, CHANGE, isRunning, wrongState } from "./job.ts";
import { listJobs } from "./job-list.ts";

const CREATE = CSV_SETTINGS.extend({
  object: z.string(),
  operation: z.enum(["insert", "update", "upsert", "delete", "hardDelete"]),
  externalIdFieldName: z.string().optional(),
  assignmentRuleId: z.string().optional(),
});
const LARGEST_UPLOAD = 150_000_000;

/** `jobs/ingest` and below (reference salesforce.md §8). A job moves on whenever it is looked at. */
export function ingestJobsResource(state: RestState, call: Call): Reply {
  const [, , id, part] = call.path;
  if (id === undefined) {
    if (call.method === "POST") return create(state, call);
    const shown = state.bulkJobs.ingests().map((each) => ({ ...each.show(false), jobType: "V2Ingest" }));
    return listJobs(call, "jobs/ingest", shown);
  }
  const job = state.bulkJobs.ingest(id);
  if (part !== undefined) return partOf(call, job, part.toLowerCase());
  const { progress } = job;
  switch (call.method) {
    case "GET":
      advance(progress, state.bulkJobs.pace, state.org.now(), () => {
        const object = state.org.schema.object(job.head.object);
        if (object === undefined) throw new TypeError("a job lost its object");
        runIngest({ org: state.org, userId: job.head.createdById, at: state.org.now() }, object, job);
      });
      if (progress.state === "Failed" && job.outcomes.length === 0) leaveAll(job);
      return { status: 200, body: job.show(true) };
    case "PATCH":
      change(state, call, job);
      return { status: 200, body: job.show(false) };
    case "DELETE":
      if (progress.state === "Open" || progress.state === "InProgress") {
        throw wrongState(`Cannot delete a job that is ${progress.state}`);
      }
      state.bulkJobs.remove(job.head.id);
      return { status: 204 };
    default:
      throw methodNotAllowed(call.method);
  }
}

function create(state: RestState, call: Call): Reply {
  const parsed = CREATE.safeParse(jsonBody(call));
  if (!parsed.success) throw new SalesforceError(400, "INVALIDJOB", z.prettifyError(parsed.error));
  const { object: name, operation, externalIdFieldName, assignmentRuleId: _, ...csv } = parsed.data;
  const object = state.org.schema.object(name);
  if (object === undefined || !state.org.visibility.shows(object) || !object.createable) {
    throw new SalesforceError(400, "INVALIDENTITY", `Unable to find object: ${name}`);
  }
  if (operation === "upsert") {
    if (externalIdFieldName === undefined) {
      throw new SalesforceError(400, "INVALIDJOB", "externalIdFieldName is required for upsert");
    }
    upsertKey(object, externalIdFieldName);
  }
  const head = {
    id: state.bulkJobs.nextId(),
    operation,
    object: object.name,
    createdById: call.session.userId,
    createdDate: state.org.now(),
    version: call.version,
    csv,
  };
  const job = state.bulkJobs.addIngest(new IngestJob(head, externalIdFieldName ?? null));
  return { status: 200, body: job.show(false) };
}

/** The rows of a job that ended before it reached them. */
function leaveAll(job: IngestJob): void {
  if (job.content === null || job.unprocessed.length > 0) return;
  const [columns = [], ...rows] = readCsv(job.content, csvFormat(job.head.csv).delimiter);
  job.columns = columns;
  job.unprocessed = rows;
}

function change(state: RestState, call: Call, job: IngestJob): void {
  const asked = CHANGE.safeParse(jsonBody(call));
  if (!asked.success) throw wrongState("The state of a job can be set to UploadComplete or Aborted");
  const { progress } = job;
  if (asked.data.state === "Aborted") {
    if (!isRunning(progress.state)) throw wrongState("Aborting a completed job is not allowed");
    progress.state = "Aborted";
    leaveAll(job);
  } else {
    if (progress.state !== "Open") throw wrongState(`The job is ${progress.state}, not Open`);
    progress.state = "UploadComplete";
  }
  progress.systemModstamp = state.org.now();
}

function partOf(call: Call, job: IngestJob, part: string): Reply {
  if (part === "batches") return upload(call, job);
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const { columns } = job;
  switch (part) {
    case "successfulresults": {
      const done = job.outcomes.filter((each) => each.error === null);
      const lines = done.map((each) => [each.id, String(each.created), ...each.cells]);
      return table(job, ["sf__Id", "sf__Created", ...columns], lines);
    }
    case "failedresults": {
      const failed = job.outcomes.filter((each) => each.error !== null);
      const lines = failed.map((each) => [each.id, each.error ?? "", ...each.cells]);
      return table(job, ["sf__Id", "sf__Error", ...columns], lines);
    }
    case "unprocessedrecords":
      return table(job, columns, job.unprocessed);
    default:
      throw notFound();
  }
}

function upload(call: Call, job: IngestJob): Reply {
  if (call.method !== "PUT") throw methodNotAllowed(call.method);
  const type = call.header("content-type") ?? "text/csv";
  if (!type.toLowerCase().startsWith("text/csv")) {
    throw new SalesforceError(415, "UNSUPPORTED_MEDIA_TYPE", `Content-Type ${type} is not supported, use text/csv`);
  }
  if (job.progress.state !== "Open") throw wrongState(`The job is ${job.progress.state}, not Open`);
  if (job.content !== null) {
    throw wrongState(
      `Found multiple contents for job: <${job.head.id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create `
        + `a new Job and make sure you only do 'PUT' once on a given Job.`,
    );
  }
  if (call.text.length > LARGEST_UPLOAD) {
    throw new SalesforceError(413, "PAYLOAD_TOO_LARGE", "The uploaded content is too large");
  }
  job.content = call.text;
  return { status: 201 };
}

function table(job: IngestJob, columns: readonly string[], rows: Iterable<readonly string[]>): Reply {
  if (isRunning(job.progress.state)) throw wrongState(`Job is not complete, its state is ${job.progress.state}`);
  const format = csvFormat(job.head.csv);
  function* pieces(): Generator<string> {
    yield csvLine(columns, format);
    for (const row of rows) yield csvLine(row, format);
  }
  return { status: 200, pieces, headers: { "content-type": "text/csv" } };
}
