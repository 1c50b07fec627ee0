import type { FieldValue, StoryRow } from "./rows.ts";
import type { State } from "./state.ts";

/** What a story says, beginning with its actor's name as the service writes it today (reference asana.md §12). */
export function storyText(state: State, story: StoryRow): string {
  const actor = story.createdByGid === null ? "Asana" : (state.users.get(story.createdByGid)?.name ?? "Someone");
  return `${actor} ${deed(state, story)}`;
}

function shown(state: State, value: FieldValue | null | undefined): string {
  if (value === null || value === undefined) return "(none)";
  if (typeof value === "number") return String(value);
  const one = (item: string): string => state.options.get(item)?.option.name ?? state.users.get(item)?.name ?? item;
  return typeof value === "string" ? one(value) : value.map(one).join(", ");
}

function deed(state: State, story: StoryRow): string {
  const project = state.projects.get(story.projectGid ?? "")?.name ?? "a project";
  const section = (gid: string | undefined): string => state.sections.get(gid ?? "")?.name ?? "";
  const field = state.customFields.get(story.customFieldGid ?? "")?.name ?? "a field";
  const assignee = state.users.get(story.assigneeGid ?? "")?.name ?? "someone";
  const tag = state.tags.get(story.tagGid ?? "")?.name ?? "a tag";
  const task = (gid: string | undefined): string => state.tasks.get(gid ?? "")?.name ?? "a task";
  switch (story.subtype) {
    case "added_to_project":
      return `added to ${project}`;
    case "removed_from_project":
      return `removed from ${project}`;
    case "section_changed":
      return `moved this Task from "${section(story.oldSectionGid)}" to "${section(story.newSectionGid)}" in ${project}`;
    case "assigned":
      return `assigned to ${assignee}`;
    case "unassigned":
      return `unassigned from ${assignee}`;
    case "marked_complete":
      return "marked this task complete";
    case "marked_incomplete":
      return "marked this task incomplete";
    case "due_date_changed":
      return story.newDueOn == null ? "removed the due date" : `changed the due date to ${story.newDueOn}`;
    case "name_changed":
      return `changed the name to "${story.newName ?? ""}"`;
    case "notes_changed":
      return "changed the description";
    case "resource_subtype_changed":
      return `changed the type to ${story.newSubtype ?? ""}`;
    case "start_date_changed":
      return story.newStartOn == null ? "removed the start date" : `changed the start date to ${story.newStartOn}`;
    case "approval_status_changed":
      return `changed the approval status to ${story.newApproval ?? "pending"}`;
    case "dependency_added":
      return `marked this task as blocked by ${task(story.otherTaskGid)}`;
    case "dependency_removed":
      return `marked this task as no longer blocked by ${task(story.otherTaskGid)}`;
    case "dependent_added":
      return `marked this task as blocking ${task(story.otherTaskGid)}`;
    case "dependent_removed":
      return `marked this task as no longer blocking ${task(story.otherTaskGid)}`;
    case "added_to_tag":
      return `added to ${tag}`;
    case "removed_from_tag":
      return `removed from ${tag}`;
    case "follower_added":
      return `added ${state.users.get(story.followerGid ?? "")?.name ?? "someone"} as a collaborator`;
    case "duplicated":
      return `duplicated this task from ${task(story.otherTaskGid)}`;
    case "added_to_task":
      return `added to ${task(story.otherTaskGid)}`;
    case "attachment_added":
      return "attached a file";
    case "liked":
      return "liked this task";
    default:
      if (story.subtype.endsWith("_custom_field_changed")) {
        return story.oldValue === null || story.oldValue === undefined
          ? `changed ${field} to "${shown(state, story.newValue)}"`
          : `changed ${field} from "${shown(state, story.oldValue)}" to "${shown(state, story.newValue)}"`;
      }
      return story.subtype.replaceAll("_", " ");
  }
}
