import { z } from "zod";
import type { OrganisationChange } from "../../kit/fault.ts";
import { OrganisationError } from "../../kit/system.ts";
import type { Sessions } from "../auth/sessions.ts";
import { SalesforceError } from "../errors.ts";
import type { RestState } from "../rest/call.ts";
import { customField } from "../schema/index.ts";
import type { FieldSchema, ObjectSchema, Row, Value } from "../schema/index.ts";
import { updateRecord } from "../writes/index.ts";

/** What a change of the org reaches into. */
export interface Organised {
  readonly rest: RestState;
  readonly sessions: Sessions;
  readonly userId: string;
}

const TYPE = z.enum([
  "string",
  "textarea",
  "picklist",
  "currency",
  "double",
  "int",
  "percent",
  "date",
  "datetime",
  "boolean",
]);
const FIELD = { object: z.string(), field: z.string() };
const CHANGE = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("rename-stage"),
    object: z.string().default("Opportunity"),
    from: z.string(),
    to: z.string(),
  }),
  z.strictObject({ do: z.literal("rename-label"), ...FIELD, from: z.string(), to: z.string() }),
  z.strictObject({
    do: z.literal("reuse-id"),
    object: z.string().default("Opportunity"),
    /** The API name that comes to mean something else. */
    from: z.string(),
    label: z.string(),
    isClosed: z.boolean().optional(),
    isWon: z.boolean().optional(),
    probability: z.number().optional(),
  }),
  z.strictObject({ do: z.literal("deactivate-person"), userId: z.string() }),
  z.strictObject({
    do: z.enum(["hide", "show"]),
    /** An object, or with `fields` some of its fields. */
    object: z.string().optional(),
    fields: z.array(z.string()).optional(),
    field: z.string().optional(),
    records: z.array(z.string()).optional(),
    record: z.string().optional(),
  }),
  z.strictObject({
    do: z.literal("refresh-org"),
    id: z
      .string()
      .regex(/^00D[A-Za-z0-9]{15}$/u)
      .optional(),
  }),
  z.strictObject({
    do: z.literal("dirty-picklist"),
    ...FIELD,
    /** What no list holds; the record's own value with a space after it when left out. */
    value: z.string().optional(),
    count: z.number().int().positive().default(3),
  }),
  z.strictObject({
    do: z.literal("second-currency"),
    corporate: z.string().length(3).default("USD"),
    currency: z.string().length(3).default("EUR"),
    object: z.string().default("Opportunity"),
    count: z.number().int().nonnegative().default(3),
  }),
  z.strictObject({ do: z.literal("add-field"), ...FIELD, type: TYPE.default("string"), label: z.string().optional() }),
  z.strictObject({ do: z.literal("remove-field"), ...FIELD }),
  z.strictObject({ do: z.literal("retype-field"), ...FIELD, type: TYPE.default("string") }),
]);

type Change = z.output<typeof CHANGE>;

/** Changes what an administrator of the org could; no record's stamp moves unless a record is written. */
export function organise(org: Organised, given: OrganisationChange): unknown {
  const parsed = CHANGE.safeParse(given);
  if (!parsed.success) throw new OrganisationError(z.prettifyError(parsed.error));
  try {
    return change(org, parsed.data);
  } catch (error) {
    if (error instanceof SalesforceError) throw new OrganisationError(`${error.code}: ${error.message}`);
    throw error;
  }
}

