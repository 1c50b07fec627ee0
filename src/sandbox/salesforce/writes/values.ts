import { jsonParserError, SalesforceError } from "../errors.ts";
import type { FieldSchema, ObjectSchema, Value } from "../schema/index.ts";
import { relationship } from "../soql/names.ts";
import { normalizeId, stamp } from "../state/org.ts";
import type { Org } from "../state/org.ts";

/** The values of a request body by canonical field name. */
export type Values = Map<string, Value>;

function cannotDeserialize(type: string, value: unknown): SalesforceError {
  const kind = typeof value === "number" ? "NUMBER" : typeof value === "boolean" ? "BOOLEAN" : "STRING";
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return jsonParserError(
    `Cannot deserialize instance of ${type} from VALUE_${kind} value ${shown} or request may be missing a required field `
      + `at [line:1, column:2]`,
  );
}

function wrongId(field: FieldSchema, value: unknown): SalesforceError {
  return new SalesforceError(400, "MALFORMED_ID", `${field.label}: id value of incorrect type: ${String(value)}`, [
    field.name,
  ]);
}

function reference(org: Org, field: FieldSchema, value: unknown): Value {
  const id = typeof value === "string" ? normalizeId(value) : null;
  if (id === null) throw wrongId(field, value);
  const targets = field.referenceTo.map((each) => org.schema.object(each)).filter((each) => each !== undefined);
  // An object the sandbox holds no records of (UserRole) takes any id.
  if (targets.every((each) => org.table(each).size === 0)) return id;
  if (!targets.some((each) => each.keyPrefix === id.slice(0, 3))) throw wrongId(field, value);
  const found = org.find(
    id,
    targets.map((each) => each.name),
  );
  if (found === undefined) {
    throw new SalesforceError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", []);
  }
  if (found.row["IsDeleted"] === true) {
    throw new SalesforceError(400, "ENTITY_IS_DELETED", "entity is deleted", []);
  }
  return id;
}

function text(field: FieldSchema, value: unknown): Value {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    throw cannotDeserialize("string", value);
  }
  const written = String(value);
  if (written === "") return null;
  if (field.length > 0 && written.length > field.length) {
    const shown = written.length > 255 ? `${written.slice(0, 255)}…` : written;
    throw new SalesforceError(
      400,
      "STRING_TOO_LONG",
      `${field.label}: data value too large: ${shown} (max length=${String(field.length)})`,
      [field.name],
    );
  }
  if (field.type === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(written)) {
    throw new SalesforceError(400, "INVALID_EMAIL_ADDRESS", `${field.label}: invalid email address: ${written}`, [
      field.name,
    ]);
  }
  return written;
}

function pickOne(field: FieldSchema, value: unknown): Value {
  const written = text(field, value);
  if (written === null || !field.restrictedPicklist) return written;
  const known = field.picklist.find((each) => each === written);
  if (known === undefined) {
    throw new SalesforceError(
      400,
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
      `${field.label}: bad value for restricted picklist field: ${written}`,
      [field.name],
    );
  }
  return known;
}

function pickMany(field: FieldSchema, value: unknown): Value {
  const written = text(field, value);
  if (written === null) return null;
  const picked = String(written)
    .split(";")
    .map((each) => pickOne(field, each.trim()))
    .filter((each) => each !== null);
  return picked.join(";");
}

function timeOfDay(value: unknown): Value {
  if (value === "") return null;
  const found = typeof value === "string" ? /^(\d{2}:\d{2})(?::(\d{2}))?(?:\.(\d{1,3}))?Z?$/u.exec(value) : null;
  if (found === null) throw cannotDeserialize("time", value);
  return `${found[1] ?? ""}:${found[2] ?? "00"}.${(found[3] ?? "").padEnd(3, "0")}Z`;
}

function numeric(field: FieldSchema, value: unknown): Value {
  const given = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof given !== "number" || !Number.isFinite(given)) {
    if (value === "") return null;
    throw cannotDeserialize(field.type === "int" ? "int" : "double", value);
  }
  if (field.type === "int" && !Number.isInteger(given)) throw cannotDeserialize("int", value);
  const limit = 10 ** Math.max(field.precision - field.scale, 1);
  if (field.precision > 0 && Math.abs(given) >= limit) {
    throw new SalesforceError(
      400,
      "NUMBER_OUTSIDE_VALID_RANGE",
      `${field.label}: value outside of valid range on numeric field: ${String(given)}`,
      [field.name],
    );
  }
  return field.type === "int" ? given : Number(given.toFixed(field.scale));
}

