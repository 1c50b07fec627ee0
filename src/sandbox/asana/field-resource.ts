import type { CustomFieldRow, FieldValue, OptionRow, TaskRow } from "./rows.ts";
import type { FieldEntry, Resources, SettingEntry } from "./kinds.ts";
import { ref } from "./kinds.ts";
import { Selection, names } from "./selection.ts";
import type { FieldResult, Ref } from "./selection.ts";
import { livingMemberships } from "./state.ts";
import type { State } from "./state.ts";

/** The text a value shows, null when empty. */
export function displayValue(state: State, field: CustomFieldRow, value: FieldValue | null): string | null {
  if (value === null) return null;
  const one = (item: string): string =>
    field.type === "people"
      ? (state.users.get(item)?.name ?? item)
      : field.type === "reference"
        ? (state.tasks.get(item)?.name ?? state.projects.get(item)?.name ?? item)
        : (state.options.get(item)?.option.name ?? item);
  if (typeof value === "number") return value.toFixed(field.precision);
  if (typeof value !== "string") return value.length === 0 ? null : value.map(one).join(", ");
  if (field.type === "enum") return one(value);
  return field.type === "date" ? (value.length > 10 ? value : `${value}T00:00:00.000Z`) : value;
}

/**
 * What nobody writes: a custom id counts the tasks, a formula here counts the filled fields of its task, unless the
 * world was told what it came to.
 */
function computed(field: CustomFieldRow, task: TaskRow): FieldValue | null {
  const told = task.values.get(field.gid) ?? null;
  if (told !== null) return told;
  if (field.representation === "custom_id") return `${field.idPrefix ?? "ID"}-${Number(task.gid.slice(-7))}`;
  return field.representation === "formula" ? task.values.size : null;
}

/** The custom fields a task shows: those of its projects, and values left over from projects it was in. */
export function fieldEntries(state: State, task: TaskRow): FieldEntry[] {
  const entries: FieldEntry[] = [];
  const memberships = livingMemberships(state, task);
  const seen = memberships.length > 1 ? new Set<string>() : null;
  let filled = 0;
  for (const { project } of memberships) {
    for (const gid of project.taskCustomFieldGids) {
      const field = state.customFields.get(gid);
      if (field === undefined || field.deletedAt !== null || seen?.has(gid) === true) continue;
      seen?.add(gid);
      if (task.values.has(gid)) filled += 1;
      entries.push({ field, value: computed(field, task), enabled: true });
    }
  }
  if (filled === task.values.size) return entries;
  const shown = new Set(entries.map(({ field }) => field.gid));
  for (const [gid, value] of task.values) {
    const field = state.customFields.get(gid);
    if (field !== undefined && field.deletedAt === null && !shown.has(gid))
      entries.push({ field, value, enabled: false });
  }
  return entries;
}

type FieldKinds = Pick<Resources, "option" | "customField" | "fieldEntry" | "setting">;

