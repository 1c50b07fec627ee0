import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, optionalBoolean, optionalText, param, requiredText } from "./call.ts";
import { ApiFault, badRequest, unknownObject } from "./errors.ts";
import { checkWorkspace, requireField, requireWorkspace } from "./lookups.ts";
import type { Router } from "./router.ts";
import type { CustomFieldRow, FieldType, OptionRow } from "./rows.ts";
import { shown } from "./shown.ts";
import { PLAIN_FIELD } from "./state.ts";

const TYPES: ReadonlyMap<string, FieldType> = new Map(
  (["text", "number", "enum", "multi_enum", "date", "people", "reference"] as const).map((type) => [type, type]),
);
const MOST_OPTIONS = 500;

function optionOf(call: Call, written: unknown): OptionRow {
  const { name, color, enabled } = (written ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || name === "") throw badRequest("name: Missing input");
  return {
    gid: call.world.state.nextGid(),
    name,
    color: typeof color === "string" ? color : "none",
    enabled: enabled !== false,
  };
}

function withOptions(call: Call): CustomFieldRow {
  const field = requireField(call, param(call));
  if (field.type !== "enum" && field.type !== "multi_enum") throw badRequest("custom_field: Not an enum custom field");
  return field;
}

/** Where among the options, by `insert_before`/`insert_after` or the insert route's own names. */
function optionPlace(call: Call, field: CustomFieldRow, before: string, after: string): number {
  const index = (name: string): number | null => {
    const gid = call.data[name];
    if (gid === undefined || gid === null) return null;
    const found = field.options.findIndex((one) => one.gid === gid);
    if (found < 0) throw badRequest(`${name}: Unknown object: ${shown(gid)}`);
    return found;
  };
  const atAfter = index(after);
  return index(before) ?? (atAfter === null ? field.options.length : atAfter + 1);
}

function createOption(call: Call): Answer {
  const field = withOptions(call);
  if (field.options.length >= MOST_OPTIONS) throw badRequest("custom_field: Too many enum options");
  const option = optionOf(call, call.data);
  field.options.splice(optionPlace(call, field, "insert_before", "insert_after"), 0, option);
  call.world.state.options.set(option.gid, { field, option });
  return one(call, call.world.resources.option, option, 201);
}

function moveOption(call: Call): Answer {
  const field = withOptions(call);
  const gid = requiredText(call.data, "enum_option");
  const at = field.options.findIndex((one) => one.gid === gid);
  const option = field.options[at];
  if (option === undefined) throw badRequest(`enum_option: Unknown object: ${gid}`);
  field.options.splice(at, 1);
  field.options.splice(optionPlace(call, field, "before_enum_option", "after_enum_option"), 0, option);
  return one(call, call.world.resources.option, option);
}

function updateOption(call: Call): Answer {
  const gid = param(call);
  const found = call.world.state.options.get(gid);
  if (found === undefined) throw unknownObject("enum_option", gid);
  const name = optionalText(call.data, "name");
  const color = optionalText(call.data, "color");
  if (typeof name === "string") found.option.name = name;
  if (typeof color === "string") found.option.color = color;
  found.option.enabled = optionalBoolean(call.data, "enabled") ?? found.option.enabled;
  return one(call, call.world.resources.option, found.option);
}

function createField(call: Call): Answer {
  checkWorkspace(call, requiredText(call.data, "workspace"));
  const asked = optionalText(call.data, "resource_subtype") ?? requiredText(call.data, "type");
  const type = TYPES.get(asked);
  if (type === undefined) throw badRequest(`resource_subtype: Not a recognized type: ${asked}`);
  const { state, resources } = call.world;
  const name = requiredText(call.data, "name");
  for (const field of state.customFields.values()) {
    if (field.name === name && field.deletedAt === null)
      throw new ApiFault(400, `name: A custom field with that name already exists: ${name}`);
  }
  const written = call.data["enum_options"];
  const options = Array.isArray(written) ? written.map((option) => optionOf(call, option)) : [];
  const { precision, id_prefix: idPrefix } = call.data;
  const representation = call.data["representation_type"];
  const field: CustomFieldRow = {
    ...PLAIN_FIELD,
    gid: state.nextGid(),
    name,
    type,
    representation: representation === "formula" || representation === "custom_id" ? representation : type,
    precision: typeof precision === "number" ? precision : Number(precision ?? 0) || 0,
    options,
    description: optionalText(call.data, "description") ?? "",
    format: optionalText(call.data, "format") ?? "none",
    currencyCode: optionalText(call.data, "currency_code") ?? null,
    customLabel: optionalText(call.data, "custom_label") ?? null,
    customLabelPosition: optionalText(call.data, "custom_label_position") ?? null,
    idPrefix: typeof idPrefix === "string" ? idPrefix : null,
    createdByGid: call.actor.userGid,
  };
  state.customFields.set(field.gid, field);
  for (const option of options) state.options.set(option.gid, { field, option });
  return one(call, resources.customField, field, 201);
}

function updateField(call: Call): Answer {
  const field = requireField(call, param(call));
  const { data } = call;
  field.name = optionalText(data, "name") ?? field.name;
  field.description = optionalText(data, "description") ?? field.description;
  field.format = optionalText(data, "format") ?? field.format;
  field.currencyCode = optionalText(data, "currency_code") ?? field.currencyCode;
  field.customLabel = optionalText(data, "custom_label") ?? field.customLabel;
  field.customLabelPosition = optionalText(data, "custom_label_position") ?? field.customLabelPosition;
  // Not of the API: a lock is set in the app by the field's owner.
  field.locked = optionalBoolean(data, "locked") ?? field.locked;
  return one(call, call.world.resources.customField, field);
}

/** Custom fields and their options (reference asana.md §10). */
export function addFieldRoutes(router: Router): void {
  const add = router.add.bind(router);
  add("GET", "/workspaces/{workspace_gid}/custom_fields", (call) => {
    requireWorkspace(call, param(call));
    const fields = [...call.world.state.customFields.values()].filter(
      (field) => field.deletedAt === null && !field.local,
    );
    return list(call, call.world.resources.customField, fields);
  });
  add("POST", "/custom_fields", createField);
  add("GET", "/custom_fields/{custom_field_gid}", (call) =>
    one(call, call.world.resources.customField, requireField(call, param(call))),
  );
  add("PUT", "/custom_fields/{custom_field_gid}", updateField);
  add("DELETE", "/custom_fields/{custom_field_gid}", (call) => {
    requireField(call, param(call)).deletedAt = call.world.now();
    return empty();
  });
  add("POST", "/custom_fields/{custom_field_gid}/enum_options", createOption);
  add("POST", "/custom_fields/{custom_field_gid}/enum_options/insert", moveOption);
  add("PUT", "/enum_options/{enum_option_gid}", updateOption);
}