function temporal(field: FieldSchema, value: unknown): Value {
  if (value === "") return null;
  const type = field.type === "date" ? "date" : "datetime";
  if (typeof value !== "string") throw cannotDeserialize(type, value);
  const shape =
    field.type === "date"
      ? /^\d{4}-\d{2}-\d{2}(?:T.*)?$/u
      : /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/u;
  const ms = Date.parse(value.replace(/([+-]\d{2})(\d{2})$/u, "$1:$2"));
  if (!shape.test(value) || Number.isNaN(ms)) throw cannotDeserialize(type, value);
  return field.type === "date" ? value.slice(0, 10) : stamp(ms);
}

/** Checks one value against its field and brings it to the form rows hold. */
export function coerce(org: Org, field: FieldSchema, value: unknown): Value {
  if (value === null || value === undefined) return field.type === "boolean" ? false : null;
  switch (field.type) {
    case "boolean":
      if (typeof value === "boolean") return value;
      if (value === "true" || value === "false") return value === "true";
      throw cannotDeserialize("boolean", value);
    case "int":
    case "double":
    case "currency":
    case "percent":
      return numeric(field, value);
    case "date":
    case "datetime":
      return temporal(field, value);
    case "reference":
      return value === "" ? null : reference(org, field, value);
    case "picklist":
      return pickOne(field, value);
    case "multipicklist":
      return pickMany(field, value);
    case "time":
      return timeOfDay(value);
    case "id":
    case "string":
    case "combobox":
    case "textarea":
    case "phone":
    case "email":
    case "url":
    case "address":
    case "anyType":
      return text(field, value);
    default:
      return field.type satisfies never;
  }
}

/** Resolves `"Account": {"Ext__c": "x"}` to the id of the parent. */
function byExternalId(org: Org, field: FieldSchema, value: object): Value {
  const entries = Object.entries(value).filter(([name]) => name !== "attributes");
  const [entry] = entries;
  const target = field.referenceTo.map((each) => org.schema.object(each)).find((each) => each !== undefined);
  const key = entry === undefined ? undefined : target?.fieldsByName.get(entry[0].toLowerCase());
  if (entry === undefined || target === undefined || key === undefined || !(key.externalId || key.name === "Id")) {
    throw new SalesforceError(400, "INVALID_FIELD", `Foreign key external ID not found in ${field.name}`, []);
  }
  const text = String(entry[1]);
  const table = org.table(target);
  const found = key.name === "Id" ? table.get(normalizeId(text) ?? "") : table.withValue(key.name, text)[0];
  if (found === undefined) {
    throw new SalesforceError(
      400,
      "INVALID_FIELD",
      `Foreign key external ID: ${text} not found for field ${key.name} in entity ${target.name}`,
      [],
    );
  }
  return found.Id;
}

/**
 * Reads a request body against an object's fields.
 *
 * @throws SalesforceError with the codes of reference salesforce.md §4 for DML bodies.
 */
export function readValues(
  org: Org,
  object: ObjectSchema,
  body: Readonly<Record<string, unknown>>,
  mode: "create" | "update",
): Values {
  const values: Values = new Map();
  const locked: string[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (name === "attributes") continue;
    const field = org.visibility.field(object, name);
    if (field === undefined) {
      const parent = relationship(object, name);
      if (parent !== undefined && typeof value === "object" && value !== null) {
        values.set(parent.name, byExternalId(org, parent, value));
        continue;
      }
      throw new SalesforceError(400, "INVALID_FIELD", `No such column '${name}' on sobject of type ${object.name}`);
    }
    const writable = mode === "create" ? field.createable : field.updateable;
    if (!writable || !org.visibility.mayWrite(object, field)) locked.push(field.name);
    else values.set(field.name, coerce(org, field, value));
  }
  if (locked.length > 0) {
    throw new SalesforceError(
      400,
      "INVALID_FIELD_FOR_INSERT_UPDATE",
      `Unable to create/update fields: ${locked.join(", ")}. Please check the security settings of this field and verify `
        + `that it is read/write for your profile or permission set.`,
      locked,
    );
  }
  return values;
}
