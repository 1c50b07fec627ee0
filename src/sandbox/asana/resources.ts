import type {
  CustomFieldRow,
  FieldValue,
  OptionRow,
  ProjectRow,
  SectionRow,
  StoryRow,
  TaskRow,
  TeamRow,
  UserRow,
} from "./rows.ts";
import { Ref, Selection, names } from "./selection.ts";
import type { FieldResult, ResourceType } from "./selection.ts";
import { livingMemberships } from "./state.ts";
import type { State } from "./state.ts";
import { storyFields } from "./story-resource.ts";
import type { EventRow } from "./events.ts";

/** One custom field's value on a task or project. */
export interface FieldEntry {
  readonly field: CustomFieldRow;
  readonly value: FieldValue | null;
  readonly enabled: boolean;
}

/** A custom field attached to a project. */
export interface SettingEntry {
  readonly project: ProjectRow;
  readonly field: CustomFieldRow;
}

/** Every kind of object the stand-in renders, each with its compact and full form (reference asana.md §4, §8-§12). */
export interface Resources {
  readonly workspace: ResourceType<State["workspace"]>;
  readonly user: ResourceType<UserRow>;
  readonly team: ResourceType<TeamRow>;
  readonly option: ResourceType<OptionRow>;
  readonly customField: ResourceType<CustomFieldRow>;
  readonly fieldEntry: ResourceType<FieldEntry>;
  readonly setting: ResourceType<SettingEntry>;
  readonly project: ResourceType<ProjectRow>;
  readonly section: ResourceType<SectionRow>;
  readonly task: ResourceType<TaskRow>;
  readonly story: ResourceType<StoryRow>;
  readonly event: ResourceType<EventRow>;
  readonly batchResult: ResourceType<Readonly<Record<string, FieldResult>>>;
}

export function ref<Row>(type: ResourceType<Row>, row: Row): Ref {
  return new Ref(type, row);
}

function present(one: Ref | null): Ref[] {
  return one === null ? [] : [one];
}

function plain<Row>(name: string, fields: ResourceType<Row>["fields"]): ResourceType<Row> {
  const all = names(Object.keys(fields).join(" "));
  return { name, compact: all, full: all, fields };
}

/** The text a value shows, null when empty. */
export function displayValue(state: State, field: CustomFieldRow, value: FieldValue | null): string | null {
  if (value === null) return null;
  const one = (item: string): string =>
    field.type === "people" ? (state.users.get(item)?.name ?? item) : (state.options.get(item)?.option.name ?? item);
  if (typeof value === "number") return value.toFixed(field.precision);
  if (typeof value !== "string") return value.map(one).join(", ");
  return field.type === "enum" ? one(value) : field.type === "date" ? `${value}T00:00:00.000Z` : value;
}

export function fieldEntries(state: State, task: TaskRow): FieldEntry[] {
  const entries: FieldEntry[] = [];
  const seen = new Set<string>();
  for (const { project } of livingMemberships(state, task)) {
    for (const gid of project.taskCustomFieldGids) {
      const field = state.customFields.get(gid);
      if (field === undefined || seen.has(gid)) continue;
      seen.add(gid);
      entries.push({ field, value: task.values.get(gid) ?? null, enabled: true });
    }
  }
  for (const [gid, value] of task.values) {
    const field = state.customFields.get(gid);
    if (field !== undefined && !seen.has(gid)) entries.push({ field, value, enabled: false });
  }
  return entries;
}

