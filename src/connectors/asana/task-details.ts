import type { JsonObject, Reject, SourceRecord, Tombstone } from "../../model/index.ts";
import { HubError, parseInstant } from "../../model/index.ts";
import type { AsanaGateway, BatchResult } from "./gateway.ts";
import { unexpectedAnswer } from "./failures.ts";
import { keepAskedFields, keepAskedStory } from "./selection.ts";
import type { TaskAsked } from "./selection.ts";
import { accept, contentOf, storySchema, taskSchema } from "./shapes.ts";
import type { Task } from "./shapes.ts";
import { gidOf, textOf } from "./values.ts";

/** What reading some tasks gave: records to store, and which gids could not be read and why. */
export interface Details {
  readonly tasks: readonly Task[];
  /** Deleted or never there. */
  readonly gone: readonly string[];
  /** There, but not for this token. */
  readonly hidden: readonly string[];
  readonly rejects: readonly Reject[];
}

interface Listed {
  readonly data: readonly unknown[];
  readonly next_page?: { readonly offset: string } | null;
}

/**
 * A task as a record, with only the custom fields that were asked for. The number of subtasks is left out: it changes
 * without the task's stamp or an event of the task.
 */
export function taskRecord(task: Task, asked: TaskAsked): SourceRecord {
  const modifiedAt = parseInstant(task.modified_at);
  const { num_subtasks: _, ...kept } = contentOf(task);
  return {
    stream: "tasks",
    id: task.gid,
    content: keepAskedFields(kept, asked),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  };
}

function dataOf(result: BatchResult): unknown {
  return (result.body as { readonly data?: unknown } | null)?.data;
}

/** Reads tasks one by one, ten to a call; a 404 or 403 is an answer about that task. */
export async function readTasks(
  gateway: AsanaGateway,
  gids: readonly string[],
  asked: TaskAsked,
  signal: AbortSignal,
): Promise<Details> {
  const actions = gids.map((gid) => ({ relativePath: `/tasks/${gid}`, fields: asked.optFields }));
  const results = await gateway.readMany(actions, signal);
  const found: unknown[] = [];
  const gone: string[] = [];
  const hidden: string[] = [];
  for (const [i, result] of results.entries()) {
    const gid = gids[i] ?? "";
    if (result.status === 200) found.push(dataOf(result));
    else if (result.status === 404) gone.push(gid);
    else if (result.status === 403) hidden.push(gid);
    else throw unexpectedAnswer(`GET /tasks/${gid}`, result);
  }
  const { good, rejects } = acceptTasks(found);
  return { tasks: good, gone, hidden, rejects };
}

/**
 * Tasks that fit, and rejects.
 * @throws HubError HUB-1422 when they come without their places: an empty membership means that the token lacks a scope,
 * not that the task stands nowhere (reference asana.md §3).
 */
export function acceptTasks(rows: readonly unknown[]): ReturnType<typeof accept<Task>> {
  const accepted = accept("tasks", taskSchema, rows);
  for (const { gid, memberships } of accepted.good) {
    if ((memberships ?? []).some((one) => one.project?.gid === undefined || one.section === undefined))
      throw placesHidden(gid);
  }
  return accepted;
}

function placesHidden(task: string): HubError {
  return new HubError("HUB-1422", `Asana gives task ${task} without the project or section it stands in.`, {
    disposition: "stop-stream",
    place: { system: "asana", stream: "tasks", record: task, path: "memberships" },
    remedy: "Give the token the scopes projects:read and project_sections:read; where tasks stood before is kept.",
  });
}

/** Subtasks of tasks to any depth, level by level; a project's listing does not hold them. */
export async function readSubtasks(
  gateway: AsanaGateway,
  tasks: readonly Task[],
  asked: TaskAsked,
  signal: AbortSignal,
): Promise<{ readonly tasks: readonly Task[]; readonly rejects: readonly Reject[] }> {
  const found: Task[] = [];
  const rejects: Reject[] = [];
  const seen = new Set(tasks.map(({ gid }) => gid));
  for (let parents = tasks; ;) {
    parents = parents.filter((task) => (task.num_subtasks ?? 0) > 0);
    if (parents.length === 0) break;
    const lists = await readLists(
      gateway,
      parents.map(({ gid }) => gid),
      "subtasks",
      asked.optFields,
      signal,
    );
    const level = acceptTasks(lists.flatMap((list) => list ?? []));
    rejects.push(...level.rejects);
    parents = level.good.filter(({ gid }) => !seen.has(gid));
    for (const { gid } of parents) seen.add(gid);
    found.push(...parents);
  }
  return { tasks: found, rejects };
}

