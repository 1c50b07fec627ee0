import type { Call } from "./call.ts";
import { ApiFault, badRequest } from "./errors.ts";
import { memberOf } from "./lookups.ts";
import type { CustomFieldRow, FieldValue } from "./rows.ts";
import { shown } from "./shown.ts";

function option(field: CustomFieldRow, value: unknown): string {
  const gid = shown(value);
  const found = field.options.find((one) => one.gid === gid);
  if (found === undefined || !found.enabled)
    throw badRequest(`custom_fields: ${field.gid}: Not a valid option: ${gid}`);
  return gid;
}

function many(field: CustomFieldRow, value: unknown, one: (item: unknown) => string): readonly string[] {
  if (!Array.isArray(value)) throw wrong(field);
  return [...new Set(value.map(one))];
}

function wrong(field: CustomFieldRow): Error {
  return badRequest(`custom_fields: ${field.gid}: Not a valid value for a ${field.type} field`);
}

function numberOf(field: CustomFieldRow, value: unknown): number {
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) throw wrong(field);
  return Number(number.toFixed(field.precision));
}

function dayOf(field: CustomFieldRow, value: unknown): string {
  const given = value !== null && typeof value === "object" ? (value as Record<string, unknown>) : { date: value };
  const instant = "date_time" in given ? given["date_time"] : undefined;
  if (typeof instant === "string") {
    const at = new Date(instant);
    if (Number.isNaN(at.getTime())) throw wrong(field);
    return at.toISOString();
  }
  const day = given["date"];
  if (typeof day !== "string" || !/^\d{4}-\d{2}-\d{2}$/u.test(day)) throw wrong(field);
  return day;
}

function referenceOf(call: Call, field: CustomFieldRow, value: unknown): string {
  const gid = shown(value);
  const { state } = call.world;
  if (!state.tasks.has(gid) && !state.projects.has(gid))
    throw badRequest(`custom_fields: ${field.gid}: Unknown object: ${gid}`);
  return gid;
}

function textOf(field: CustomFieldRow, value: unknown): string {
  if (typeof value !== "string" || value.length > 1024) throw wrong(field);
  return value;
}

/** Parses one written value; null clears. Errors: 400 for a value of the wrong kind (reference asana.md §10). */
function parseValue(call: Call, field: CustomFieldRow, value: unknown): FieldValue | null {
  if (value === null || value === "") return null;
  switch (field.type) {
    case "text":
      return textOf(field, value);
    case "number":
      return numberOf(field, value);
    case "enum":
      return option(field, value);
    case "multi_enum":
      return many(field, value, (one) => option(field, one));
    case "people":
      return many(field, value, (one) => memberOf(call, "custom_fields", shown(one)));
    case "reference":
      return many(field, value, (one) => referenceOf(call, field, one));
    case "date":
      return dayOf(field, value);
    default:
      return field.type satisfies never;
  }
}

/** The written custom fields that differ from the present values. `allowed` are the gids on the object. */
export function changedValues(
  call: Call,
  written: unknown,
  present: ReadonlyMap<string, FieldValue>,
  allowed: ReadonlySet<string>,
): { readonly field: CustomFieldRow; readonly before: FieldValue | null; readonly after: FieldValue | null }[] {
  if (written === undefined) return [];
  if (written === null || typeof written !== "object" || Array.isArray(written))
    throw badRequest("custom_fields: Value is not an object");
  return Object.entries(written).flatMap(([gid, value]) => {
    const field = call.world.state.customFields.get(gid);
    const before = present.get(gid) ?? null;
    if (field === undefined || (!allowed.has(gid) && !(value === null && before !== null)))
      throw badRequest(`Custom field with ID ${gid} is not on given object`);
    if (field.locked) throw new ApiFault(403, `custom_fields: ${gid}: This custom field is locked.`);
    if (field.representation !== field.type) throw badRequest(`custom_fields: ${gid}: Cannot write this property`);
    const after = emptied(parseValue(call, field, value));
    return String(before) === String(after) ? [] : [{ field, before, after }];
  });
}

/** An empty list of many-valued fields is no value. */
function emptied(value: FieldValue | null): FieldValue | null {
  return Array.isArray(value) && value.length === 0 ? null : value;
}
