import { ref } from "./kinds.ts";
import type { Resources } from "./kinds.ts";
import { htmlOf } from "./rich-text.ts";
import type { CustomFieldRow } from "./rows.ts";
import { names } from "./selection.ts";
import type { Ref } from "./selection.ts";
import type { State } from "./state.ts";

/** The colours of the older statuses by the newer ones' types. */
export const STATUS_COLORS: Readonly<Record<string, string>> = {
  on_track: "green",
  at_risk: "yellow",
  off_track: "red",
  on_hold: "blue",
  complete: "complete",
};

type ProjectKinds = Pick<Resources, "project" | "projectStatus" | "section">;

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
  const projectStatus: Resources["projectStatus"] = {
    name: "project_status",
    compact: names("resource_type title"),
    full: names("resource_type title text color author created_by created_at modified_at"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "project_status",
      title: (row) => row.title,
      text: (row) => row.text,
      html_text: (row) => row.htmlText ?? htmlOf(row.text),
      color: (row) => STATUS_COLORS[row.type] ?? "green",
      author: (row) => userRef(row.authorGid),
      created_by: (row) => userRef(row.authorGid),
      created_at: (row) => row.createdAt,
      modified_at: (row) => row.createdAt,
    },
  };
  const statusShown = { ...projectStatus, compact: projectStatus.full };
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
      project_brief: (row) => {
        for (const brief of state.briefs.values()) if (brief.projectGid === row.gid) return ref(of().brief, brief);
        return null;
      },
      modified_at: (row) => row.modifiedAt,
      current_status: (row) => {
        const latest = row.statuses[0];
        return latest === undefined ? null : ref(statusShown, latest);
      },
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
      permalink_url: (row) => row.permalinkUrl ?? `https://app.asana.com/1/${workspaceGid}/project/${row.gid}`,
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
  return { project, projectStatus, section };
}