export function createResources(state: State): Resources {
  const workspaceGid = state.workspace.gid;
  const userRef = (gid: string | null | undefined): Ref | null => {
    const row = gid === null || gid === undefined ? undefined : state.users.get(gid);
    return row === undefined ? null : ref(user, row);
  };
  const workspace: Resources["workspace"] = {
    name: "workspace",
    compact: names("resource_type name"),
    full: names("resource_type name email_domains is_organization"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "workspace",
      name: (row) => row.name,
      email_domains: (row) => row.emailDomains,
      is_organization: () => true,
    },
  };
  const workspaceRef = ref(workspace, state.workspace);
  const user: Resources["user"] = {
    name: "user",
    compact: names("resource_type name"),
    full: names("resource_type name email photo workspaces"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "user",
      name: (row) => row.name,
      email: (row) => row.email,
      photo: () => null,
      workspaces: () => [workspaceRef],
    },
  };
  const creator: ResourceType<UserRow> = { ...user, compact: names("resource_type") };
  const team: Resources["team"] = {
    name: "team",
    compact: names("resource_type name"),
    full: names("resource_type name organization permalink_url visibility"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "team",
      name: (row) => row.name,
      organization: () => workspaceRef,
      permalink_url: (row) => `https://app.asana.com/1/${workspaceGid}/team/${row.gid}`,
      visibility: () => "public",
      description: () => "",
      html_description: () => "<body></body>",
    },
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
  const hasOptions = (field: CustomFieldRow): boolean => field.type === "enum" || field.type === "multi_enum";
  const customField: Resources["customField"] = {
    name: "custom_field",
    compact: names("resource_type resource_subtype type name enum_options"),
    full: names(
      "resource_type resource_subtype type representation_type name description enum_options precision format is_formula_field is_value_read_only is_global_to_workspace has_notifications_enabled created_by",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "custom_field",
      resource_subtype: (row) => row.type,
      type: (row) => row.type,
      representation_type: (row) => row.type,
      name: (row) => row.name,
      description: () => "",
      enum_options: (row) => (hasOptions(row) ? row.options.map((one) => ref(option, one)) : undefined),
      precision: (row) => (row.type === "number" ? row.precision : undefined),
      format: (row) => (row.type === "number" ? "none" : undefined),
      enabled: () => true,
      is_formula_field: () => false,
      is_value_read_only: () => false,
      is_global_to_workspace: () => true,
      has_notifications_enabled: () => false,
      created_by: () => null,
    },
  };
  const people = (value: FieldValue | null): Ref[] =>
    Array.isArray(value) ? (value as readonly string[]).flatMap((gid) => userRef(gid) ?? []) : [];
  const entryFields: Record<string, (row: FieldEntry) => FieldResult> = {
    enabled: (row) => row.enabled,
    display_value: (row) => displayValue(state, row.field, row.value),
    text_value: (row) => (row.field.type !== "text" ? undefined : typeof row.value === "string" ? row.value : null),
    number_value: (row) => (row.field.type !== "number" ? undefined : typeof row.value === "number" ? row.value : null),
    enum_value: (row) =>
      row.field.type === "enum" ? (typeof row.value === "string" ? optionRef(row.value) : null) : undefined,
    multi_enum_values: (row) =>
      row.field.type === "multi_enum"
        ? ((row.value ?? []) as readonly string[]).flatMap((gid) => optionRef(gid) ?? [])
        : undefined,
    date_value: (row) =>
      row.field.type === "date"
        ? typeof row.value === "string"
          ? { date: row.value, date_time: null }
          : null
        : undefined,
    people_value: (row) => (row.field.type === "people" ? people(row.value) : undefined),
  };
  for (const name of Object.keys(customField.fields)) {
    const read = customField.fields[name];
    if (read !== undefined && !(name in entryFields)) entryFields[name] = (row) => read(row.field);
  }
  const fieldEntry: Resources["fieldEntry"] = {
    name: "custom_field",
    compact: names(
      "resource_type resource_subtype type name description enabled enum_options precision created_by display_value text_value number_value enum_value multi_enum_values date_value people_value is_formula_field is_value_read_only representation_type",
    ),
    full: new Selection(),
    fields: entryFields,
  };
  const setting: Resources["setting"] = {
    name: "custom_field_setting",
    compact: names("resource_type parent project is_important custom_field"),
    full: names("resource_type parent project is_important custom_field"),
    fields: {
      gid: (row) => `${row.project.gid.slice(0, 8)}${row.field.gid.slice(-8)}`,
      resource_type: () => "custom_field_setting",
      parent: (row) => ref(project, row.project),
      project: (row) => ref(project, row.project),
      is_important: () => true,
      custom_field: (row) => ref(customField, row.field),
    },
  };
  const settingsOf = (row: ProjectRow): Ref[] =>
    [...new Set([...row.customFieldGids, ...row.taskCustomFieldGids])].flatMap((gid) => {
      const field = state.customFields.get(gid);
      return field === undefined ? [] : [ref(setting, { project: row, field })];
    });
  const project: Resources["project"] = {
    name: "project",
    compact: names("resource_type name"),
    full: names(
      "resource_type name archived color completed completed_at completed_by created_at current_status current_status_update custom_fields default_access_level default_view due_date due_on followers icon members minimum_access_level_for_customization minimum_access_level_for_sharing modified_at notes owner permalink_url privacy_setting public start_on team workspace",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "project",
      name: (row) => row.name,
      archived: (row) => row.archived,
      color: (row) => row.color,
      completed: (row) => row.completedAt !== null,
      completed_at: (row) => row.completedAt,
      completed_by: (row) => userRef(row.completedByGid),
      created_at: (row) => row.createdAt,
      modified_at: (row) => row.modifiedAt,
      current_status: () => null,
      current_status_update: () => null,
      custom_fields: (row) =>
        row.customFieldGids.flatMap((gid) => {
          const field = state.customFields.get(gid);
          return field === undefined
            ? []
            : [ref(fieldEntry, { field, value: row.values.get(gid) ?? null, enabled: true })];
        }),
      custom_field_settings: settingsOf,
      default_access_level: () => "editor",
      default_view: () => "board",
      due_date: (row) => row.dueOn,
      due_on: (row) => row.dueOn,
      start_on: (row) => row.startOn,
      followers: (row) => present(userRef(row.ownerGid)),
      members: (row) => present(userRef(row.ownerGid)),
      icon: () => null,
      minimum_access_level_for_customization: () => "editor",
      minimum_access_level_for_sharing: () => "editor",
      notes: (row) => row.notes,
      html_notes: (row) => `<body>${row.notes}</body>`,
      owner: (row) => userRef(row.ownerGid),
      permalink_url: (row) => `https://app.asana.com/1/${workspaceGid}/project/${row.gid}`,
      privacy_setting: () => "public_to_workspace",
      public: () => true,
      team: (row) => {
        const found = state.teams.get(row.teamGid);
        return found === undefined ? null : ref(team, found);
      },
      workspace: () => workspaceRef,
    },
  };
  const section: Resources["section"] = {
    name: "section",
    compact: names("resource_type name"),
    full: names("resource_type name created_at project projects"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "section",
      name: (row) => row.name,
      created_at: (row) => row.createdAt,
      project: (row) => ref(project, row.project),
      projects: (row) => [ref(project, row.project)],
    },
  };
  const membership = plain<TaskRow["memberships"][number]>("membership", {
    project: (row) => ref(project, row.project),
    section: (row) => ref(section, row.section),
  });
  const task: Resources["task"] = {
    name: "task",
    compact: names("resource_type name resource_subtype"),
    full: names(
      "resource_type resource_subtype name notes completed completed_at created_at modified_at assignee assignee_status due_on due_at start_on start_at parent projects memberships tags followers workspace permalink_url hearted hearts liked likes num_hearts num_likes actual_time_minutes custom_fields",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "task",
      resource_subtype: (row) => row.subtype,
      name: (row) => row.name,
      notes: (row) => row.notes,
      html_notes: (row) => `<body>${row.notes}</body>`,
      completed: (row) => row.completed,
      completed_at: (row) => row.completedAt,
      completed_by: (row) => userRef(row.completedByGid),
      created_at: (row) => row.createdAt,
      created_by: (row) => {
        const by = row.createdByGid === null ? undefined : state.users.get(row.createdByGid);
        return by === undefined ? null : ref(creator, by);
      },
      modified_at: (row) => row.modifiedAt,
      assignee: (row) => userRef(row.assigneeGid),
      assignee_status: () => "upcoming",
      due_on: (row) => row.dueOn,
      due_at: (row) => row.dueAt,
      start_on: (row) => row.startOn,
      start_at: () => null,
      parent: (row) => (row.parent === null ? null : ref(task, row.parent)),
      num_subtasks: (row) => row.subtasks.filter((one) => one.deletedAt === null).length,
      projects: (row) => livingMemberships(state, row).map((one) => ref(project, one.project)),
      memberships: (row) => livingMemberships(state, row).map((one) => ref(membership, one)),
      tags: () => [],
      followers: (row) => row.followerGids.flatMap((gid) => userRef(gid) ?? []),
      workspace: () => workspaceRef,
      permalink_url: (row) => {
        const home = row.memberships[0]?.project.gid;
        return `https://app.asana.com/1/${workspaceGid}${home === undefined ? "" : `/project/${home}`}/task/${row.gid}`;
      },
      hearted: () => false,
      hearts: () => [],
      liked: () => false,
      likes: () => [],
      num_hearts: () => 0,
      num_likes: () => 0,
      actual_time_minutes: () => null,
      dependencies: () => [],
      dependents: () => [],
      is_rendered_as_separator: () => false,
      external: (row) => row.external ?? undefined,
      custom_fields: (row) => fieldEntries(state, row).map((entry) => ref(fieldEntry, entry)),
    },
  };
  const story: Resources["story"] = {
    name: "story",
    compact: names("resource_type resource_subtype type created_at created_by text"),
    full: new Selection(),
    fields: storyFields(state, {
      user: userRef,
      option: optionRef,
      task: (gid) => {
        const row = state.tasks.get(gid);
        return row === undefined ? null : ref(task, row);
      },
      section: (gid) => {
        const row = state.sections.get(gid);
        return row === undefined ? null : ref(section, row);
      },
      project: (gid) => {
        const row = state.projects.get(gid);
        return row === undefined ? null : ref(project, row);
      },
      customField: (gid) => {
        const row = state.customFields.get(gid);
        return row === undefined ? null : ref(customField, row);
      },
    }),
  };
  for (const name of Object.keys(story.fields)) {
    if (name !== "html_text") story.full.add([name]);
  }
  const eventResource = (kind: string | undefined, gid: string): FieldResult => {
    const known =
      kind === "task"
        ? [task, state.tasks.get(gid)]
        : kind === "story"
          ? [story, state.stories.get(gid)]
          : kind === "section"
            ? [section, state.sections.get(gid)]
            : kind === "project"
              ? [project, state.projects.get(gid)]
              : kind === "user"
                ? [user, state.users.get(gid)]
                : kind === "enum_option"
                  ? [option, state.options.get(gid)?.option]
                  : kind === "custom_field"
                    ? [customField, state.customFields.get(gid)]
                    : [workspace, state.workspace];
    return known[1] === undefined
      ? { gid, resource_type: kind ?? "" }
      : new Ref(known[0] as ResourceType<never>, known[1]);
  };
  const change = plain<NonNullable<EventRow["change"]>>("change", {
    field: (row) => row.field,
    action: (row) => row.action,
    new_value: (row) => (row.newValue === undefined ? undefined : eventResource(row.newValue.kind, row.newValue.gid)),
  });
  const event = plain<EventRow>("event", {
    user: (row) => userRef(row.userGid),
    created_at: (row) => row.createdAt,
    type: (row) => row.resource.kind,
    action: (row) => row.action,
    resource: (row) => eventResource(row.resource.kind, row.resource.gid),
    parent: (row) => (row.parent === null ? null : eventResource(row.parent.kind, row.parent.gid)),
    change: (row) => (row.change === undefined ? undefined : ref(change, row.change)),
  });
  const batchResult = plain<Readonly<Record<string, FieldResult>>>("batch", {
    status_code: (row) => row["status_code"],
    headers: (row) => row["headers"],
    body: (row) => row["body"],
  });
  return {
    workspace,
    user,
    team,
    option,
    customField,
    fieldEntry,
    setting,
    project,
    section,
    task,
    story,
    event,
    batchResult,
  };
}
