import { whole } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { one } from "./answers.ts";
import { param } from "./call.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { requireWorkspace } from "./lookups.ts";
import type { Router } from "./router.ts";
import type { TaskRow } from "./rows.ts";
import { searchFilter } from "./search-filter.ts";
import type { ResourceType } from "./selection.ts";
import { projectVisible, taskVisible } from "./state.ts";

const ORDER: Readonly<Record<string, (task: TaskRow) => string | number>> = {
  modified_at: (task) => task.modifiedAt,
  created_at: (task) => task.createdAt,
  completed_at: (task) => task.completedAt ?? "",
  due_date: (task) => task.dueOn ?? "",
  likes: (task) => task.likerGids.length,
};

function limitOf(call: Call, name: string, fallback: number): number {
  const text = call.query.get(name);
  if (text === null || text === "") return fallback;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw badRequest(`${name}: Must be between 1 and 100, not: ${text}`);
  return limit;
}

/** Tasks by condition; what changed a moment ago is not in the index yet. No offset (reference asana.md §15). */
function search(call: Call): Answer {
  requireWorkspace(call, param(call));
  const { state, resources, searchIndex } = call.world;
  const limit = limitOf(call, "limit", 100);
  const test = searchFilter(call);
  const sortBy = call.query.get("sort_by") ?? "modified_at";
  const key = Object.hasOwn(ORDER, sortBy) ? ORDER[sortBy] : undefined;
  if (key === undefined) throw badRequest(`sort_by: Not a recognized order: ${sortBy}`);
  const found: TaskRow[] = [];
  for (const task of state.tasks.values()) {
    const version = searchIndex.versionOf(task);
    if (version !== null && taskVisible(state, version) && test(version)) found.push(version);
  }
  const sign = call.query.get("sort_ascending") === "true" ? 1 : -1;
  found.sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    return left === right ? 0 : left < right ? -sign : sign;
  });
  return whole(call, resources.task, found.slice(0, limit));
}

/** Names containing the query, at most `count`, one page (reference asana.md §15). */
function typeahead(call: Call): Answer {
  requireWorkspace(call, param(call));
  const { state, resources } = call.world;
  const kind = call.query.get("resource_type") ?? call.query.get("type");
  const text = (call.query.get("query") ?? "").toLowerCase();
  const count = limitOf(call, "count", 20);
  const pick = <Row extends { readonly name: string }>(
    type: ResourceType<Row>,
    rows: Iterable<Row>,
    visible: (row: Row) => boolean,
  ): Answer => {
    const found: Row[] = [];
    for (const row of rows) {
      if (found.length >= count) break;
      if (row.name.toLowerCase().includes(text) && visible(row)) found.push(row);
    }
    return whole(call, type, found);
  };
  const lives = (row: { readonly deletedAt: string | null }): boolean => row.deletedAt === null;
  switch (kind) {
    case "task":
      return pick(resources.task, state.tasks.values(), (row) => taskVisible(state, row));
    case "project":
      return pick(resources.project, state.projects.values(), (row) => projectVisible(state, row));
    case "user":
      return pick(resources.user, state.users.values(), () => true);
    case "team":
      return pick(resources.team, state.teams.values(), () => true);
    case "custom_field":
      return pick(resources.customField, state.customFields.values(), lives);
    case "tag":
      return pick(resources.tag, state.tags.values(), lives);
    case "portfolio":
      return pick(resources.portfolio, state.portfolios.values(), lives);
    case "goal":
      return pick(resources.goal, state.goals.values(), lives);
    default:
      throw badRequest("resource_type: Missing input");
  }
}

/** A task by its custom id, such as `OPS-123`. */
function byCustomId(call: Call): Answer {
  requireWorkspace(call, param(call));
  const wanted = param(call, 1);
  const { state, resources } = call.world;
  const number = /^(.*)-(\d+)$/u.exec(wanted);
  for (const task of state.tasks.values()) {
    if (number === null || Number(task.gid.slice(-7)) !== Number(number[2]) || !taskVisible(state, task)) continue;
    for (const { project } of task.memberships) {
      for (const gid of project.taskCustomFieldGids) {
        const field = state.customFields.get(gid);
        if (field?.representation === "custom_id" && (field.idPrefix ?? "ID") === number[1])
          return one(call, resources.task, task);
      }
    }
  }
  throw unknownObject("task", wanted);
}

/** Finding things other than by listing them. */
export function addSearchRoutes(router: Router): void {
  router.add("GET", "/workspaces/{workspace_gid}/tasks/search", search);
  router.add("GET", "/workspaces/{workspace_gid}/tasks/custom_id/{custom_id}", byCustomId);
  router.add("GET", "/workspaces/{workspace_gid}/typeahead", typeahead);
}