function change(organised: Organised, asked: Change): unknown {
  const { rest, sessions } = organised;
  switch (asked.do) {
    case "rename-stage":
      return relabel(organised, asked.object, asked.from, { MasterLabel: asked.to });
    case "reuse-id":
      return relabel(organised, asked.object, asked.from, {
        MasterLabel: asked.label,
        ...(asked.isClosed === undefined ? {} : { IsClosed: asked.isClosed }),
        ...(asked.isWon === undefined ? {} : { IsWon: asked.isWon }),
        ...(asked.probability === undefined ? {} : { DefaultProbability: asked.probability }),
      });
    case "rename-label":
      return renameValue(organised, asked);
    case "deactivate-person": {
      const users = rest.org.tableNamed("User");
      const user = users.get(asked.userId);
      if (user === undefined) throw new OrganisationError(`There is no user ${asked.userId}.`);
      const at = rest.org.now();
      users.put({ ...user, IsActive: false, SystemModstamp: at, LastModifiedDate: at });
      return { userId: user.Id };
    }
    case "hide":
    case "show":
      return setSight(organised, asked);
    case "refresh-org": {
      const former = rest.org.id;
      const id = asked.id ?? `${former.slice(0, 12)}${former.slice(12, 14) === "ZZ" ? "YY" : "ZZ"}${former.slice(14)}`;
      const table = rest.org.tableNamed("Organization");
      const [row] = table.all();
      if (row !== undefined) {
        table.remove(row.Id);
        table.put({ ...row, Id: id });
      }
      rest.org.id = id;
      sessions.expireAll();
      return { from: former, to: id };
    }
    case "dirty-picklist":
      return dirty(organised, asked);
    case "second-currency":
      return secondCurrency(organised, asked);
    case "add-field": {
      const object = objectOf(organised, asked.object);
      if (object.fieldsByName.has(asked.field.toLowerCase())) {
        throw new OrganisationError(`${object.name} has a field ${asked.field} already.`);
      }
      const label = asked.label ?? asked.field.replace(/__c$/u, "").replaceAll("_", " ");
      setField(organised, object, customField({ name: asked.field, label, type: asked.type }, null));
      return { object: object.name, field: asked.field };
    }
    case "remove-field": {
      const { object, field } = fieldOf(organised, asked.object, asked.field);
      rest.org.schema.remove(object, field.name);
      rest.schemaSince = rest.org.clock.now();
      return { object: object.name, field: field.name };
    }
    case "retype-field":
      return retype(organised, asked);
    default:
      return asked satisfies never;
  }
}

function objectOf({ rest }: Organised, name: string): ObjectSchema {
  const object = rest.org.schema.object(name);
  if (object === undefined) throw new OrganisationError(`There is no object ${name}.`);
  return object;
}

function fieldOf(organised: Organised, objectName: string, name: string): { object: ObjectSchema; field: FieldSchema } {
  const object = objectOf(organised, objectName);
  const field = object.fieldsByName.get(name.toLowerCase());
  if (field === undefined) throw new OrganisationError(`${object.name} has no field ${name}.`);
  return { object, field };
}

function setField({ rest }: Organised, object: ObjectSchema, field: FieldSchema): void {
  rest.org.schema.put(object, field);
  rest.schemaSince = rest.org.clock.now();
}

const STATUS_OBJECTS: Readonly<Record<string, string>> = {
  Opportunity: "OpportunityStage",
  Lead: "LeadStatus",
  Case: "CaseStatus",
  Task: "TaskStatus",
};

/** Changes the row of a stage or status; its API name, which records hold, stays (reference salesforce.md §10). */
function relabel(
  organised: Organised,
  objectName: string,
  apiName: string,
  values: Readonly<Record<string, Value>>,
): unknown {
  const { org } = organised.rest;
  const of = STATUS_OBJECTS[objectOf(organised, objectName).name];
  if (of === undefined) throw new OrganisationError(`${objectName} has no stages.`);
  const table = org.tableNamed(of);
  const row = [...table.all()].find((each) => each["ApiName"] === apiName || each["MasterLabel"] === apiName);
  if (row === undefined) throw new OrganisationError(`${objectName} has no stage ${apiName}.`);
  const at = org.now();
  table.put({ ...row, ...values, SystemModstamp: at, LastModifiedDate: at });
  return { object: of, id: row.Id, apiName: row["ApiName"], from: row["MasterLabel"], to: values["MasterLabel"] };
}

/** A picklist value gets another name: the list and all records show it, and no stamp moves. */
function renameValue(organised: Organised, asked: Extract<Change, { do: "rename-label" }>): unknown {
  const { object, field } = fieldOf(organised, asked.object, asked.field);
  if (field.picklistObject !== null) return relabel(organised, asked.object, asked.from, { MasterLabel: asked.to });
  if (!field.picklist.includes(asked.from)) throw new OrganisationError(`${field.name} has no value ${asked.from}.`);
  setField(organised, object, {
    ...field,
    picklist: field.picklist.map((each) => (each === asked.from ? asked.to : each)),
  });
  return { records: rewrite(organised, object, field.name, (value) => (value === asked.from ? asked.to : value)) };
}

