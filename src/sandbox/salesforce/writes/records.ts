import { entityIsDeleted, notFound, SalesforceError } from "../errors.ts";
import type { FieldSchema, ObjectSchema, Row } from "../schema/index.ts";
import { normalizeId } from "../state/org.ts";
import { finish, has, stampModified } from "./context.ts";
import type { Draft, WriteContext } from "./context.ts";
import { writeHistory } from "./history.ts";
import { checkDuplicates, checkValidations } from "./org-rules.ts";
import { applyRules, checkOwner, checkUnique } from "./rules.ts";
import { readValues } from "./values.ts";

export type Body = Readonly<Record<string, unknown>>;

/** What an upsert did. */
export interface UpsertOutcome {
  readonly id: string;
  readonly created: boolean;
}

/** Finds a live record by its 15- or 18-character id. @throws SalesforceError MALFORMED_ID, NOT_FOUND, ENTITY_IS_DELETED */
export function liveRecord(context: Pick<WriteContext, "org">, object: ObjectSchema, id: string): Row {
  const full = normalizeId(id);
  if (full === null || full.slice(0, 3) !== object.keyPrefix) {
    if (full === null && !/^[A-Za-z0-9]+$/u.test(id)) throw notFound();
    throw new SalesforceError(400, "MALFORMED_ID", `malformed id ${id}`);
  }
  const row = context.org.table(object).get(full);
  if (row === undefined) throw notFound();
  if (row["IsDeleted"] === true) throw entityIsDeleted();
  return row;
}

function requireFields(object: ObjectSchema, draft: Draft): void {
  const missing = object.fields
    .filter((each) => !each.nillable && each.createable && !each.defaultedOnCreate && each.compute === null)
    .map((each) => each.name)
    .filter((name) => draft[name] == null);
  if (missing.length === 0) return;
  throw new SalesforceError(
    400,
    "REQUIRED_FIELD_MISSING",
    `Required fields are missing: [${missing.join(", ")}]`,
    missing,
  );
}

/** Refuses to write to an object the user may only read. */
export function checkAccess(context: Pick<WriteContext, "org">, object: ObjectSchema): void {
  if (context.org.visibility.mayWrite(object)) return;
  throw new SalesforceError(
    403,
    "INSUFFICIENT_ACCESS_OR_READONLY",
    `insufficient access rights on object: ${object.name}`,
    [],
  );
}

/** Creates a record; returns its id. */
export function createRecord(context: WriteContext, object: ObjectSchema, body: Body): string {
  if (!object.createable) {
    throw new SalesforceError(
      400,
      "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
      `entity type cannot be inserted: ${object.label}`,
      [],
    );
  }
  checkAccess(context, object);
  const { org } = context;
  const given = readValues(org, object, body, "create");
  const draft: Draft = { Id: org.nextId(object) };
  for (const [name, value] of given) draft[name] = value;
  requireFields(object, draft);
  if (has(object, "IsDeleted")) draft["IsDeleted"] = false;
  if (has(object, "CreatedDate")) draft["CreatedDate"] = context.at;
  if (has(object, "CreatedById")) draft["CreatedById"] = context.userId;
  stampModified(context, object, draft);
  applyRules({ context, object, former: null, draft, given });
  checkOwner({ context, object, draft, given });
  checkValidations(context, object, draft);
  checkUnique({ context, object, draft, given });
  checkDuplicates(context, object, draft);
  const row = finish(draft);
  org.save(org.table(object), row);
  writeHistory(context, object, null, row);
  return row.Id;
}

/** Changes a live record and stamps it, whether or not a value differs. */
export function updateRecord(context: WriteContext, object: ObjectSchema, id: string, body: Body): void {
  if (!object.updateable) {
    throw new SalesforceError(
      400,
      "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
      `entity type cannot be updated: ${object.label}`,
      [],
    );
  }
  checkAccess(context, object);
  const former = liveRecord(context, object, id);
  if (former["IsConverted"] === true) {
    throw new SalesforceError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", []);
  }
  const given = readValues(context.org, object, body, "update");
  const draft: Draft = { ...former };
  for (const [name, value] of given) draft[name] = value;
  requireFields(object, draft);
  stampModified(context, object, draft);
  applyRules({ context, object, former, draft, given });
  checkOwner({ context, object, draft, given });
  checkValidations(context, object, draft);
  checkUnique({ context, object, draft, given });
  const row = finish(draft);
  context.org.save(context.org.table(object), row);
  writeHistory(context, object, former, row);
}

/** The field an upsert may go by: an external id, or `Id` itself. @throws SalesforceError 404 NOT_FOUND */
export function upsertKey(object: ObjectSchema, name: string): FieldSchema {
  const field = object.fieldsByName.get(name.toLowerCase());
  if (field === undefined || !(field.externalId || field.type === "id")) {
    throw notFound(`Provided external ID field does not exist or is not accessible: ${name}`);
  }
  return field;
}

/** Several records carry the external id: the caller answers 300 with their urls. */
export class MultipleChoices extends Error {
  readonly ids: readonly string[];

  constructor(ids: readonly string[]) {
    super("more than one record carries the external id");
    this.name = "MultipleChoices";
    this.ids = ids;
  }
}

/** Creates or updates by external id. @throws MultipleChoices when two records match */
export function upsertRecord(
  context: WriteContext,
  object: ObjectSchema,
  key: FieldSchema,
  value: string | null,
  body: Body,
): UpsertOutcome {
  if (key.type === "id") {
    if (value === null || value === "") return { id: createRecord(context, object, body), created: true };
    updateRecord(context, object, value, body);
    return { id: normalizeId(value) ?? value, created: false };
  }
  if (value === null || value === "") {
    throw new SalesforceError(400, "MISSING_ARGUMENT", `${key.name} not specified`, []);
  }
  const matches = context.org
    .table(object)
    .withValue(key.name, value)
    .filter((each) => each["IsDeleted"] !== true);
  if (matches.length > 1) throw new MultipleChoices(matches.map((each) => each.Id));
  const [match] = matches;
  if (match !== undefined) {
    updateRecord(context, object, match.Id, body);
    return { id: match.Id, created: false };
  }
  return { id: createRecord(context, object, { ...body, [key.name]: value }), created: true };
}
