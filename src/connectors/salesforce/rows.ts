import { HubError, isJsonObject, parseInstant, toProblem } from "../../model/index.ts";
import type { Instant, Json, JsonObject, Reject, SourceRecord, Tombstone } from "../../model/index.ts";
import type { QueryAnswer, Row } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";
import type { ObjectSpec } from "./objects.ts";
import type { ReadPlan } from "./select-list.ts";
import { oneOf } from "./soql.ts";
import type { Soql } from "./soql.ts";

/** Ids of one query: 22 characters each as sent, well under the longest request. */
const IDS_PER_QUERY = 150;
const MOST_REREADS = 3;

/** The content of a page, without its position. */
export interface PageContent {
  readonly records: readonly SourceRecord[];
  readonly tombstones: readonly Tombstone[];
  readonly rejects: readonly Reject[];
}

/** Follows a query page by page; only `done` ends it, never the length of a page (reference salesforce.md §5). */
export async function* pagesOf(
  client: SalesforceClient,
  query: Soql,
  all: boolean,
  signal: AbortSignal,
): AsyncGenerator<QueryAnswer> {
  let page = await client.query(query, all, signal);
  for (;;) {
    yield page;
    if (page.done) return;
    if (page.nextRecordsUrl === undefined) {
      throw new HubError("HUB-1307", `The answer for ${query.object} is not the last one but names no next.`, {
        disposition: "stop-stream",
        place: { system: "salesforce", stream: query.object },
        remedy: "Run again; reading goes on from the last stored page.",
      });
    }
    page = await client.queryMore(page.nextRecordsUrl, query.object, signal);
  }
}

/** True for the cursor that Salesforce has forgotten: the caller asks again from its last row. */
export function isLostCursor(error: unknown): boolean {
  return error instanceof HubError && error.code === "HUB-1311";
}

/**
 * Adds the columns of the further chunks to the rows of the first one. A row that changed in between is read again, so
 * that no record mixes two of its states (reference salesforce.md §15.5).
 */
export async function completeRows(
  client: SalesforceClient,
  object: string,
  plan: ReadPlan,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  if (plan.chunks.length <= 1) return rows;
  const complete = new Map<string, Row>();
  let open = new Map(rows.map((row) => [row.Id, row]));
  for (let attempt = 0; open.size > 0 && attempt <= MOST_REREADS; attempt += 1) {
    const chunks = attempt === 0 ? plan.chunks.slice(1) : plan.chunks;
    const base = attempt === 0 ? open : new Map<string, Row>();
    const parts = new Map<string, Row[]>([...base].map(([id, row]) => [id, [row]]));
    for (const fields of chunks) {
      for (const row of await rowsById(client, object, fields, [...open.keys()], plan.deletions, signal)) {
        const found = parts.get(row.Id);
        if (found === undefined) parts.set(row.Id, [row]);
        else found.push(row);
      }
    }
    const again = new Map<string, Row>();
    for (const [id, row] of open) {
      const found = parts.get(id) ?? [];
      const stamps = new Set(found.map((part) => part[plan.stamp]));
      if (found.length === plan.chunks.length && stamps.size === 1) {
        complete.set(id, Object.assign({}, ...found, { Id: id }) as Row);
      } else again.set(id, row);
    }
    open = again;
  }
  if (open.size > 0) {
    throw new HubError("HUB-1304", `${open.size} records of ${object} kept changing while they were read.`, {
      disposition: "stop-stream",
      place: { system: "salesforce", stream: object },
      remedy: "Run again when the mass update in Salesforce is over.",
    });
  }
  return rows.map((row) => complete.get(row.Id) ?? row);
}

/** Reads rows by their ids, in as many queries as it takes. */
export async function rowsById(
  client: SalesforceClient,
  object: string,
  fields: readonly string[],
  ids: readonly string[],
  all: boolean,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
    const where = [oneOf("Id", ids.slice(at, at + IDS_PER_QUERY))];
    for await (const page of pagesOf(client, { object, fields, where }, all, signal)) rows.push(...page.records);
  }
  return rows;
}

/** Brings rows to records, tombstones and rejects. A deleted row is kept as its last state, and ended by its tombstone. */
export function contentOf(spec: ObjectSpec, rows: readonly Row[]): PageContent {
  const records: SourceRecord[] = [];
  const tombstones: Tombstone[] = [];
  const rejects: Reject[] = [];
  for (const row of rows) {
    const parentId = spec.parent === undefined ? undefined : row[spec.parent.field];
    if (spec.parent !== undefined && typeof parentId !== "string") {
      rejects.push(reject(spec, row, spec.parent.field));
      continue;
    }
    const modifiedAt = stampOf(row, "SystemModstamp") ?? stampOf(row, "CreatedDate");
    records.push({
      stream: spec.name,
      id: row.Id,
      content: withoutAttributes(row),
      ...(spec.parent !== undefined && typeof parentId === "string"
        ? { member: { stream: spec.parent.object, id: parentId } }
        : {}),
      ...(modifiedAt === undefined ? {} : { modifiedAt }),
    });
    if (spec.role !== "history" && row["IsDeleted"] === true) tombstones.push(tombstoneOf(spec.name, row));
  }
  return { records, tombstones, rejects };
}

export function tombstoneOf(stream: string, row: Row): Tombstone {
  const master = row["MasterRecordId"];
  return {
    stream,
    id: row.Id,
    at: stampOf(row, "SystemModstamp") ?? null,
    ...(typeof master === "string" ? { cause: "merged", mergedInto: master } : { cause: "deleted" }),
  };
}

export function stampOf(row: JsonObject, field: string): Instant | undefined {
  const value = row[field];
  return typeof value === "string" ? parseInstant(value) : undefined;
}

/** `attributes` repeats the API version in every row; it is not content. */
function withoutAttributes(value: JsonObject): JsonObject {
  const content: Record<string, Json | undefined> = {};
  for (const [name, member] of Object.entries(value)) {
    if (name === "attributes") continue;
    content[name] = isJsonObject(member) ? withoutAttributes(member) : member;
  }
  return content;
}

function reject(spec: ObjectSpec, row: Row, field: string): Reject {
  const error = new HubError("HUB-1316", `A row of ${spec.name} does not say in ${field} what it belongs to.`, {
    disposition: "skip-record",
    place: { system: "salesforce", stream: spec.name, record: row.Id },
    remedy: "Look at the record in Salesforce; it is kept in the dead letters and can be replayed.",
  });
  return { stream: spec.name, id: row.Id, content: withoutAttributes(row), problem: toProblem(error) };
}