/** Changes a field of all rows as the platform does, without a stamp; how many rows changed. */
function rewrite({ rest }: Organised, object: ObjectSchema, name: string, to: (value: Value) => Value): number {
  const table = rest.org.table(object);
  const changed: Row[] = [];
  for (const row of table.all()) {
    const value = row[name];
    if (value === undefined || value === null) continue;
    const next = to(value);
    if (next !== value) changed.push({ ...row, [name]: next });
  }
  for (const row of changed) table.put(row);
  return changed.length;
}

function setSight(organised: Organised, asked: Extract<Change, { do: "hide" | "show" }>): unknown {
  const { visibility } = organised.rest.org;
  const hidden = asked.do === "hide";
  const records = [...(asked.records ?? []), ...(asked.record === undefined ? [] : [asked.record])];
  visibility.hideRows(records, hidden);
  const fields = [...(asked.fields ?? []), ...(asked.field === undefined ? [] : [asked.field])];
  if (asked.object === undefined) {
    if (records.length === 0) throw new OrganisationError("Say which object, fields or records.");
    return { records };
  }
  const object = objectOf(organised, asked.object);
  if (fields.length === 0) visibility.hideObject(object.name, hidden);
  else visibility.hideFieldsToo(object.name, fields, hidden);
  return { object: object.name, fields, records };
}

function dirty(organised: Organised, asked: Extract<Change, { do: "dirty-picklist" }>): unknown {
  const { rest, userId } = organised;
  const { object, field } = fieldOf(organised, asked.object, asked.field);
  if (field.type !== "picklist") throw new OrganisationError(`${field.name} is no picklist.`);
  const ids = someIds(organised, object, asked.count, (row) => typeof row[field.name] === "string");
  const at = rest.org.now();
  const table = rest.org.table(object);
  for (const id of ids) {
    const row = table.get(id);
    if (row === undefined) continue;
    // Integrations and old imports wrote such values before the list was what it is; a write of today would be refused.
    table.put({
      ...row,
      [field.name]: asked.value ?? `${String(row[field.name])} `,
      SystemModstamp: at,
      LastModifiedDate: at,
      LastModifiedById: userId,
    });
  }
  return { records: ids };
}

function secondCurrency(organised: Organised, asked: Extract<Change, { do: "second-currency" }>): unknown {
  const { rest, userId } = organised;
  for (const object of rest.org.schema.objects) {
    if (!object.fields.some((field) => field.type === "currency")) continue;
    const field = customField({ name: "CurrencyIsoCode", label: "Currency ISO Code", type: "picklist" }, null);
    setField(organised, object, {
      ...field,
      custom: false,
      length: 3,
      picklist: [asked.corporate, asked.currency],
      restrictedPicklist: true,
      nillable: false,
      defaultedOnCreate: true,
      emptyValue: asked.corporate,
    });
  }
  const object = objectOf(organised, asked.object);
  const ids = someIds(organised, object, asked.count, () => true);
  const context = { org: rest.org, userId, at: rest.org.now() };
  for (const id of ids) {
    rest.org.atomically(() => {
      updateRecord(context, object, id, { CurrencyIsoCode: asked.currency });
    });
  }
  return { records: ids };
}

function someIds({ rest }: Organised, object: ObjectSchema, count: number, fits: (row: Row) => boolean): string[] {
  const ids: string[] = [];
  for (const row of rest.org.table(object).all()) {
    if (ids.length >= count) break;
    if (row["IsDeleted"] !== true && fits(row)) ids.push(row.Id);
  }
  return ids;
}

const NUMERIC = new Set(["currency", "double", "int", "percent"]);

/** A field gets another type; its values are converted, and those that cannot be are lost, as the platform warns. */
function retype(organised: Organised, asked: Extract<Change, { do: "retype-field" }>): unknown {
  const { object, field } = fieldOf(organised, asked.object, asked.field);
  if (!field.custom) throw new OrganisationError(`${field.name} is a standard field.`);
  const { type } = asked;
  setField(organised, object, customField({ name: field.name, label: field.label, type }, null));
  const records = rewrite(organised, object, field.name, (value) => {
    if (NUMERIC.has(type)) return Number.isFinite(Number(value)) ? Number(value) : null;
    if (type === "boolean") return value === true || value === "true";
    if (type === "date" || type === "datetime")
      return typeof value === "string" && /^\d{4}-\d\d-\d\d/u.test(value) ? value : null;
    return String(value);
  });
  return { object: object.name, field: field.name, type, records };
}
