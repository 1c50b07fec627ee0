import { displayValue } from "./field-resource.ts";
import { ref } from "./kinds.ts";
import type { Resources } from "./kinds.ts";
import { htmlOf } from "./rich-text.ts";
import type { CustomFieldRow, ProjectRow, StatusRow } from "./rows.ts";
import { names } from "./selection.ts";
import type { Json, Ref } from "./selection.ts";
import type { State } from "./state.ts";

const STATUS_COLORS: Readonly<Record<string, string>> = {
  on_track: "green",
  at_risk: "yellow",
  off_track: "red",
  on_hold: "blue",
  complete: "complete",
};

type ProjectKinds = Pick<Resources, "project" | "section">;

/** Projects and sections (reference asana.md §8). */
export function projectResources(state: State, of: () => Resources): ProjectKinds {
  const workspaceGid = state.workspace.gid;
  const userRef = (gid: string | null): Ref | null => {
    const row = gid === null ? undefined : state.users.get(gid);
    return row === undefined ? null : ref(of().user, row);
  };
  const users = (gids: readonly string[]): Ref[] => gids.flatMap((gid) => userRef(gid) ?? []);
  const fieldsOf = (gids: readonly string[]): CustomFieldRow[] =>
    gids.flatMap((gid) => {
      const field = state.customFields.get(gid);
      return field === undefined || field.deletedAt !== null ? [] : [field];
    });
  /** The older shape of a status, still on every project. */
  const statusOf = (status: StatusRow | undefined): Json => {
    if (status === undefined) return null;
    const by = status.authorGid === null ? undefined : state.users.get(status.authorGid);
    const author = by === undefined ? null : { gid: by.gid, resource_type: "user", name: by.name };
    return {
      gid: status.gid,
      resource_type: "project_status",
      title: status.title,
      text: status.text,
      color: STATUS_COLORS[status.type] ?? "green",
      author,
      created_by: author,
      created_at: status.createdAt,
      modified_at: status.createdAt,
    };
  };
  const project: Resources["project"] = {
    name: "project",
    compact: names("resource_type name"),
    full: names(
      "resource_type name archived color completed completed_at completed_by created_at created_from_template current_status current_status_update custom_fields custom_field_settings default_access_level default_view due_date due_on followers icon members minimum_access_level_for_customization minimum_access_level_for_sharing modified_at notes owner permalink_url privacy_setting project_brief public start_on team workspace",
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
      created_from_template: () => null,
      project_brief: () => null,
      modified_at: (row) => row.modifiedAt,
      current_status: (row) => statusOf(row.statuses[0]),
      current_status_update: (row) => {
        const latest = row.statuses[0];
        return latest === undefined ? null : ref(of().status, latest);
      },
      custom_fields: (row, view) =>
        view.plan === "free"
          ? undefined
          : fieldsOf(row.customFieldGids).map((field) =>
              ref(of().fieldEntry, { field, value: row.values.get(field.gid) ?? null, enabled: true }),
            ),
      custom_field_settings: (row, view) =>
        view.plan === "free"
          ? undefined
          : fieldsOf([...new Set([...row.customFieldGids, ...row.taskCustomFieldGids])]).map((field) =>
              ref(of().setting, { project: row, field }),
            ),
      default_access_level: () => "editor",
      default_view: () => "board",
      due_date: (row) => row.dueOn,
      due_on: (row) => row.dueOn,
      start_on: (row) => row.startOn,
      followers: (row) => users(row.followerGids),
      members: (row) => users(row.memberGids),
      icon: () => null,
      minimum_access_level_for_customization: () => "editor",
      minimum_access_level_for_sharing: () => "editor",
      notes: (row) => row.notes,
      html_notes: (row) => row.htmlNotes ?? htmlOf(row.notes),
      owner: (row) => userRef(row.ownerGid),
      permalink_url: (row) => `https://app.asana.com/1/${workspaceGid}/project/${row.gid}`,
      privacy_setting: () => "public_to_workspace",
      public: () => true,
      team: (row) => {
        const found = state.teams.get(row.teamGid);
        return found === undefined ? null : ref(of().team, found);
      },
      workspace: () => ref(of().workspace, state.workspace),
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
  return { project, section };
}

/** What a custom field of a project or portfolio shows, for lists that search by text. */
export function projectText(state: State, project: ProjectRow): string {
  const values = [...project.values].flatMap(([gid, value]) => {
    const field = state.customFields.get(gid);
    return field === undefined ? [] : [displayValue(state, field, value) ?? ""];
  });
  return [project.name, ...values].join(" ");
}