/** Custom fields, their options, their values on objects and their attachment to projects (reference asana.md §10). */
export function fieldResources(state: State, of: () => Resources): FieldKinds {
  const userRef = (gid: string | null): Ref | null => {
    const row = gid === null ? undefined : state.users.get(gid);
    return row === undefined ? null : ref(of().user, row);
  };
  const option: Resources["option"] = {
    name: "enum_option",
    compact: names("resource_type name enabled color"),
    full: names("resource_type name enabled color"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "enum_option",
      name: (row) => row.name,
      enabled: (row) => row.enabled,
      color: (row) => row.color,
    },
  };
  const optionRef = (gid: string): Ref | null => {
    const found = state.options.get(gid);
    return found === undefined ? null : ref(option, found.option);
  };
  const number = <T>(row: CustomFieldRow, value: T): T | undefined => (row.type === "number" ? value : undefined);
  const computedOnly = (row: CustomFieldRow): boolean => row.representation !== row.type;
  const optionRefs = new WeakMap<readonly OptionRow[], readonly Ref[]>();
  const optionsOf = (row: CustomFieldRow): readonly Ref[] | undefined => {
    if (row.type !== "enum" && row.type !== "multi_enum") return undefined;
    const known = optionRefs.get(row.options);
    if (known !== undefined && known.length === row.options.length) return known;
    const refs = row.options.map((one) => ref(option, one));
    optionRefs.set(row.options, refs);
    return refs;
  };
  const customField: Resources["customField"] = {
    name: "custom_field",
    compact: names("resource_type resource_subtype type name enum_options"),
    full: names(
      "resource_type resource_subtype type representation_type id_prefix name description enum_options precision format currency_code custom_label custom_label_position is_formula_field is_value_read_only is_global_to_workspace has_notifications_enabled default_access_level privacy_setting created_by",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "custom_field",
      resource_subtype: (row) => row.type,
      type: (row) => row.type,
      representation_type: (row) => row.representation,
      id_prefix: (row) => (row.representation === "custom_id" ? row.idPrefix : undefined),
      name: (row) => row.name,
      description: (row) => row.description,
      enum_options: optionsOf,
      precision: (row) => number(row, row.precision),
      format: (row) => number(row, row.format),
      currency_code: (row) => number(row, row.currencyCode),
      custom_label: (row) => number(row, row.customLabel),
      custom_label_position: (row) => number(row, row.customLabelPosition),
      enabled: () => true,
      is_formula_field: (row) => row.representation === "formula",
      is_value_read_only: (row) => computedOnly(row) || row.locked,
      is_global_to_workspace: (row) => !row.local,
      has_notifications_enabled: () => false,
      default_access_level: () => "editor",
      privacy_setting: () => "public_with_guests",
      created_by: (row) => userRef(row.createdByGid),
    },
  };
  const many = (value: FieldValue | null, one: (gid: string) => Ref | null): Ref[] =>
    Array.isArray(value) ? (value as readonly string[]).flatMap((gid) => one(gid) ?? []) : [];
  const thing = (gid: string): Ref | null => {
    const task = state.tasks.get(gid);
    if (task !== undefined) return ref(of().task, task);
    const project = state.projects.get(gid);
    return project === undefined ? null : ref(of().project, project);
  };
  const entryFields: Record<string, (row: FieldEntry) => FieldResult> = {
    enabled: (row) => row.enabled,
    display_value: (row) => displayValue(state, row.field, row.value),
    text_value: ({ field, value }) => (field.type !== "text" ? undefined : typeof value === "string" ? value : null),
    number_value: ({ field, value }) => number(field, typeof value === "number" ? value : null),
    enum_value: ({ field, value }) =>
      field.type !== "enum" ? undefined : typeof value === "string" ? optionRef(value) : null,
    multi_enum_values: ({ field, value }) => (field.type === "multi_enum" ? many(value, optionRef) : undefined),
    date_value: ({ field, value }) => (field.type === "date" ? dateValue(value) : undefined),
    people_value: ({ field, value }) => (field.type === "people" ? many(value, userRef) : undefined),
    reference_value: ({ field, value }) => (field.type === "reference" ? many(value, thing) : undefined),
  };
  for (const [name, read] of Object.entries(customField.fields)) {
    entryFields[name] ??= (row) => read(row.field, PLAIN_VIEW);
  }
  const fieldEntry: Resources["fieldEntry"] = {
    name: "custom_field",
    compact: names(
      "resource_type resource_subtype type representation_type id_prefix name description enabled enum_options precision format currency_code custom_label custom_label_position created_by display_value text_value number_value enum_value multi_enum_values date_value people_value reference_value is_formula_field is_value_read_only",
    ),
    full: new Selection(),
    fields: entryFields,
  };
  const home = (row: SettingEntry): Ref =>
    row.project === undefined ? ref(of().portfolio, row.portfolio) : ref(of().project, row.project);
  const setting: Resources["setting"] = {
    name: "custom_field_setting",
    compact: names("resource_type parent project is_important custom_field"),
    full: names("resource_type parent project is_important custom_field"),
    fields: {
      gid: (row) => `${(row.project ?? row.portfolio).gid.slice(-8)}${row.field.gid.slice(-8)}`,
      resource_type: () => "custom_field_setting",
      parent: home,
      project: (row) => (row.project === undefined ? undefined : ref(of().project, row.project)),
      is_important: () => true,
      custom_field: (row) => ref(customField, row.field),
    },
  };
  return { option, customField, fieldEntry, setting };
}

/** Fields of a definition look the same to everybody. */
const PLAIN_VIEW = { viewerGid: "", app: null, plan: "paid", scopes: null } as const;

/** A day or an instant as the API shows either. */
export function dateValue(value: FieldValue | null | undefined): { date: string; date_time: string | null } | null {
  if (typeof value !== "string") return null;
  return { date: value.slice(0, 10), date_time: value.length > 10 ? value : null };
}
