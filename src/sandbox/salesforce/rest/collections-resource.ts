import { z } from "zod";
import { jsonParserError, methodNotAllowed, notFound, SalesforceError } from "../errors.ts";
import type { ObjectSchema } from "../schema/index.ts";
import { printRecord } from "../soql/index.ts";
import { normalizeId } from "../state/org.ts";
import { createRecord, deleteRecord, MultipleChoices, updateRecord, upsertKey, upsertRecord } from "../writes/index.ts";
import type { WriteContext } from "../writes/index.ts";
import { jsonBody, writing } from "./call.ts";
import type { Call, Reply, RestState } from "./call.ts";

const MOST = 200;
const RECORD = z.record(z.string(), z.unknown());
const COLLECTION = z.object({ allOrNone: z.boolean().default(false), records: z.array(RECORD) });
const RETRIEVE = z.object({ ids: z.array(z.string()), fields: z.array(z.string()) });
const ATTRIBUTES = z.object({ attributes: z.object({ type: z.string() }) });

interface ItemError {
  readonly statusCode: string;
  readonly message: string;
  readonly fields: readonly string[];
}

interface Item {
  readonly id?: string;
  readonly success: boolean;
  readonly errors: readonly ItemError[];
  readonly created?: boolean;
}

function failed(statusCode: string, message: string, fields: readonly string[] = []): Item {
  return { success: false, errors: [{ statusCode, message, fields }] };
}

