import type { Call } from "./call.ts";
import { emitTaskChange, target, writeStory } from "./changes.ts";
import { unknownObject } from "./errors.ts";
import type { TagRow, TaskRow } from "./rows.ts";

/** Errors: 404 for an unknown or deleted tag. */
export function tagOf(call: Call, gid: string): TagRow {
  const tag = call.world.state.tags.get(gid);
  if (tag === undefined || tag.deletedAt !== null) throw unknownObject("tag", gid);
  return tag;
}

/** Adds a tag; does not touch `modified_at` (reference asana.md §9). */
export function tagTask(call: Call, task: TaskRow, tag: TagRow): void {
  if (task.tags.includes(tag)) return;
  task.tags = [...task.tags, tag];
  tag.tasks = [task, ...tag.tasks];
  emitTaskChange(call, task, "tags", target("tag", tag.gid), "added");
  writeStory(call, task, "added_to_tag", { tagGid: tag.gid });
}

export function untagTask(call: Call, task: TaskRow, tag: TagRow): void {
  if (!task.tags.includes(tag)) return;
  task.tags = task.tags.filter((one) => one !== tag);
  tag.tasks = tag.tasks.filter((one) => one !== task);
  emitTaskChange(call, task, "tags", target("tag", tag.gid), "removed");
  writeStory(call, task, "removed_from_tag", { tagGid: tag.gid });
}
