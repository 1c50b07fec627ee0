import { shown } from "./shown.ts";
import type { Call } from "./call.ts";
import { emitTask, target, writeStory } from "./changes.ts";
import { badRequest } from "./errors.ts";
import type { MembershipRow, ProjectRow, SectionRow, TaskRow } from "./rows.ts";

/** Where in a section a task goes: beside another task, at the top or at the bottom. */
export interface Anchor {
  readonly before?: string | null;
  readonly after?: string | null;
  readonly otherwise: "top" | "bottom";
}

export function anchorOf(data: Readonly<Record<string, unknown>>, otherwise: Anchor["otherwise"]): Anchor {
  const read = (name: string): { value?: string | null } => {
    const value = data[name];
    return value === undefined ? {} : { value: value === null ? null : shown(value) };
  };
  const before = read("insert_before");
  const after = read("insert_after");
  if (before.value !== undefined && after.value !== undefined)
    throw badRequest("insert_before: You may only specify one of insert_before or insert_after");
  return {
    otherwise,
    ...(before.value === undefined ? {} : { before: before.value }),
    ...(after.value === undefined ? {} : { after: after.value }),
  };
}

function insert(section: SectionRow, task: TaskRow, anchor: Anchor): void {
  const { tasks } = section;
  const index = (name: string, gid: string): number => {
    const found = tasks.indexOf(gid);
    if (found < 0) throw badRequest(`${name}: Not a task of the section: ${gid}`);
    return found;
  };
  let at = anchor.otherwise === "top" ? 0 : tasks.length;
  // A null anchor means an end of the list: before null is the bottom, after null the top.
  if (anchor.before !== undefined) at = anchor.before === null ? tasks.length : index("insert_before", anchor.before);
  if (anchor.after !== undefined) at = anchor.after === null ? 0 : index("insert_after", anchor.after) + 1;
  tasks.insert(at, task);
}

export function firstSection(project: ProjectRow): SectionRow {
  const section = project.sections[0];
  if (section === undefined) throw badRequest(`section: Project has no sections: ${project.gid}`);
  return section;
}

/** Puts a task into a project (or, already there, into another of its sections). Does not touch `modified_at`. */
export function placeTask(call: Call, task: TaskRow, section: SectionRow, anchor: Anchor): void {
  const membership = task.memberships.find((one) => one.project === section.project);
  if (membership !== undefined) {
    moveTask(call, task, membership, section, anchor);
    return;
  }
  if (task.memberships.length >= 20) throw badRequest("projects: Task is already in 20 projects");
  insert(section, task, anchor);
  task.memberships = [...task.memberships, { project: section.project, section }];
  emitTask(call, task, "added", target("project", section.project.gid));
  emitTask(call, task, "added", target("section", section.gid));
  writeStory(call, task, "added_to_project", { projectGid: section.project.gid });
}

function moveTask(call: Call, task: TaskRow, membership: MembershipRow, section: SectionRow, anchor: Anchor): void {
  const from = membership.section;
  from.tasks.remove(task.gid);
  insert(section, task, anchor);
  if (from === section) return;
  membership.section = section;
  emitTask(call, task, "removed", target("section", from.gid));
  emitTask(call, task, "added", target("section", section.gid));
  writeStory(call, task, "section_changed", {
    projectGid: section.project.gid,
    oldSectionGid: from.gid,
    newSectionGid: section.gid,
  });
}

/** Takes a task out of a project; the task itself lives on. */
export function unplaceTask(call: Call, task: TaskRow, project: ProjectRow): void {
  const membership = task.memberships.find((one) => one.project === project);
  if (membership === undefined) throw badRequest(`project: Task is not in project: ${project.gid}`);
  emitTask(call, task, "removed", target("section", membership.section.gid));
  emitTask(call, task, "removed", target("project", project.gid));
  writeStory(call, task, "removed_from_project", { projectGid: project.gid });
  membership.section.tasks.remove(task.gid);
  task.memberships = task.memberships.filter((one) => one !== membership);
}
