import { isJsonObject, parseInstant } from "../../model/index.ts";
import type { JsonObject, Page, Position, Reject, SourceRecord, Tombstone } from "../../model/index.ts";
import { cover } from "../kit/index.ts";
import type { ReadContext } from "../kit/index.ts";
import { assertFieldsInSight, goneRecord, readNotes } from "./baseline.ts";
import { unexpectedAnswer } from "./failures.ts";
import type { AsanaGateway } from "./gateway.ts";
import { parentOf, settleTasks } from "./task-settling.ts";
import { keepAskedFields, projectsAsked } from "./selection.ts";
import type { Asked } from "./selection.ts";
import { accept, contentOf, projectSchema } from "./shapes.ts";
import type { Project } from "./shapes.ts";
import { projectsOf } from "./task-details.ts";

function record(project: Project, asked: Asked): SourceRecord {
  const modifiedAt = parseInstant(project.modified_at ?? "");
  return {
    stream: "projects",
    id: project.gid,
    content: keepAskedFields(contentOf(project), asked),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  };
}

/**
 * Lists all projects each time (the API offers no filter by change), archived ones too. One that is no longer listed is
 * asked for by name; with a deleted project go its sections and those of its tasks that live in no other.
 */
export async function* readProjects(
  gateway: AsanaGateway,
  workspace: string,
  position: Position | null,
  context: ReadContext,
  inScope: (project: JsonObject) => boolean,
): AsyncGenerator<Page> {
  const asked = projectsAsked(context.selection);
  assertFieldsInSight(await readNotes(context.known), asked);
  const startedAt = gateway.now();
  const before: Position = position ?? { covered: [], state: null };
  const seen = new Set<string>();
  const query = { workspace, opt_fields: asked.optFields };
  for await (const page of gateway.list("/projects", {}, query, context.signal)) {
    const { good, rejects } = accept("projects", projectSchema, page.rows);
    const ours = good.filter((project) => !seen.has(project.gid) && inScope(contentOf(project)));
    for (const { gid } of ours) seen.add(gid);
    for (const { id } of rejects) if (id !== null) seen.add(id);
    if (ours.length === 0 && rejects.length === 0) continue;
    yield { records: ours.map((project) => record(project, asked)), tombstones: [], rejects, position: before };
  }
  const absent = await unlistedProjects(context, seen);
  const settled = await settleProjects(gateway, absent, asked, context, inScope);
  yield {
    ...settled,
    position: { covered: cover(before.covered, { from: 0, to: startedAt }), state: null },
    sourceCount: { count: seen.size, of: "projects listed" },
  };
}

/**
 * Projects that are known and not listed, and those never stored whose sections or tasks are: the event feed brings these
 * first, and a project may be gone before it was read itself. Tasks are looked through in full reads and sweeps only.
 */
async function unlistedProjects(context: ReadContext, listed: ReadonlySet<string>): Promise<readonly string[]> {
  const absent = new Set<string>();
  for await (const page of context.known.records("projects")) {
    for (const { id } of page) if (!listed.has(id)) absent.add(id);
  }
  for await (const page of context.known.records("sections")) {
    for (const { content } of page) {
      const project = homeOf(content);
      if (project !== null && !listed.has(project)) absent.add(project);
    }
  }
  if (context.mode === "incremental") return [...absent];
  for await (const page of context.known.records("tasks")) {
    for (const { content } of page) {
      const homes = projectsOf(content);
      if (!homes.some((project) => listed.has(project))) for (const project of homes) absent.add(project);
    }
  }
  return [...absent];
}