/** Runs one item on its own; what goes wrong becomes the item's error. */
function attempt(state: RestState, change: () => Item): Item {
  const locked = state.dials.take("error-in-200");
  if (locked !== null) {
    const { code = "UNABLE_TO_LOCK_ROW", message = "unable to obtain exclusive access to this record" } = locked;
    return failed(code, message);
  }
  try {
    return state.org.atomically(change);
  } catch (error) {
    if (error instanceof MultipleChoices) return failed("DUPLICATE_EXTERNAL_ID", error.message);
    if (!(error instanceof SalesforceError)) throw error;
    if (error.code === "NOT_FOUND") return failed("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
    return failed(error.code, error.message, error.fields ?? []);
  }
}

/** Runs all items in order; with `allOrNone` one failure takes the others back (reference salesforce.md §7). */
function runAll<T>(
  state: RestState,
  items: readonly T[],
  allOrNone: boolean,
  change: (item: T) => Item,
  rolledBack: Partial<Item> = {},
): Item[] {
  if (items.length > MOST) {
    throw new SalesforceError(
      400,
      "EXCEEDED_ID_LIMIT",
      "record limit reached. cannot submit more than 200 records into this call",
    );
  }
  const results = state.org.atomically(
    () => items.map((item) => attempt(state, () => change(item))),
    (outcome) => !allOrNone || outcome.every((each) => each.success),
  );
  if (!allOrNone || results.every((each) => each.success)) return results;
  const halted = failed(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
  );
  return results.map((each) => (each.success ? { ...halted, ...rolledBack } : each));
}

function objectOf(state: RestState, record: Readonly<Record<string, unknown>>): ObjectSchema {
  const parsed = ATTRIBUTES.safeParse(record);
  if (!parsed.success) throw new SalesforceError(400, "INVALID_INPUT", "Include an sObject type in attributes");
  const { type } = parsed.data.attributes;
  const object = state.org.schema.object(type);
  if (object === undefined || !state.org.visibility.shows(object)) {
    throw new SalesforceError(400, "INVALID_TYPE", `sObject type '${type}' is not supported.`);
  }
  return object;
}

/** Splits the record's own id off its fields; the key may be `id` or `Id`. */
function takeId(record: Readonly<Record<string, unknown>>): { id: string | null; fields: Record<string, unknown> } {
  const fields: Record<string, unknown> = {};
  let id: string | null = null;
  for (const [name, value] of Object.entries(record)) {
    if (name.toLowerCase() !== "id") fields[name] = value;
    else if (typeof value === "string") id = value;
  }
  return { id, fields };
}

function readCollection(call: Call): z.output<typeof COLLECTION> {
  const parsed = COLLECTION.safeParse(jsonBody(call));
  if (!parsed.success) throw jsonParserError("The request body must hold an array 'records'");
  return parsed.data;
}

/** `composite/sobjects`, with and without an object and an external id (reference salesforce.md §7). */
export function collectionsResource(state: RestState, call: Call): Reply {
  const context = writing(state, call);
  const [, , name, key] = call.path;
  if (name !== undefined) {
    const object = state.org.schema.object(name);
    if (object === undefined || !state.org.visibility.shows(object)) throw notFound();
    if (key !== undefined && call.method === "PATCH") return upsertMany(state, call, context, object, key);
    if (key === undefined && (call.method === "GET" || call.method === "POST")) return retrieve(state, call, object);
    throw methodNotAllowed(call.method);
  }
  switch (call.method) {
    case "POST": {
      const { allOrNone, records } = readCollection(call);
      const change = (record: Record<string, unknown>): Item => {
        const id = createRecord(context, objectOf(state, record), record);
        return { id, success: true, errors: [] };
      };
      return { status: 200, body: runAll(state, records, allOrNone, change) };
    }
    case "PATCH": {
      const { allOrNone, records } = readCollection(call);
      const change = (record: Record<string, unknown>): Item => {
        const object = objectOf(state, record);
        const { id, fields } = takeId(record);
        if (id === null) throw new SalesforceError(400, "MISSING_ARGUMENT", "Id not specified in an update call");
        updateRecord(context, object, id, fields);
        return { id: normalizeId(id) ?? id, success: true, errors: [] };
      };
      return { status: 200, body: runAll(state, records, allOrNone, change) };
    }
    case "DELETE": {
      const ids = (call.search.get("ids") ?? "").split(",").filter((each) => each !== "");
      const allOrNone = call.search.get("allOrNone") === "true";
      const change = (id: string): Item => {
        const object = state.org.schema.objects.find((each) => each.deletable && each.keyPrefix === id.slice(0, 3));
        if (object === undefined) throw new SalesforceError(400, "MALFORMED_ID", `malformed id ${id}`);
        deleteRecord(context, object, id);
        return { id: normalizeId(id) ?? id, success: true, errors: [] };
      };
      return { status: 200, body: runAll(state, ids, allOrNone, change) };
    }
    default:
      throw methodNotAllowed(call.method);
  }
}

function upsertMany(state: RestState, call: Call, context: WriteContext, object: ObjectSchema, keyName: string): Reply {
  const key = upsertKey(object, keyName);
  const { allOrNone, records } = readCollection(call);
  const change = (record: Record<string, unknown>): Item => {
    const fields: Record<string, unknown> = {};
    let value: string | null = null;
    for (const [name, given] of Object.entries(record)) {
      if (name.toLowerCase() !== key.name.toLowerCase()) fields[name] = given;
      else if (typeof given === "string" || typeof given === "number") value = String(given);
    }
    const outcome = upsertRecord(context, object, key, value, fields);
    return { id: outcome.id, success: true, errors: [], created: outcome.created };
  };
  return { status: 200, body: runAll(state, records, allOrNone, change, { created: true }) };
}

function retrieve(state: RestState, call: Call, object: ObjectSchema): Reply {
  const list = (name: string): string[] => (call.search.get(name) ?? "").split(",").filter((each) => each !== "");
  const given = call.method === "POST" ? jsonBody(call) : { ids: list("ids"), fields: list("fields") };
  const parsed = RETRIEVE.safeParse(given);
  if (!parsed.success) throw jsonParserError("The request body must hold arrays 'ids' and 'fields'");
  const { ids, fields } = parsed.data;
  if (ids.length > 2000) {
    throw new SalesforceError(
      400,
      "EXCEEDED_ID_LIMIT",
      "record limit reached. cannot submit more than 2000 records into this call",
    );
  }
  const table = state.org.table(object);
  const body = ids.map((id) => {
    const row = table.get(normalizeId(id) ?? "");
    return row === undefined || row["IsDeleted"] === true || !state.org.visibility.showsRow(row.Id)
      ? null
      : printRecord(state.org, object, row, fields, call.version);
  });
  return { status: 200, body };
}
