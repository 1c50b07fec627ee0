import { z } from "zod";
import { HubError, MINUTE, parseInstant, toIso } from "../../model/index.ts";
import type { Instant, Page, Position } from "../../model/index.ts";
import { cover } from "../kit/index.ts";
import type { ReadContext } from "../kit/index.ts";
import { assertFieldsInSight, baselineRecord, goneRecord, readNotes } from "./baseline.ts";
import { refusalBehind, unexpectedAnswer } from "./failures.ts";
import type { AsanaGateway } from "./gateway.ts";
import { eventsSchema } from "./shapes.ts";
import type { Events } from "./shapes.ts";
import { SHARED } from "./streams.ts";
import { projectsOf } from "./task-details.ts";
import { parentOf, settleTasks } from "./task-settling.ts";
import { readSectionsByName } from "./read-sections.ts";
import { tasksAsked } from "./selection.ts";

const stateSchema = z.object({
  /** Null when the feed could not be read. */
  sync: z.string().nullable(),
  epoch: z.number(),
});
type State = z.output<typeof stateSchema>;

type Answer =
  | { readonly kind: "events"; readonly events: Events }
  | { readonly kind: "stale"; readonly sync: string }
  | { readonly kind: "refused" };

const OPERATION = "GET /workspaces/{workspace_gid}/events";
/** Tasks read again per page. */
const CHUNK = 100;

/** What the event reader tells the others of the same run. */
export interface FeedNews {
  /** A new epoch begins: every partition is listed in full in this run. */
  newEpoch(): void;
}

async function ask(
  gateway: AsanaGateway,
  workspace: string,
  sync: string | null,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const body = await gateway.call(
      {
        method: "GET",
        path: "/workspaces/{workspace_gid}/events",
        params: { workspace_gid: workspace },
        query: sync === null ? {} : { sync },
      },
      signal,
    );
    const parsed = eventsSchema.safeParse(body);
    if (!parsed.success) throw unexpectedAnswer(OPERATION, parsed.error);
    return { kind: "events", events: parsed.data };
  } catch (error) {
    const refusal = refusalBehind(error);
    if (refusal?.status === 412 && refusal.sync !== undefined) return { kind: "stale", sync: refusal.sync };
    if (refusal !== undefined && [402, 403, 404].includes(refusal.status)) return { kind: "refused" };
    throw error;
  }
}

/**
 * Follows the workspace's events (reference asana.md §13): what changed is read again, by name, with its history. An
 * event says only where to look, never what; so repeated, late and collapsed events do no harm. Lost ones are found by
 * `modified_since` and by sweeps.
 */
export async function* readEvents(
  gateway: AsanaGateway,
  workspace: string,
  position: Position | null,
  context: ReadContext,
  inScope: (projects: readonly string[]) => boolean,
  news: FeedNews,
): AsyncGenerator<Page> {
  const parsed = stateSchema.safeParse(position?.state);
  let state: State | null = parsed.success ? parsed.data : null;
  let covered = position?.covered ?? [];
  const notes = await readNotes(context.known);
  // What events tell is read only once: never while part of it is out of sight.
  assertFieldsInSight(notes, tasksAsked(context.selection));
  const epochBefore = state?.epoch ?? notes.baseline?.epoch ?? 0;
  const fresh = context.mode === "full" || state === null || state.sync === null;
  let sync = fresh ? null : (state?.sync ?? null);
  for (;;) {
    const askedAt = gateway.now();
    const answer = await ask(gateway, workspace, sync, context.signal);
    if (answer.kind !== "events") {
      const available = answer.kind === "stale";
      const { baseline: known } = await readNotes(context.known);
      const epoch = available || known?.available !== false ? epochBefore + 1 : epochBefore;
      if (epoch !== epochBefore) news.newEpoch();
      const held = state;
      state = { sync: available ? answer.sync : null, epoch };
      const takenAt = epoch === epochBefore && known !== null ? known.takenAt : toIso(askedAt);
      for (const page of await settleHomeless(gateway, context)) yield { ...page, position: { covered, state: held } };
      yield {
        records: [baselineRecord({ epoch, available, takenAt })],
        tombstones: [],
        rejects: [],
        position: { covered, state },
      };
      return;
    }
    if (sync === null)
      throw new HubError("HUB-1406", "Asana gave events without a sync token.", {
        disposition: "stop-stream",
        place: { system: "asana", request: OPERATION },
        remedy: "Run again; report it if it happens every time.",
      });
    const { data, sync: next, has_more: more } = answer.events;
    const held: Position = { covered, state };
    const pages = await collect(gateway, data, context, inScope);
    for (const page of pages.slice(0, -1)) yield { ...page, position: held };
    if (context.mode === "sweep" && more !== true) {
      for (const page of await settleHomeless(gateway, context)) yield { ...page, position: held };
    }
    const last = covered.at(-1)?.to ?? askedAt;
    covered = cover(covered, { from: Math.max(0, last - 2 * MINUTE), to: askedAt });
    state = { sync: next, epoch: epochBefore };
    yield { ...(pages.at(-1) ?? { records: [], tombstones: [], rejects: [] }), position: { covered, state } };
    sync = next;
    if (more !== true) return;
  }
}

