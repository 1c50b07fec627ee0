import { methodNotAllowed, notFound, SalesforceError } from "../errors.ts";
import type { ObjectSchema, Row } from "../schema/index.ts";
import { normalizeId } from "../state/org.ts";
import { printRecord, relationship } from "../soql/index.ts";
import {
  createRecord,
  deleteRecord,
  liveRecord,
  MultipleChoices,
  updateRecord,
  upsertKey,
  upsertRecord,
} from "../writes/index.ts";
import { jsonBody, writing } from "./call.ts";
import type { Call, Reply, RestState } from "./call.ts";
import { describeGlobal, describeObject, describeSummary } from "./describe-resource.ts";
import { layoutsResource, recentItems } from "./looks-resource.ts";
import { queryResource } from "./query-resource.ts";
import { replicationResource } from "./replication-resource.ts";

/** Everything under `sobjects` (reference salesforce.md §6, §7). */
export function recordResource(state: RestState, call: Call): Reply {
  const { org } = state;
  const [, name, third, fourth] = call.path;
  if (name === undefined) return conditionalDescribe(state, call, () => describeGlobal(org, call.version));
  const object = org.schema.object(name);
  if (object === undefined || !org.visibility.shows(object)) throw notFound();
  if (third === undefined) return objectItself(state, call, object);
  const word = third.toLowerCase();
  if (fourth === undefined) {
    if (word === "describe") {
      return conditionalDescribe(state, call, () => describeObject(org, object, call.version));
    }
    if (word === "updated" || word === "deleted") return replicationResource(state, call, object, word);
    return recordById(state, call, object, third);
  }
  if (word === "describe") return layoutsResource(state, call, object);
  if (normalizeId(third)?.startsWith(object.keyPrefix) === true && !object.fieldsByName.has(word)) {
    return relatedResource(state, call, object, third, fourth);
  }
  return recordByKey(state, call, object, third, call.path.slice(3).join("/"));
}

/** `sobjects/X/id/Relationship`: the parent, or the children as a query result. */
function relatedResource(state: RestState, call: Call, object: ObjectSchema, id: string, name: string): Reply {
  const row = liveRecord({ org: state.org }, object, id);
  const reference = relationship(object, name);
  if (reference !== undefined) {
    const parentId = row[reference.name];
    const parent = typeof parentId === "string" ? state.org.find(parentId, reference.referenceTo) : undefined;
    if (parent === undefined) throw notFound(`The requested resource does not exist`);
    return recordById(state, call, parent.table.object, parent.row.Id);
  }
  const child = object.children.find((each) => each.name.toLowerCase() === name.toLowerCase());
  const target = child === undefined ? undefined : state.org.schema.object(child.object);
  if (child === undefined || target === undefined || call.method !== "GET") throw notFound();
  const asked = call.search.get("fields");
  const fields =
    asked
    ?? state.org.visibility
      .fields(target)
      .map((each) => each.name)
      .join(",");
  const soql = `SELECT ${fields} FROM ${target.name} WHERE ${child.field} = '${row.Id}'`;
  const query = { ...call, path: ["query"], search: new URLSearchParams({ q: soql }) };
  return queryResource(state, query);
}

function conditionalDescribe(state: RestState, call: Call, body: () => unknown): Reply {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const changedAt = Math.floor(state.schemaSince / 1000) * 1000;
  const since = Date.parse(call.header("if-modified-since") ?? "");
  if (since >= changedAt) return { status: 304 };
  return { status: 200, body: body(), headers: { "Last-Modified": new Date(changedAt).toUTCString() } };
}

function objectItself(state: RestState, call: Call, object: ObjectSchema): Reply {
  if (call.method === "GET") {
    const objectDescribe = describeSummary(object, call.version);
    return { status: 200, body: { objectDescribe, recentItems: recentItems(state, call, object, 200) } };
  }
  if (call.method !== "POST") throw methodNotAllowed(call.method);
  const body = jsonBody(call);
  const id = state.org.atomically(() => createRecord(writing(state, call), object, body));
  state.recent.touch(call.session.userId, object.name, id);
  return created(call, object, id);
}

