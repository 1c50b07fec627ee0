import { fieldEntries } from "./field-resource.ts";
import { ref } from "./kinds.ts";
import type { Resources } from "./kinds.ts";
import { htmlOf } from "./rich-text.ts";
import type { MembershipRow, TaskRow, UserRow } from "./rows.ts";
import { names } from "./selection.ts";
import type { FieldResult, Ref, ResourceType } from "./selection.ts";
import { livingMemberships, taskVisible } from "./state.ts";
import type { State } from "./state.ts";
import { mayRead } from "./view.ts";

/** Tasks and their memberships (reference asana.md §9). */
export function taskResources(state: State, of: () => Resources): Pick<Resources, "task" | "membership"> {
  const workspaceGid = state.workspace.gid;
  const userRef = (gid: string | null): Ref | null => {
    const row = gid === null ? undefined : state.users.get(gid);
    return row === undefined ? null : ref(of().user, row);
  };
  const users = (gids: readonly string[]): Ref[] => gids.flatMap((gid) => userRef(gid) ?? []);
  /** Creators show no name. */
  const nameless: ResourceType<UserRow> = {
    name: "user",
    compact: names("resource_type"),
    full: names("resource_type name"),
    // Read when rendered: the kinds are still being made here.
    get fields() {
      return of().user.fields;
    },
  };
  /** Dependencies show no name either. */
  const bare: ResourceType<TaskRow> = {
    name: "task",
    compact: names("resource_type"),
    full: names("resource_type"),
    get fields() {
      return task.fields;
    },
  };
  const likes = (row: TaskRow): FieldResult =>
    row.likerGids.map((gid) => ({ gid: `${gid.slice(-8)}${row.gid.slice(-8)}`, user: { gid, resource_type: "user" } }));
  const membership: ResourceType<MembershipRow> = {
    name: "membership",
    compact: names("project section"),
    full: names("project section"),
    fields: {
      project: (row, view) => (mayRead(view, "projects") ? ref(of().project, row.project) : undefined),
      section: (row, view) => (mayRead(view, "project_sections") ? ref(of().section, row.section) : undefined),
    },
  };
  const task: Resources["task"] = {
    name: "task",
    compact: names("resource_type name resource_subtype"),
    full: names(
      "resource_type resource_subtype name notes completed completed_at created_at modified_at assignee assignee_status assignee_section approval_status due_on due_at start_on start_at parent projects memberships tags followers workspace permalink_url hearted hearts liked likes num_hearts num_likes actual_time_minutes external custom_fields",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "task",
      resource_subtype: (row) => row.subtype,
      name: (row) => row.name,
      notes: (row) => row.notes,
      html_notes: (row) => row.htmlNotes ?? htmlOf(row.notes),
      completed: (row) => row.completed,
      completed_at: (row) => row.completedAt,
      completed_by: (row) => userRef(row.completedByGid),
      created_at: (row) => row.createdAt,
      created_by: (row) => {
        const by = row.createdByGid === null ? undefined : state.users.get(row.createdByGid);
        return by === undefined ? null : ref(nameless, by);
      },
      modified_at: (row) => row.modifiedAt,
      assignee: (row) => userRef(row.assigneeGid),
      assigned_by: () => null,
      assignee_status: () => "upcoming",
      assignee_section: (row, view) =>
        row.assigneeGid !== null && row.assigneeGid === view.viewerGid
          ? { gid: myTasksSection(row.assigneeGid), resource_type: "section", name: "Recently assigned" }
          : undefined,
      approval_status: (row) => (row.subtype === "approval" ? (row.approvalStatus ?? "pending") : undefined),
      due_on: (row) => row.dueOn,
      due_at: (row) => row.dueAt,
      start_on: (row) => row.startOn,
      start_at: (row) => row.startAt,
      parent: (row) => (row.parent === null ? null : ref(task, row.parent)),
      num_subtasks: (row) => row.subtasks.filter((one) => one.deletedAt === null).length,
      projects: (row, view) =>
        mayRead(view, "projects")
          ? livingMemberships(state, row).map((one) => ref(of().project, one.project))
          : undefined,
      memberships: (row) => livingMemberships(state, row).map((one) => ref(membership, one)),
      tags: (row) => row.tags.filter((one) => one.deletedAt === null).map((one) => ref(of().tag, one)),
      followers: (row) => users(row.followerGids),
      workspace: () => ref(of().workspace, state.workspace),
      permalink_url: (row) => {
        if (row.permalinkUrl !== undefined) return row.permalinkUrl;
        const home = row.memberships[0]?.project.gid;
        return `https://app.asana.com/1/${workspaceGid}${home === undefined ? "" : `/project/${home}`}/task/${row.gid}`;
      },
      hearted: (row, view) => row.likerGids.includes(view.viewerGid),
      hearts: likes,
      liked: (row, view) => row.likerGids.includes(view.viewerGid),
      likes,
      num_hearts: (row) => row.likerGids.length,
      num_likes: (row) => row.likerGids.length,
      actual_time_minutes: (row) => {
        if (state.timeEntries.size === 0) return null;
        const own = [...state.timeEntries.values()].filter(({ taskGid }) => taskGid === row.gid);
        return own.length === 0 ? null : own.reduce((sum, { minutes }) => sum + minutes, 0);
      },
      dependencies: (row) => row.dependencies.filter((one) => taskVisible(state, one)).map((one) => ref(bare, one)),
      dependents: (row) => row.dependents.filter((one) => taskVisible(state, one)).map((one) => ref(bare, one)),
      is_rendered_as_separator: () => false,
      external: (row, view) => {
        const own = view.app === null ? undefined : row.external.get(view.app);
        return own === undefined ? undefined : { gid: own.gid, data: own.data };
      },
      custom_fields: (row, view) =>
        view.plan === "free" ? undefined : fieldEntries(state, row).map((entry) => ref(of().fieldEntry, entry)),
    },
  };
  return { task, membership };
}

/** The one section of a person's own task list. */
function myTasksSection(userGid: string): string {
  return `17${userGid.slice(-14).padStart(14, "0")}`;
}