type Content = Omit<Page, "position">;

/**
 * What one answer's events ask to be read again: tasks by name in chunks, sections by name, and projects that came back
 * as a whole, because their tasks may have been found gone meanwhile.
 */
async function collect(
  gateway: AsanaGateway,
  events: Events["data"],
  context: ReadContext,
  inScope: (projects: readonly string[]) => boolean,
): Promise<readonly Content[]> {
  const deletedAt = new Map<string, number | null>();
  const tasks = new Set<string>();
  const sections = new Set<string>();
  const returned = new Map<string, Instant>();
  for (const { action, created_at: at, resource, parent } of events) {
    if (resource?.resource_type === "task") {
      tasks.add(resource.gid);
      if (action === "deleted") deletedAt.set(resource.gid, parseInstant(at ?? "") ?? null);
    } else if (resource?.resource_type === "story" && parent?.resource_type === "task") tasks.add(parent.gid);
    else if (resource?.resource_type === "section") sections.add(resource.gid);
    else if (resource?.resource_type === "project" && action === "undeleted")
      returned.set(resource.gid, parseInstant(at ?? "") ?? gateway.now());
  }
  const pages: Content[] = [];
  if (context.selection["tasks"] !== undefined) {
    const gids = [...tasks];
    for (let at = 0; at < gids.length; at += CHUNK) {
      const chunk = gids.slice(at, at + CHUNK);
      const settled = await settleTasks(gateway, chunk, context, { at: (gid) => deletedAt.get(gid) ?? null });
      pages.push(await onlyOurs(settled, context, inScope));
    }
  }
  if (returned.size > 0) {
    const records = [...returned].map(([project, at]) => goneRecord(project, at));
    pages.push({ records, tombstones: [], rejects: [] });
  }
  if (sections.size > 0 && (await anyKnown(context, "sections")))
    pages.push(await readSectionsByName(gateway, [...sections], context, inScope));
  return pages;
}

/**
 * Tasks that no project's listing delivered last and that stand in no project, subtasks and such: no project's listing would miss
 * them, so after a break of the feed, and in sweeps, each is asked for by name.
 */
async function settleHomeless(gateway: AsanaGateway, context: ReadContext): Promise<readonly Content[]> {
  const gids: string[] = [];
  for (const shared of SHARED) {
    for await (const page of context.known.records("tasks", shared)) {
      for (const { id, content } of page) if (projectsOf(content).length === 0) gids.push(id);
    }
  }
  const pages: Content[] = [];
  for (let at = 0; at < gids.length; at += CHUNK)
    pages.push(await settleTasks(gateway, gids.slice(at, at + CHUNK), context));
  return pages;
}

/** Leaves out what was never ours: tasks of other teams' projects, and deletions of tasks the hub does not hold. */
async function onlyOurs(
  content: Content,
  context: ReadContext,
  inScope: (projects: readonly string[]) => boolean,
): Promise<Content> {
  const doubtful = new Set(content.tombstones.map(({ id }) => id));
  const parents = new Map<string, string>();
  const ours = new Set<string>();
  for (const { stream, id, content: task } of content.records) {
    if (stream !== "tasks" || inScope(projectsOf(task))) continue;
    doubtful.add(id);
    const parent = parentOf(task);
    if (parent !== null) parents.set(id, parent);
  }
  if (doubtful.size === 0) return content;
  const above = new Set(parents.values());
  for (const { stream, id } of content.records) if (stream === "tasks" && !doubtful.has(id)) ours.add(id);
  for await (const page of context.known.records("tasks")) {
    for (const { id } of page) if (doubtful.has(id) || above.has(id)) ours.add(id);
  }
  // A subtask belongs to us with its parent, which may itself be a subtask that is new.
  for (let size = -1; size !== ours.size;) {
    size = ours.size;
    for (const [id, parent] of parents) if (ours.has(parent)) ours.add(id);
  }
  const keep = (id: string): boolean => !doubtful.has(id) || ours.has(id);
  return {
    records: content.records.filter((record) => keep(record.member?.id ?? record.id)),
    tombstones: content.tombstones.filter(({ id }) => ours.has(id)),
    rejects: content.rejects,
  };
}

async function anyKnown(context: ReadContext, stream: string): Promise<boolean> {
  for await (const page of context.known.records(stream)) if (page.length > 0) return true;
  return false;
}
