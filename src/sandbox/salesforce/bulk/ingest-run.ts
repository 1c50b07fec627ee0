import { SalesforceError } from "../errors.ts";
import type { ObjectSchema } from "../schema/index.ts";
import { relationship } from "../soql/index.ts";
import { normalizeId } from "../state/org.ts";
import {
  createRecord,
  deleteRecord,
  hardDelete,
  MultipleChoices,
  updateRecord,
  upsertKey,
  upsertRecord,
} from "../writes/index.ts";
import type { WriteContext } from "../writes/index.ts";
import { readCsv } from "./csv-reader.ts";
import { csvFormat } from "./format.ts";
import type { IngestJob, RowOutcome } from "./ingest-job.ts";

/** Empties a field; an empty cell leaves it as it is. */
const NULL = "#N/A";

function failure(error: unknown): string {
  if (error instanceof MultipleChoices) return `DUPLICATE_EXTERNAL_ID:${error.message}:--`;
  if (!(error instanceof SalesforceError)) throw error;
  if (error.code === "NOT_FOUND") return "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--";
  const fields = error.fields === null || error.fields.length === 0 ? "" : `${error.fields.join(", ")} `;
  return `${error.code}:${error.message}:${fields}--`;
}

/** The name of a header column the object does not have; null when it has all. */
function unknownColumn(object: ObjectSchema, columns: readonly string[]): string | null {
  for (const column of columns) {
    const [first = "", second] = column.split(".");
    const known =
      second === undefined ? object.fieldsByName.has(first.toLowerCase()) : relationship(object, first) !== undefined;
    if (!known) return column;
  }
  return null;
}

function bodyOf(columns: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) {
    const cell = cells[index] ?? "";
    if (cell === "") continue;
    const [first = "", second] = column.split(".");
    body[second === undefined ? column : first] =
      cell === NULL ? null : second === undefined ? cell : { [second]: cell };
  }
  return body;
}

function take(body: Record<string, unknown>, name: string): string {
  let taken = "";
  for (const [key, value] of Object.entries(body)) {
    if (key.toLowerCase() !== name.toLowerCase()) continue;
    if (typeof value === "string") taken = value;
    delete body[key];
  }
  return taken;
}

/** Runs one row as a transaction of its own. */
function runRow(context: WriteContext, object: ObjectSchema, job: IngestJob, cells: readonly string[]): RowOutcome {
  const body = bodyOf(job.columns, cells);
  const id = take(body, "Id");
  const full = normalizeId(id) ?? id;
  try {
    return context.org.atomically((): RowOutcome => {
      const done = { cells, created: false, error: null };
      switch (job.head.operation) {
        case "insert":
          return { ...done, id: createRecord(context, object, body), created: true };
        case "update":
          if (id === "") throw new SalesforceError(400, "MISSING_ARGUMENT", "Id not specified in an update call", []);
          updateRecord(context, object, id, body);
          return { ...done, id: full };
        case "upsert": {
          const key = upsertKey(object, job.externalIdFieldName ?? "Id");
          const value = key.type === "id" ? id : take(body, key.name);
          const outcome = upsertRecord(context, object, key, value, body);
          return { ...done, ...outcome };
        }
        case "delete":
          deleteRecord(context, object, id);
          return { ...done, id: full };
        case "hardDelete":
          hardDelete(context, object, id);
          return { ...done, id: full };
        default:
          return job.head.operation satisfies never;
      }
    });
  } catch (error) {
    return { cells, id: full, created: false, error: failure(error) };
  }
}

/** The external ids that more than one row of the file carries; those rows fail. */
function repeated(job: IngestJob, rows: readonly (readonly string[])[]): ReadonlySet<string> {
  const found = new Set<string>();
  const name = job.externalIdFieldName?.toLowerCase();
  const column = job.columns.findIndex((each) => each.toLowerCase() === name);
  if (job.head.operation !== "upsert" || column === -1) return found;
  const seen = new Set<string>();
  for (const row of rows) {
    const value = (row[column] ?? "").toLowerCase();
    if (value !== "" && seen.has(value)) found.add(value);
    seen.add(value);
  }
  return found;
}

/** Reads the file of a job and runs its rows; a file that cannot be read fails the job as a whole (§8). */
export function runIngest(context: WriteContext, object: ObjectSchema, job: IngestJob): void {
  const format = csvFormat(job.head.csv);
  const content = job.content ?? "";
  const [columns = [], ...rows] = readCsv(content, format.delimiter);
  job.columns = columns;
  const fail = (message: string): void => {
    job.progress.state = "Failed";
    job.progress.errorMessage = message;
    job.unprocessed = rows;
  };
  const firstLine = content.slice(0, content.indexOf("\n") + 1);
  if (firstLine !== "" && firstLine.endsWith("\r\n") !== (format.newline === "\r\n")) {
    fail(`InvalidBatch : LineEnding is invalid on user data. Current LineEnding setting is ${job.head.csv.lineEnding}`);
    return;
  }
  const unknown = unknownColumn(object, columns);
  if (unknown !== null) {
    fail(`InvalidBatch : Field name not found : ${unknown}`);
    return;
  }
  const twice = repeated(job, rows);
  const column = job.columns.findIndex((each) => each.toLowerCase() === job.externalIdFieldName?.toLowerCase());
  job.outcomes = rows.map((cells) => {
    const value = (cells[column] ?? "").toLowerCase();
    if (!twice.has(value)) return runRow(context, object, job, cells);
    const error = `DUPLICATE_VALUE:Duplicate external id specified: ${cells[column] ?? ""}:${columns[column] ?? ""} --`;
    return { cells, id: "", created: false, error };
  });
}
