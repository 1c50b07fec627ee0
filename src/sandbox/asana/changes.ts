import type { Call } from "./call.ts";
import type { EventRow, EventTarget } from "./events.ts";
import type { ProjectRow, StoryRow, TaskRow } from "./rows.ts";
import { storyText } from "./story-text.ts";

/** The gids whose event streams carry what happens to a task: itself, its parents, the projects of all of them. */
export function taskStreams(task: TaskRow): string[] {
  const streams: string[] = [];
  for (let at: TaskRow | null = task; at !== null; at = at.parent) {
    streams.push(at.gid);
    for (const { project } of at.memberships) streams.push(project.gid);
  }
  return streams;
}

export function target(kind: EventTarget["kind"], gid: string): EventTarget {
  return { kind, gid };
}

/** Records one event of the acting user (or rule) now. */
export function emit(
  call: Call,
  streams: readonly string[],
  action: EventRow["action"],
  resource: EventTarget,
  parent: EventTarget | null,
  change?: EventRow["change"],
): void {
  call.world.events.record({
    userGid: call.actor.userGid,
    createdAt: call.world.now(),
    action,
    resource,
    parent,
    ...(change === undefined ? {} : { change }),
    streams,
  });
}

export function emitTask(call: Call, task: TaskRow, action: EventRow["action"], parent: EventTarget | null): void {
  emit(call, taskStreams(task), action, target("task", task.gid), parent);
}

export function emitTaskChange(
  call: Call,
  task: TaskRow,
  field: string,
  newValue?: EventTarget,
  action: NonNullable<EventRow["change"]>["action"] = "changed",
): void {
  const name = { changed: "newValue", added: "addedValue", removed: "removedValue" }[action];
  const change = { field, action, ...(newValue === undefined ? {} : { [name]: newValue }) };
  emit(call, taskStreams(task), "changed", target("task", task.gid), null, change);
}

export function emitProject(call: Call, project: ProjectRow, action: EventRow["action"], field?: string): void {
  const parent = action === "added" ? target("workspace", call.world.state.workspace.gid) : null;
  const change = field === undefined ? undefined : ({ field, action: "changed" } as const);
  emit(call, [project.gid], action, target("project", project.gid), parent, change);
}

/** Appends a story to a task's history and reports it `added`; its text is fixed as of now. */
export function writeStory(
  call: Call,
  task: TaskRow,
  subtype: string,
  details: Partial<Omit<StoryRow, "gid" | "taskGid" | "subtype">> = {},
): StoryRow {
  const { state } = call.world;
  const story: StoryRow = {
    gid: state.nextGid(),
    taskGid: task.gid,
    createdAt: call.world.now(),
    createdByGid: call.actor.userGid,
    source: call.actor.source,
    subtype,
    ...details,
  };
  story.text ??= storyText(state, story);
  task.stories.push(story);
  state.stories.set(story.gid, story);
  emit(call, taskStreams(task), "added", target("story", story.gid), target("task", task.gid));
  return story;
}
