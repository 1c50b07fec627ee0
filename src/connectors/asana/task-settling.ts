import { HubError, isJsonObject } from "../../model/index.ts";
import type { JsonObject, Reject, SourceRecord, Tombstone } from "../../model/index.ts";
import type { ReadContext } from "../kit/index.ts";
import type { AsanaGateway } from "./gateway.ts";
import { tasksAsked } from "./selection.ts";
import type { Task } from "./shapes.ts";
import { readStories, readSubtasks, readTasks, taskRecord, tombstonesOf } from "./task-details.ts";
import { gidOf } from "./values.ts";

/** What asking for some tasks by name came to. */
export interface Settled {
  readonly records: readonly SourceRecord[];
  readonly tombstones: readonly Tombstone[];
  readonly rejects: readonly Reject[];
}

export interface SettleOptions {
  /** Why tasks that answer 404 are gone. */
  readonly cause?: "deleted" | "parent deleted";
  /** When, as far as an event told. */
  readonly at?: (gid: string) => number | null;
}

const NOTHING: Settled = { records: [], tombstones: [], rejects: [] };

/**
 * Asks for each task by name and reads its history: 404 is deleted, 403 out of sight, an answer is a task that moved.
 * Subtasks go with their parent and come back with it, without an event of their own.
 */
export async function settleTasks(
  gateway: AsanaGateway,
  gids: readonly string[],
  context: ReadContext,
  options: SettleOptions = {},
): Promise<Settled> {
  if (gids.length === 0) return NOTHING;
  const { signal } = context;
  const asked = tasksAsked(context.selection, gateway.ofApp);
  const details = await readTasks(gateway, gids, asked, signal);
  const below = await readSubtasks(gateway, await newParents(details.tasks, context), asked, signal);
  const tasks = [...details.tasks, ...below.tasks];
  const stories = await readStories(
    gateway,
    tasks.map(({ gid }) => gid),
    asked,
    signal,
  );
  // A task that went away between the two is asked for once more.
  const late = stories.gone.size === 0 ? null : await readTasks(gateway, [...stories.gone], asked, signal);
  const unreadable = late?.tasks[0];
  if (unreadable !== undefined) throw unreadableHistory(unreadable.gid);
  const tombstones = [details, ...(late === null ? [] : [late])].flatMap((one) =>
    tombstonesOf(one, options.cause ?? "deleted", options.at ?? (() => null)),
  );
  const children = await childrenOf(new Set(tombstones.map(({ id }) => id)), new Set(gids), context);
  const orphaned = await settleTasks(gateway, children, context, { cause: "parent deleted" });
  return {
    records: [
      ...tasks.filter(({ gid }) => !stories.gone.has(gid)).map((task) => taskRecord(task, asked)),
      ...stories.records,
      ...orphaned.records,
    ],
    tombstones: [...tombstones, ...orphaned.tombstones],
    rejects: [...details.rejects, ...below.rejects, ...stories.rejects, ...orphaned.rejects],
  };
}

/** Tasks with subtasks that the hub does not hold yet, or no longer. */
async function newParents(tasks: readonly Task[], context: ReadContext): Promise<readonly Task[]> {
  const parents = new Map(tasks.filter((task) => (task.num_subtasks ?? 0) > 0).map((task) => [task.gid, task]));
  if (parents.size === 0) return [];
  const known = await context.known.among("tasks", [...parents.keys()]);
  return [...parents.values()].filter(({ gid }) => !known.has(gid));
}

/** Known subtasks of tasks that are gone, other than those asked for already. */
async function childrenOf(
  gone: ReadonlySet<string>,
  asked: ReadonlySet<string>,
  context: ReadContext,
): Promise<readonly string[]> {
  const children: string[] = [];
  if (gone.size === 0) return children;
  for await (const page of context.known.records("tasks")) {
    for (const { id, content } of page) if (gone.has(parentOf(content) ?? "") && !asked.has(id)) children.push(id);
  }
  return children;
}

export function parentOf(content: JsonObject): string | null {
  return isJsonObject(content) ? gidOf(content["parent"]) : null;
}

function unreadableHistory(task: string): HubError {
  return new HubError("HUB-1412", `Task ${task} can be read, its history cannot.`, {
    disposition: "stop-stream",
    place: { system: "asana", stream: "tasks", record: task },
    remedy: "Give the token the scope stories:read, or run again if the task was being deleted.",
  });
}
