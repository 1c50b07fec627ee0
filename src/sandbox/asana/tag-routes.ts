import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, optionalText, param } from "./call.ts";
import { emit, target } from "./changes.ts";
import { badRequest } from "./errors.ts";
import { checkWorkspace, requireWorkspace } from "./lookups.ts";
import type { Router } from "./router.ts";
import type { TagRow } from "./rows.ts";
import { tagOf } from "./tags.ts";
import { tasksAnswer } from "./task-routes.ts";

function livingTags(call: Call): TagRow[] {
  return [...call.world.state.tags.values()].filter((tag) => tag.deletedAt === null);
}

function createTag(call: Call, workspace: unknown): Answer {
  if (typeof workspace !== "string") throw badRequest("workspace: Missing input");
  checkWorkspace(call, workspace);
  const tag: TagRow = {
    gid: call.world.state.nextGid(),
    name: optionalText(call.data, "name") ?? "",
    color: optionalText(call.data, "color") ?? null,
    notes: optionalText(call.data, "notes") ?? "",
    createdAt: call.world.now(),
    followerGids: call.actor.userGid === null ? [] : [call.actor.userGid],
    tasks: [],
    deletedAt: null,
  };
  call.world.state.tags.set(tag.gid, tag);
  emit(call, [tag.gid], "added", target("tag", tag.gid), target("workspace", call.world.state.workspace.gid));
  return one(call, call.world.resources.tag, tag, 201);
}

/** Tags (reference asana.md §8). */
export function addTagRoutes(router: Router): void {
  const add = router.add.bind(router);
  const tag = (call: Call): TagRow => tagOf(call, param(call));
  add("GET", "/tags", (call) => {
    const workspace = call.query.get("workspace");
    if (workspace !== null) checkWorkspace(call, workspace);
    return list(call, call.world.resources.tag, livingTags(call));
  });
  add("POST", "/tags", (call) => createTag(call, call.data["workspace"]));
  add("GET", "/workspaces/{workspace_gid}/tags", (call) => {
    requireWorkspace(call, param(call));
    return list(call, call.world.resources.tag, livingTags(call));
  });
  add("POST", "/workspaces/{workspace_gid}/tags", (call) => createTag(call, param(call)));
  add("GET", "/tags/{tag_gid}", (call) => one(call, call.world.resources.tag, tag(call)));
  add("PUT", "/tags/{tag_gid}", (call) => {
    const row = tag(call);
    row.name = optionalText(call.data, "name") ?? row.name;
    row.color = optionalText(call.data, "color") ?? row.color;
    row.notes = optionalText(call.data, "notes") ?? row.notes;
    emit(call, [row.gid], "changed", target("tag", row.gid), null, { field: "name", action: "changed" });
    return one(call, call.world.resources.tag, row);
  });
  add("DELETE", "/tags/{tag_gid}", (call) => {
    const row = tag(call);
    row.deletedAt = call.world.now();
    for (const task of row.tasks) task.tags = task.tags.filter((each) => each !== row);
    emit(call, [row.gid], "deleted", target("tag", row.gid), null);
    return empty();
  });
  add("GET", "/tags/{tag_gid}/tasks", (call) => tasksAnswer(call, tag(call).tasks));
}
