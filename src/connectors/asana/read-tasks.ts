import { isJsonObject } from "../../model/index.ts";
import type { JsonObject, Page, Position } from "../../model/index.ts";
import { cover } from "../kit/index.ts";
import type { Partition, ReadContext } from "../kit/index.ts";
import { assertFieldsInSight, readNotes } from "./baseline.ts";
import type { AsanaGateway } from "./gateway.ts";
import { tasksAsked } from "./selection.ts";
import { listProjectTasks } from "./list-tasks.ts";
import { contentOf } from "./shapes.ts";
import type { Task } from "./shapes.ts";
import { SHARED } from "./streams.ts";
import { OVERLAP_MS, overlapped, planTasks } from "./task-position.ts";
import type { TaskPlan } from "./task-position.ts";
import { parentOf, settleTasks } from "./task-settling.ts";
import type { Settled } from "./task-settling.ts";
import { acceptTasks, projectsOf, readStories, readSubtasks, signatureOf, taskRecord } from "./task-details.ts";

/**
 * Reads one project's tasks with their histories. Unchanged, it costs one call. A full listing goes by position in the
 * project, so after a crash it starts over; tasks known to be unchanged then cost nothing but the listing.
 */
export async function* readProjectTasks(
  gateway: AsanaGateway,
  partition: Partition,
  position: Position | null,
  context: ReadContext,
  options: {
    /** Whether this run lists every project in full, so that the counts of all add up and each task has one to come with. */
    readonly listsAll: boolean;
    /** Whether a project is among those that are read. */
    readonly isOurs: (project: string) => boolean;
  },
): AsyncGenerator<Page> {
  const { signal, selection } = context;
  const asked = tasksAsked(selection, gateway.ofApp);
  const notes = await readNotes(context.known);
  assertFieldsInSight(notes, asked);
  const plan = planTasks(partition.id, position, context.mode, notes, asked.signature);
  const covered = position?.covered ?? [];
  const startedAt = gateway.now();
  const query = {
    opt_fields: asked.optFields,
    ...(plan.since === null ? {} : { modified_since: overlapped(plan.since) }),
  };
  const seen = new Set<string>();
  const stamps: string[] = [];
  /** Tasks that count here: those listed whose first project this is, and what hangs on them alone. */
  const counted = new Set<string>();
  const homeOfTask = (content: JsonObject): string | undefined => projectsOf(content).find(options.isOurs);
  /** Comes with its first project, which this run lists in full, too: its history is read once. */
  const comesElsewhere = (task: Task): boolean => {
    const home = homeOfTask(contentOf(task));
    return options.listsAll && plan.everything && home !== undefined && home !== partition.id;
  };
  for await (const rows of listProjectTasks(gateway, partition.id, query, signal)) {
    const { good, rejects } = acceptTasks(rows);
    const fresh = good.filter((task) => !seen.has(task.gid));
    for (const task of fresh) {
      seen.add(task.gid);
      stamps.push(task.modified_at);
      if (homeOfTask(contentOf(task)) === partition.id) counted.add(task.gid);
    }
    const given = fresh.filter((task) => !comesElsewhere(task));
    if (given.length === 0 && rejects.length === 0) continue;
    const content = await withHistories(gateway, given, await knownAmong(context, given), plan, context);
    for (const task of content.subtasks) {
      seen.add(task.gid);
      const row = contentOf(task);
      if (homeOfTask(row) === undefined && counted.has(parentOf(row) ?? "")) counted.add(task.gid);
    }
    for (const { id } of content.tombstones) counted.delete(id);
    yield {
      records: content.records,
      tombstones: content.tombstones,
      rejects: [...rejects, ...content.rejects],
      position: { covered, state: plan.meanwhile },
    };
  }
  const absent = plan.everything ? await absentFrom(context, partition.id, seen) : [];
  const settled = await settleTasks(gateway, absent, context);
  const unlisted = settled.records.filter(
    ({ stream, content }) => stream === "tasks" && homeOfTask(content) === undefined,
  );
  for (let size = -1; size !== counted.size;) {
    size = counted.size;
    for (const { id, content } of unlisted) {
      const parent = parentOf(content);
      if (parent === null || counted.has(parent)) counted.add(id);
    }
  }
  for (const { id } of settled.tombstones) counted.delete(id);
  const from = plan.everything ? 0 : Math.max(0, (covered.at(-1)?.to ?? 0) - OVERLAP_MS);
  yield {
    ...settled,
    position: { covered: cover(covered, { from, to: startedAt }), state: plan.finished(stamps, startedAt) },
    ...(options.listsAll
      ? { sourceCount: { count: counted.size, of: "tasks listed in their first project, with subtasks" } }
      : {}),
  };
}

/** Tasks the hub believes to be in the project that are not among those seen. */
async function absentFrom(
  context: ReadContext,
  project: string,
  seen: ReadonlySet<string>,
): Promise<readonly string[]> {
  const absent: string[] = [];
  for await (const page of context.known.records("tasks", project)) {
    for (const { id } of page) if (!seen.has(id)) absent.push(id);
  }
  // What the event feed or the project list delivered last is known under their partitions.
  for (const shared of SHARED) {
    for await (const page of context.known.records("tasks", shared)) {
      for (const { id, content } of page) if (!seen.has(id) && projectsOf(content).includes(project)) absent.push(id);
    }
  }
  return absent;
}

/** Signatures of some tasks, wherever they were delivered. */
async function knownAmong(context: ReadContext, tasks: readonly Task[]): Promise<ReadonlyMap<string, string>> {
  const gids = tasks.map(({ gid }) => gid);
  const known = await context.known.among("tasks", gids);
  return new Map([...known].map(([gid, content]) => [gid, signatureOf(content)]));
}

/** The listed tasks as records, their subtasks, and the histories of those that changed. */
async function withHistories(
  gateway: AsanaGateway,
  listed: readonly Task[],
  known: ReadonlyMap<string, string>,
  plan: TaskPlan,
  context: ReadContext,
): Promise<Settled & { readonly subtasks: readonly Task[] }> {
  const asked = tasksAsked(context.selection, gateway.ofApp);
  const changed = (task: Task): boolean => plan.allStories || known.get(task.gid) !== signatureOf(contentOf(task));
  const parents = plan.everything ? listed : listed.filter(changed);
  const below = await readSubtasks(gateway, parents, asked, context.signal);
  const tasks = [...listed, ...below.tasks];
  const stories = await readStories(
    gateway,
    tasks.filter(changed).map(({ gid }) => gid),
    asked,
    context.signal,
  );
  // A task that went away between its listing and its history is asked for by name before it is called deleted.
  const vanished = await settleTasks(gateway, [...stories.gone], context);
  return {
    records: [
      ...tasks.filter(({ gid }) => !stories.gone.has(gid)).map((task) => taskRecord(task, asked)),
      ...stories.records,
      ...vanished.records,
    ],
    tombstones: vanished.tombstones,
    rejects: [...below.rejects, ...stories.rejects, ...vanished.rejects],
    subtasks: below.tasks,
  };
}

/** The project a partition of tasks or sections stands for, from a stored project record. */
export function partitionOf(stream: string, id: string, content: JsonObject): Partition {
  const name = isJsonObject(content) && typeof content["name"] === "string" ? content["name"] : id;
  return { stream, id, title: name };
}