/** The histories of tasks as member records, and the tasks that vanished meanwhile. */
export async function readStories(
  gateway: AsanaGateway,
  gids: readonly string[],
  asked: TaskAsked,
  signal: AbortSignal,
): Promise<{
  readonly records: readonly SourceRecord[];
  readonly gone: ReadonlySet<string>;
  readonly rejects: readonly Reject[];
}> {
  const records: SourceRecord[] = [];
  const rejects: Reject[] = [];
  const gone = new Set<string>();
  const lists = await readLists(gateway, gids, "stories", asked.stories, signal);
  for (const [i, list] of lists.entries()) {
    const gid = gids[i] ?? "";
    if (list === null) {
      gone.add(gid);
      continue;
    }
    const { good, rejects: bad } = accept("stories", storySchema, list);
    rejects.push(...bad);
    for (const story of good) {
      const createdAt = parseInstant(story.created_at);
      records.push({
        stream: "stories",
        id: story.gid,
        content: keepAskedStory(contentOf(story), asked),
        member: { stream: "tasks", id: gid },
        ...(createdAt === undefined ? {} : { modifiedAt: createdAt }),
      });
    }
  }
  return { records, gone, rejects };
}

/** One list per task, complete; null for a task that is not there (any more). */
async function readLists(
  gateway: AsanaGateway,
  gids: readonly string[],
  what: "stories" | "subtasks",
  fields: string,
  signal: AbortSignal,
): Promise<readonly (readonly unknown[] | null)[]> {
  const actions = gids.map((gid) => ({ relativePath: `/tasks/${gid}/${what}`, fields, limit: 100 }));
  const results = await gateway.readMany(actions, signal);
  return Promise.all(
    results.map(async (result, i) => {
      if (result.status === 404 || result.status === 403) return null;
      const body = result.body as Partial<Listed> | null;
      if (result.status !== 200 || !Array.isArray(body?.data))
        throw unexpectedAnswer(`GET /tasks/{task_gid}/${what}`, result);
      if ((body.next_page ?? null) === null) return body.data as readonly unknown[];
      // More than one page: read that task's list again as a listing of its own.
      const rows: unknown[] = [];
      const params = { task_gid: gids[i] ?? "" };
      for await (const page of gateway.list(`/tasks/{task_gid}/${what}`, params, { opt_fields: fields }, signal))
        rows.push(...page.rows);
      return rows;
    }),
  );
}

/** Tombstones of tasks a GET said are gone (404) or out of sight (403). */
export function tombstonesOf(
  details: Pick<Details, "gone" | "hidden">,
  cause: "deleted" | "parent deleted",
  at: (gid: string) => number | null = () => null,
): readonly Tombstone[] {
  return [
    ...details.gone.map((id) => ({ stream: "tasks", id, cause, at: at(id) }) as const),
    ...details.hidden.map((id) => ({ stream: "tasks", id, cause: "visibility lost", at: null }) as const),
  ];
}

/** What tells that a task's history may have grown: its modification stamp and where it stands. */
export function signatureOf(content: JsonObject): string {
  const memberships = Array.isArray(content["memberships"]) ? content["memberships"] : [];
  const places = (memberships as readonly JsonObject[]).map(
    ({ project, section }) => `${gidOf(project) ?? ""}:${gidOf(section) ?? ""}`,
  );
  return `${textOf(content["modified_at"]) ?? ""} ${places.join(" ")}`;
}

/** The projects a task stands in. */
export function projectsOf(content: JsonObject): readonly string[] {
  const memberships = Array.isArray(content["memberships"]) ? content["memberships"] : [];
  return (memberships as readonly JsonObject[]).flatMap(({ project }) => gidOf(project) ?? []);
}
