import { list } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, param, requiredText, textList } from "./call.ts";
import { emitTaskChange, target, writeStory } from "./changes.ts";
import { badRequest } from "./errors.ts";
import { memberOf, taskOf } from "./lookups.ts";
import type { Router } from "./router.ts";
import type { TaskRow } from "./rows.ts";
import { one } from "./answers.ts";
import { taskVisible } from "./state.ts";
import { tagOf, tagTask, untagTask } from "./tags.ts";

const MOST_DEPENDENCIES = 30;

type Side = "dependencies" | "dependents";
const OTHER: Readonly<Record<Side, Side>> = { dependencies: "dependents", dependents: "dependencies" };
const STORY: Readonly<Record<Side, string>> = { dependencies: "dependency", dependents: "dependent" };

function dependsOn(task: TaskRow, other: TaskRow, seen = new Set<TaskRow>()): boolean {
  if (task === other) return true;
  if (seen.has(task)) return false;
  seen.add(task);
  return task.dependencies.some((one) => dependsOn(one, other, seen));
}

function tell(call: Call, task: TaskRow, side: Side, deed: "added" | "removed", other: TaskRow): void {
  emitTaskChange(call, task, side, target("task", other.gid), deed);
  writeStory(call, task, `${STORY[side]}_${deed}`, { otherTaskGid: other.gid });
}

function addRelations(call: Call, side: Side): Answer {
  const task = taskOf(call, param(call));
  const others = textList(call.data, side).map((gid) => taskOf(call, gid));
  for (const other of others) {
    if (task[side].includes(other)) continue;
    if (task.dependencies.length + task.dependents.length >= MOST_DEPENDENCIES)
      throw badRequest(`${side}: A task may have at most ${MOST_DEPENDENCIES} dependencies and dependents`);
    const [later, earlier] = side === "dependencies" ? [task, other] : [other, task];
    if (dependsOn(earlier, later)) throw badRequest(`${side}: Dependencies may not form a circle`);
    task[side] = [...task[side], other];
    other[OTHER[side]] = [...other[OTHER[side]], task];
    tell(call, task, side, "added", other);
    tell(call, other, OTHER[side], "added", task);
  }
  return empty();
}

function removeRelations(call: Call, side: Side): Answer {
  const task = taskOf(call, param(call));
  for (const gid of textList(call.data, side)) {
    const other = taskOf(call, gid);
    if (!task[side].includes(other)) continue;
    task[side] = task[side].filter((row) => row !== other);
    other[OTHER[side]] = other[OTHER[side]].filter((row) => row !== task);
    tell(call, task, side, "removed", other);
    tell(call, other, OTHER[side], "removed", task);
  }
  return empty();
}

function addFollowers(call: Call): Answer {
  const task = taskOf(call, param(call));
  for (const id of textList(call.data, "followers")) {
    const gid = memberOf(call, "followers", id);
    if (task.followerGids.includes(gid)) continue;
    task.followerGids = [...task.followerGids, gid];
    emitTaskChange(call, task, "followers", target("user", gid), "added");
    writeStory(call, task, "follower_added", { followerGid: gid });
  }
  return one(call, call.world.resources.task, task);
}

function removeFollowers(call: Call): Answer {
  const task = taskOf(call, param(call));
  const gids = new Set(textList(call.data, "followers").map((id) => memberOf(call, "followers", id)));
  for (const gid of gids) {
    if (task.followerGids.includes(gid)) emitTaskChange(call, task, "followers", target("user", gid), "removed");
  }
  task.followerGids = task.followerGids.filter((gid) => !gids.has(gid));
  return one(call, call.world.resources.task, task);
}

/** How tasks hang together with each other, with tags and with people (reference asana.md §8). */
export function addTaskRelationRoutes(router: Router): void {
  const add = router.add.bind(router);
  const task = (call: Call): TaskRow => taskOf(call, param(call));
  for (const side of ["dependencies", "dependents"] as const) {
    const name = `${side.charAt(0).toUpperCase()}${side.slice(1)}`;
    add("GET", `/tasks/{task_gid}/${side}`, (call) =>
      list(
        call,
        call.world.resources.task,
        task(call)[side].filter((row) => taskVisible(call.world.state, row)),
      ),
    );
    add("POST", `/tasks/{task_gid}/add${name}`, (call) => addRelations(call, side));
    add("POST", `/tasks/{task_gid}/remove${name}`, (call) => removeRelations(call, side));
  }
  add("GET", "/tasks/{task_gid}/tags", (call) =>
    list(
      call,
      call.world.resources.tag,
      task(call).tags.filter((tag) => tag.deletedAt === null),
    ),
  );
  add("POST", "/tasks/{task_gid}/addTag", (call) => {
    tagTask(call, task(call), tagOf(call, requiredText(call.data, "tag")));
    return empty();
  });
  add("POST", "/tasks/{task_gid}/removeTag", (call) => {
    untagTask(call, task(call), tagOf(call, requiredText(call.data, "tag")));
    return empty();
  });
  add("POST", "/tasks/{task_gid}/addFollowers", addFollowers);
  add("POST", "/tasks/{task_gid}/removeFollowers", removeFollowers);
}
