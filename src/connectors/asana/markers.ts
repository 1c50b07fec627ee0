import { z } from "zod";
import { parseInstant } from "../../model/index.ts";
import { isUnfinished, oldestFirst } from "../kit/index.ts";
import type { FoundTarget, WritePlace } from "../kit/index.ts";
import { refusalBehind } from "./failures.ts";
import type { AsanaGateway, Query } from "./gateway.ts";
import { linesOf } from "./own-lines.ts";
import { projectFilter } from "./read.ts";
import { homeOf } from "./task-home.ts";
import { contentOf } from "./shapes.ts";
import { assertWritable } from "./writer-parts.ts";
import type { WriterParts } from "./writer-parts.ts";

const markedSchema = z.looseObject({
  gid: z.string(),
  name: z.string().nullish(),
  notes: z.string().nullish(),
  created_at: z.string().nullish(),
});
type Marked = z.output<typeof markedSchema>;

/** Only an app may give tasks an id of its own, and find them by it (reference asana.md §11). */
export function keepsExternalId(gateway: AsanaGateway, stream: string): boolean {
  return gateway.ofApp && stream === "tasks";
}

/**
 * Everything that carries a marker, oldest first: a task of an app by its external id, anything else by a line of its
 * notes, a project that is being made by its name. Listings show at once what was written (reference asana.md §11). Where
 * a task's project is known that one is listed, and the workspace searched for what people moved or copied elsewhere; a
 * free plan has no search, and then every project is listed, as it is without a place.
 */
export async function find(
  parts: WriterParts,
  stream: string,
  marker: string,
  signal: AbortSignal,
  place?: WritePlace,
): Promise<readonly FoundTarget[]> {
  const { gateway, settings } = parts;
  assertWritable(stream);
  if (keepsExternalId(gateway, stream)) return findExternal(gateway, marker, signal);
  const workspace = await parts.workspace(signal);
  const isOurs = (row: Marked): boolean => carries(row, marker);
  const home = stream === "tasks" ? (place?.parent ?? place?.template ?? null) : null;
  const elsewhere = home === null ? null : await search(gateway, workspace, marker, signal);
  if (home !== null && elsewhere !== null) {
    const { project } = await homeOf(parts, home, signal);
    // A task in several places is shown in each.
    return oldestFirst([...(await tasksOf(gateway, project, signal)), ...elsewhere].filter(isOurs).map(foundTarget));
  }
  const query = { workspace, opt_fields: "name,notes,created_at,team.gid,team.name" };
  const projects = await marked(gateway, "/projects", query, signal);
  if (stream === "projects") return oldestFirst(projects.filter(isOurs).map(foundTarget));
  const inScope = projectFilter(settings);
  const asked = projects.filter((project) => inScope(contentOf(project)));
  const tasks = await Promise.all(asked.map(({ gid }) => tasksOf(gateway, gid, signal)));
  return oldestFirst(tasks.flat().filter(isOurs).map(foundTarget));
}

const tasksOf = (gateway: AsanaGateway, project: string, signal: AbortSignal): Promise<readonly Marked[]> =>
  marked(gateway, "/tasks", { project, opt_fields: "notes,created_at" }, signal);

/** What the workspace's search shows of a text; null where the plan has none. It is up to a minute late. */
async function search(
  gateway: AsanaGateway,
  workspace: string,
  text: string,
  signal: AbortSignal,
): Promise<readonly Marked[] | null> {
  const request = { method: "GET", path: "/workspaces/{workspace_gid}/tasks/search" } as const;
  const query = { text, limit: 100, opt_fields: "notes,created_at" };
  try {
    return await gateway.read(
      { ...request, params: { workspace_gid: workspace }, query },
      z.array(markedSchema),
      signal,
    );
  } catch (error) {
    if (refusalBehind(error)?.status === 402) return null;
    throw error;
  }
}

function carries({ name, notes }: Marked, marker: string): boolean {
  return linesOf(notes ?? "").includes(marker) || isUnfinished(name ?? "", marker);
}

async function marked(
  gateway: AsanaGateway,
  path: string,
  query: Query,
  signal: AbortSignal,
): Promise<readonly Marked[]> {
  const rows: Marked[] = [];
  for await (const page of gateway.list(path, {}, query, signal))
    for (const row of page.rows) {
      const parsed = markedSchema.safeParse(row);
      if (parsed.success) rows.push(parsed.data);
    }
  return rows;
}

function foundTarget({ gid, created_at: createdAt }: Marked): FoundTarget {
  return { id: gid, createdAt: parseInstant(createdAt ?? "") ?? null };
}

async function findExternal(
  gateway: AsanaGateway,
  marker: string,
  signal: AbortSignal,
): Promise<readonly FoundTarget[]> {
  const params = { task_gid: `external:${marker}` };
  const query = { opt_fields: "gid,created_at" };
  try {
    return [
      foundTarget(
        await gateway.read({ method: "GET", path: "/tasks/{task_gid}", params, query }, markedSchema, signal),
      ),
    ];
  } catch (error) {
    if (refusalBehind(error)?.status === 404) return [];
    throw error;
  }
}
