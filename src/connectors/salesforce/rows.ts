import { HubError, isJsonObject, parseInstant, toProblem } from "../../model/index.ts";
import type { Instant, Json, JsonObject, Reject, SourceRecord, Tombstone } from "../../model/index.ts";
import type { QueryAnswer, Row } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";
import type { ObjectSpec } from "./objects.ts";
import type { ReadPlan } from "./select-list.ts";
import { idAfter, idUpTo, oneOf } from "./soql.ts";
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

/** The part of the id order that some rows are all rows of, so that their other columns can be asked for by pages. */
export interface IdRange {
  readonly after: string | null;
  readonly upTo: string;
  /** Conditions of the query the rows came from. */
  readonly where: readonly string[];
}

/**
 * Adds the columns of the further chunks to the rows of the first one. A row that changed in between is read again, so
 * that no record mixes two of its states (reference salesforce.md §15.5); one that is gone by then is left out.
 * @param range given when the rows are all of a range; without it they are asked for by their ids
 */
export async function completeRows(
  client: SalesforceClient,
  object: string,
  plan: ReadPlan,
  rows: readonly Row[],
  signal: AbortSignal,
  range?: IdRange,
): Promise<readonly Row[]> {
  if (plan.chunks.length <= 1 || rows.length === 0) return rows;
  const complete = new Map<string, Row>();
  let open = new Set(rows.map((row) => row.Id));
  for (let attempt = 0; open.size > 0 && attempt <= MOST_REREADS; attempt += 1) {
    const parts = new Map<string, Row[]>(attempt === 0 ? rows.map((row) => [row.Id, [row]]) : []);
    for (const fields of attempt === 0 ? plan.chunks.slice(1) : plan.chunks) {
      const found =
        attempt === 0 && range !== undefined
          ? await rowsInRange(client, object, fields, range, plan.deletions, signal)
          : await rowsById(client, object, fields, [...open], plan.deletions, signal);
      for (const row of found) {
        const known = parts.get(row.Id);
        if (known !== undefined) known.push(row);
        else if (attempt > 0) parts.set(row.Id, [row]);
      }
    }
    const again = new Set<string>();
    for (const id of open) {
      const found = parts.get(id) ?? [];
      const stamps = new Set(found.map((part) => (plan.stamp === null ? null : part[plan.stamp])));
      if (found.length === plan.chunks.length && stamps.size === 1) {
        complete.set(id, Object.assign({}, ...found, { Id: id }) as Row);
      } else if (found.length > 0) again.add(id);
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
  return rows.flatMap((row) => complete.get(row.Id) ?? []);
}

async function rowsInRange(
  client: SalesforceClient,
  object: string,
  fields: readonly string[],
  range: IdRange,
  all: boolean,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const after = range.after === null ? [] : [idAfter(range.after)];
  const where = [...range.where, ...after, idUpTo(range.upTo)];
  return rowsWhere(client, { object, fields, where, orderBy: ["Id"] }, all, signal);
}

/** All rows of a query that is known to be small. */
export async function rowsWhere(
  client: SalesforceClient,
  query: Soql,
  all: boolean,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const page of pagesOf(client, query, all, signal)) rows.push(...page.records);
  return rows;
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
    rows.push(...(await rowsWhere(client, { object, fields, where }, all, signal)));
  }
  return rows;
}

/** Brings rows to records, tombstones and rejects. A deleted row is kept as its last state, and ended by its tombstone. */
export function contentOf(spec: ObjectSpec, rows: readonly Row[]): PageContent {
  const records: SourceRecord[] = [];
  const tombstones: Tombstone[] = [];
  const rejects: Reject[] = [];
  const { name: stream, parent } = spec;
  for (const row of rows) {
    const content = withoutAttributes(row);
    const modifiedAt = stampOf(row, "SystemModstamp") ?? stampOf(row, "CreatedDate");
    if (parent === undefined) {
      records.push(
        modifiedAt === undefined ? { stream, id: row.Id, content } : { stream, id: row.Id, content, modifiedAt },
      );
      if (row["IsDeleted"] === true) tombstones.push(tombstoneOf(stream, row));
      continue;
    }
    const parentId = row[parent.field];
    if (typeof parentId !== "string") {
      rejects.push(reject(spec, row, parent.field));
      continue;
    }
    const member = { stream: parent.object, id: parentId };
    records.push(
      modifiedAt === undefined
        ? { stream, id: row.Id, content, member }
        : { stream, id: row.Id, content, member, modifiedAt },
    );
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

/**
 * `attributes` repeats the API version in every row; it is not content. Field by field and not by entries: this runs
 * for every value that is read.
 */
function withoutAttributes(value: JsonObject): JsonObject {
  const content: Record<string, Json | undefined> = {};
  for (const name in value) {
    if (name === "attributes") continue;
    const member = value[name];
    content[name] = typeof member === "object" && isJsonObject(member) ? withoutAttributes(member) : member;
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