function created(call: Call, object: ObjectSchema, id: string): Reply {
  return {
    status: 201,
    body: { id, success: true, errors: [] },
    headers: { Location: `/services/data/v${call.version}/sobjects/${object.name}/${id}` },
  };
}

/** 304 and 412 by the record's last modification; null when the call may go on. */
function precondition(call: Call, row: Row): Reply | null {
  const modified = row["LastModifiedDate"] ?? row["SystemModstamp"];
  if (typeof modified !== "string") return null;
  const at = Date.parse(modified);
  const since = Date.parse(call.header("if-modified-since") ?? "");
  if (call.method === "GET" && since >= at) return { status: 304 };
  const until = Date.parse(call.header("if-unmodified-since") ?? "");
  if (until < at) {
    throw new SalesforceError(412, "PRECONDITION_FAILED", "The record was modified after the given instant");
  }
  return null;
}

function recordById(state: RestState, call: Call, object: ObjectSchema, id: string): Reply {
  const context = writing(state, call);
  const { method } = call;
  if (method === "POST" && id.toLowerCase() === "id")
    return objectItself(state, { ...call, path: call.path.slice(0, 2) }, object);
  if (method !== "GET" && method !== "PATCH" && method !== "DELETE") throw methodNotAllowed(method);
  const row = liveRecord(context, object, id);
  if (!state.org.visibility.showsRow(row.Id)) throw notFound();
  const refused = precondition(call, row);
  if (refused !== null) return refused;
  if (method !== "DELETE") state.recent.touch(call.session.userId, object.name, row.Id);
  if (method === "GET") return { status: 200, body: readRecord(state, call, object, row) };
  const body = method === "PATCH" ? jsonBody(call) : {};
  state.org.atomically(() => {
    if (method === "DELETE") deleteRecord(context, object, id);
    else updateRecord(context, object, id, body);
  });
  return { status: 204 };
}

function readRecord(state: RestState, call: Call, object: ObjectSchema, row: Row): unknown {
  const asked = call.search.get("fields");
  const fields = asked === null ? null : asked.split(",").map((each) => each.trim());
  return printRecord(state.org, object, row, fields, call.version);
}

function liveWith(state: RestState, object: ObjectSchema, field: string, value: string): Row[] {
  return state.org
    .table(object)
    .withValue(field, value)
    .filter((each) => each["IsDeleted"] !== true);
}

function recordByKey(state: RestState, call: Call, object: ObjectSchema, keyName: string, value: string): Reply {
  const key = upsertKey(object, keyName);
  const context = writing(state, call);
  if (call.method === "PATCH") {
    const body = jsonBody(call);
    if (Object.keys(body).some((each) => each.toLowerCase() === key.name.toLowerCase())) {
      throw new SalesforceError(
        400,
        "INVALID_FIELD",
        `The ${key.name} field should not be specified in the sobject data.`,
      );
    }
    const [known] = liveWith(state, object, key.name, value);
    if (known !== undefined) precondition(call, known);
    try {
      const outcome = state.org.atomically(() => upsertRecord(context, object, key, value, body));
      if (outcome.created) {
        const reply = created(call, object, outcome.id);
        return { ...reply, body: { id: outcome.id, success: true, errors: [], created: true } };
      }
      if (Number(call.version) < 46) return { status: 204 };
      return { status: 200, body: { id: outcome.id, success: true, errors: [], created: false } };
    } catch (error) {
      if (!(error instanceof MultipleChoices)) throw error;
      return multipleChoices(call, object, error.ids);
    }
  }
  const rows = liveWith(state, object, key.name, value);
  const [row] = rows;
  if (row === undefined) throw notFound();
  if (rows.length > 1)
    return multipleChoices(
      call,
      object,
      rows.map((each) => each.Id),
    );
  return recordById(state, call, object, row.Id);
}

function multipleChoices(call: Call, object: ObjectSchema, ids: readonly string[]): Reply {
  return { status: 300, body: ids.map((id) => `/services/data/v${call.version}/sobjects/${object.name}/${id}`) };
}