/** Asks for projects by name: each as it is now, or why it is gone, and what went with it. */
export async function settleProjects(
  gateway: AsanaGateway,
  absent: readonly string[],
  asked: Asked,
  context: ReadContext,
  inScope: (project: JsonObject) => boolean,
): Promise<{ records: readonly SourceRecord[]; tombstones: readonly Tombstone[]; rejects: readonly Reject[] }> {
  if (absent.length === 0) return { records: [], tombstones: [], rejects: [] };
  const actions = absent.map((gid) => ({ relativePath: `/projects/${gid}`, fields: asked.optFields }));
  const results = await gateway.readMany(actions, context.signal);
  const records: SourceRecord[] = [];
  const rejects: Reject[] = [];
  const tombstones: Tombstone[] = [];
  const deleted = new Set<string>();
  const lost = new Set<string>();
  for (const [i, { status, body }] of results.entries()) {
    const id = absent[i] ?? "";
    if (status === 404) {
      deleted.add(id);
      tombstones.push({ stream: "projects", id, cause: "deleted", at: null });
      continue;
    }
    if (status !== 200 && status !== 403) throw unexpectedAnswer(`GET /projects/${id}`, body);
    const found = accept("projects", projectSchema, status === 200 ? [(body as { data?: unknown }).data] : []);
    rejects.push(...found.rejects);
    const ours = found.good.filter((project) => inScope(contentOf(project)));
    records.push(...ours.map((project) => record(project, asked)));
    if (ours.length > 0 || found.rejects.length > 0) continue;
    // Out of the token's sight, or of what the connection is configured to look at: the project may well live on.
    lost.add(id);
    tombstones.push({ stream: "projects", id, cause: "visibility lost", at: null });
  }
  tombstones.push(
    ...(await sectionsOf(context, deleted, "parent deleted")),
    ...(await sectionsOf(context, lost, "visibility lost")),
  );
  const left = await tasksIn(context, deleted);
  const settled = await settleTasks(gateway, left, context, { cause: "parent deleted" });
  const unseen = (await tasksIn(context, lost)).filter((gid) => !left.includes(gid));
  const outOfSight = await settleLost(gateway, unseen, context, lost);
  return {
    records: [
      ...records,
      ...[...deleted, ...lost].map((project) => goneRecord(project, gateway.now())),
      ...settled.records,
      ...outOfSight.records,
    ],
    tombstones: [...tombstones, ...settled.tombstones, ...outOfSight.tombstones],
    rejects: [...rejects, ...settled.rejects, ...outOfSight.rejects],
  };
}

/** Tasks of projects out of sight: those that live only there are out of sight with them, whatever a GET says. */
async function settleLost(
  gateway: AsanaGateway,
  gids: readonly string[],
  context: ReadContext,
  lost: ReadonlySet<string>,
): Promise<{ records: readonly SourceRecord[]; tombstones: readonly Tombstone[]; rejects: readonly Reject[] }> {
  const settled = await settleTasks(gateway, gids, context);
  const away = new Set<string>();
  for (const { stream, id, content } of settled.records) {
    if (stream === "tasks" && projectsOf(content).every((project) => lost.has(project))) away.add(id);
  }
  return {
    records: settled.records.filter((one) => !away.has(one.member?.id ?? one.id)),
    tombstones: [
      ...settled.tombstones,
      ...[...away].map((id) => ({ stream: "tasks", id, cause: "visibility lost", at: null }) as const),
    ],
    rejects: settled.rejects,
  };
}

/** Known tasks that stand in any of some projects, with their subtasks. */
async function tasksIn(context: ReadContext, projects: ReadonlySet<string>): Promise<string[]> {
  const found = new Set<string>();
  if (projects.size === 0) return [];
  const parents = new Map<string, string>();
  for await (const page of context.known.records("tasks")) {
    for (const { id, content } of page) {
      if (projectsOf(content).some((project) => projects.has(project))) found.add(id);
      const parent = parentOf(content);
      if (parent !== null) parents.set(id, parent);
    }
  }
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const [id, parent] of parents) if (found.has(parent)) found.add(id);
  }
  return [...found];
}

async function sectionsOf(
  context: ReadContext,
  projects: ReadonlySet<string>,
  cause: "parent deleted" | "visibility lost",
): Promise<readonly Tombstone[]> {
  const tombstones: Tombstone[] = [];
  if (projects.size === 0) return tombstones;
  for await (const page of context.known.records("sections")) {
    for (const { id, content } of page) {
      const project = homeOf(content);
      if (project !== null && projects.has(project)) tombstones.push({ stream: "sections", id, cause, at: null });
    }
  }
  return tombstones;
}

/** The project of a section. */
function homeOf(content: JsonObject): string | null {
  const project = content["project"];
  return isJsonObject(project) && typeof project["gid"] === "string" ? project["gid"] : null;
}
