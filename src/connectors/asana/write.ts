import { z } from "zod";
import { HubError, parseInstant, toIso } from "../../model/index.ts";
import type { Instant, JsonObject } from "../../model/index.ts";
import type { CreateCommand, FoundTarget, UpdateCommand, WriteFace, WriteReceipt } from "../kit/index.ts";
import { changedData, comparedFields, currentSchema } from "./changed-fields.ts";
import { definitionsOf } from "./custom-field-definitions.ts";
import type { CustomFieldListing } from "./custom-field-definitions.ts";
import { refusalBehind } from "./failures.ts";
import type { AsanaGateway } from "./gateway.ts";
import { homeOf } from "./task-fields.ts";
import { gidOf } from "./values.ts";
import { projectFilter } from "./read.ts";
import type { AsanaSettings } from "./settings.ts";
import { contentOf } from "./shapes.ts";
import { writeBody } from "./write-values.ts";

type Workspace = (signal: AbortSignal) => Promise<string>;

const createdSchema = z.looseObject({ gid: z.string(), created_at: z.string().nullish() });
const notedSchema = z.looseObject({
  gid: z.string(),
  notes: z.string().nullish(),
  created_at: z.string().nullish(),
});
const namedSchema = z.looseObject({ gid: z.string(), name: z.string() });

/**
 * Writes to projects and tasks. Asana has no idempotency key. The marker of a task that an app creates is its external
 * id; external ids are neither for personal tokens nor for projects, so theirs stands as a line of its own in the notes,
 * where a listing finds it at once (reference asana.md §11). Only what differs is written.
 */
export function writeFace(
  gateway: AsanaGateway,
  settings: AsanaSettings,
  workspace: Workspace,
  customFields: CustomFieldListing,
): WriteFace {
  return {
    // Listings show at once what was written (reference asana.md §11).
    traits: { conditional: false, uniqueMarker: false, settleMs: 0 },
    find: (stream, marker, signal) => find(gateway, settings, workspace, stream, marker, signal),
    create: (command, signal) => create(gateway, workspace, customFields, command, signal),
    complete: ({ id }) => Promise.resolve(receipt(id, gateway.now())),
    update: (command, signal) => update(gateway, customFields, command, signal),
    retire: () => Promise.reject(notOffered("retiring", "Put it away in Asana.")),
  };
}

function carries(row: unknown, marker: string): FoundTarget | null {
  const parsed = notedSchema.safeParse(row);
  if (!parsed.success) return null;
  const lines = (parsed.data.notes ?? "").split("\n");
  if (!lines.some((line) => line.trim() === marker)) return null;
  return { id: parsed.data.gid, createdAt: parseInstant(parsed.data.created_at ?? "") ?? null };
}

function oldestFirst(found: readonly FoundTarget[]): readonly FoundTarget[] {
  const unique = new Map(found.map((one) => [one.id, one]));
  return [...unique.values()].toSorted((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0));
}

function receipt(id: string, at: Instant): WriteReceipt {
  return { id, requestId: null, at, complete: true, missing: [] };
}

async function find(
  gateway: AsanaGateway,
  settings: AsanaSettings,
  workspace: Workspace,
  stream: string,
  marker: string,
  signal: AbortSignal,
): Promise<readonly FoundTarget[]> {
  assertWritable(stream);
  if (keepsExternalId(gateway, stream)) return findExternal(gateway, marker, signal);
  const inScope = projectFilter(settings);
  const hits: FoundTarget[] = [];
  const projects: string[] = [];
  const query = { workspace: await workspace(signal), opt_fields: "notes,created_at,team.gid,team.name" };
  for await (const page of gateway.list("/projects", {}, query, signal)) {
    for (const row of page.rows) {
      const hit = stream === "projects" ? carries(row, marker) : null;
      if (hit !== null) hits.push(hit);
      const project = notedSchema.safeParse(row);
      if (stream === "tasks" && project.success && inScope(contentOf(project.data))) projects.push(project.data.gid);
    }
  }
  const found = await Promise.all(projects.map((project) => findTasks(gateway, project, marker, signal)));
  return oldestFirst([...hits, ...found.flat()]);
}

/** Only an app may give tasks an id of its own, and find them by it. */
function keepsExternalId(gateway: AsanaGateway, stream: string): boolean {
  return gateway.ofApp && stream === "tasks";
}

async function findExternal(
  gateway: AsanaGateway,
  marker: string,
  signal: AbortSignal,
): Promise<readonly FoundTarget[]> {
  const request = { method: "GET", path: "/tasks/{task_gid}", params: { task_gid: `external:${marker}` } } as const;
  try {
    const query = { opt_fields: "gid,created_at" };
    const { gid, created_at: createdAt } = await gateway.read({ ...request, query }, createdSchema, signal);
    return [{ id: gid, createdAt: parseInstant(createdAt ?? "") ?? null }];
  } catch (error) {
    if (refusalBehind(error)?.status === 404) return [];
    throw error;
  }
}

async function findTasks(
  gateway: AsanaGateway,
  project: string,
  marker: string,
  signal: AbortSignal,
): Promise<readonly FoundTarget[]> {
  const hits: FoundTarget[] = [];
  for await (const page of gateway.list("/tasks", {}, { project, opt_fields: "notes,created_at" }, signal))
    for (const row of page.rows) {
      const hit = carries(row, marker);
      if (hit !== null) hits.push(hit);
    }
  return hits;
}

async function create(
  gateway: AsanaGateway,
  workspace: Workspace,
  customFields: CustomFieldListing,
  command: CreateCommand,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  assertWritable(command.stream);
  if (command.template !== undefined) throw notOffered("creating from a template", "Leave `create_from` out.");
  const tenant = await workspace(signal);
  const body = writeBody(command.stream, command.fields, definitionsOf(await customFields(signal)));
  const data = { ...body.data, ...markerOf(gateway, command, body.data["notes"]) };
  const made =
    command.stream === "projects"
      ? await createProject(gateway, tenant, body.team ?? command.parent ?? null, data, body.customFields, signal)
      : await createTask(gateway, command.parent ?? null, body.section, data, body.customFields, signal);
  return receipt(made.gid, parseInstant(made.created_at ?? "") ?? gateway.now());
}

function markerOf(gateway: AsanaGateway, { stream, marker }: CreateCommand, notes: unknown): Data {
  if (keepsExternalId(gateway, stream)) return { external: { gid: marker } };
  const before = typeof notes === "string" && notes !== "" ? `${notes}\n\n` : "";
  return { notes: `${before}${marker}` };
}

type Made = z.output<typeof createdSchema>;
type Data = Readonly<Record<string, unknown>>;

/** The marker goes with the first call; fields follow, so that a crash in between leaves a project that is found again. */
async function createProject(
  gateway: AsanaGateway,
  workspace: string,
  teamName: string | null,
  data: Data,
  customFields: Data,
  signal: AbortSignal,
): Promise<Made> {
  if (teamName === null) throw notOffered("creating a project without a team", "Give the field `team`.");
  const team = await gidByName(
    gateway,
    "/workspaces/{workspace_gid}/teams",
    { workspace_gid: workspace },
    teamName,
    signal,
  );
  const made = await gateway.read(
    { method: "POST", path: "/projects", query: { opt_fields: "created_at" }, data: { ...data, workspace, team } },
    createdSchema,
    signal,
  );
  await setProjectFields(gateway, made.gid, customFields, signal);
  return made;
}

async function setProjectFields(
  gateway: AsanaGateway,
  project: string,
  customFields: Data,
  signal: AbortSignal,
): Promise<void> {
  const gids = Object.keys(customFields);
  if (gids.length === 0) return;
  const params = { project_gid: project };
  const present = new Set<string>();
  const path = "/projects/{project_gid}/custom_field_settings";
  for await (const page of gateway.list(path, params, { opt_fields: "custom_field.gid" }, signal)) {
    for (const row of page.rows) {
      const parsed = z.looseObject({ custom_field: z.looseObject({ gid: z.string() }) }).safeParse(row);
      if (parsed.success) present.add(parsed.data.custom_field.gid);
    }
  }
  for (const gid of gids.filter((one) => !present.has(one))) {
    const request = { method: "POST", path: "/projects/{project_gid}/addCustomFieldSetting", params } as const;
    await gateway.call({ ...request, data: { custom_field: gid }, idempotent: true }, signal);
  }
  await gateway.call(
    { method: "PUT", path: "/projects/{project_gid}", params, data: { custom_fields: customFields } },
    signal,
  );
}

async function createTask(
  gateway: AsanaGateway,
  project: string | null,
  sectionName: string | null,
  data: Data,
  customFields: Data,
  signal: AbortSignal,
): Promise<Made> {
  if (project === null) throw notOffered("creating a task outside a project", "Name the project as the parent.");
  const section = sectionName === null ? null : await sectionGid(gateway, project, sectionName, signal);
  const home = section === null ? { projects: [project] } : { memberships: [{ project, section }] };
  const fields = Object.keys(customFields).length === 0 ? {} : { custom_fields: customFields };
  return gateway.read(
    { method: "POST", path: "/tasks", query: { opt_fields: "created_at" }, data: { ...data, ...home, ...fields } },
    createdSchema,
    signal,
  );
}

async function sectionGid(gateway: AsanaGateway, project: string, name: string, signal: AbortSignal): Promise<string> {
  return gidByName(gateway, "/projects/{project_gid}/sections", { project_gid: project }, name, signal);
}

async function gidByName(
  gateway: AsanaGateway,
  path: string,
  params: Readonly<Record<string, string>>,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const folded = name.trim().toLowerCase();
  for await (const page of gateway.list(path, params, { opt_fields: "name" }, signal)) {
    for (const row of page.rows) {
      const parsed = namedSchema.safeParse(row);
      if (!parsed.success) continue;
      if (parsed.data.gid === name || parsed.data.name.trim().toLowerCase() === folded) return parsed.data.gid;
    }
  }
  throw new HubError("HUB-1418", `Asana has no ${name} at ${path}.`, {
    disposition: "operator",
    place: { system: "asana", request: `GET ${path}` },
    remedy: "Correct the name, or create it in Asana.",
  });
}

async function update(
  gateway: AsanaGateway,
  customFields: CustomFieldListing,
  command: UpdateCommand,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const { stream, id } = command;
  assertWritable(stream);
  const body = writeBody(stream, command.fields, definitionsOf(await customFields(signal)));
  const path = stream === "tasks" ? "/tasks/{task_gid}" : "/projects/{project_gid}";
  const params = stream === "tasks" ? { task_gid: id } : { project_gid: id };
  const query = { opt_fields: comparedFields(stream, body) };
  const row = await gateway.read({ method: "GET", path, params, query }, currentSchema, signal);
  const current = contentOf(row);
  const modifiedAt = parseInstant(row.modified_at);
  // Asana offers no conditional write: the stamp is compared as late as possible.
  if (command.unmodifiedSince !== undefined && modifiedAt !== undefined && modifiedAt > command.unmodifiedSince)
    throw stale(command, row.modified_at);
  const data = changedData(body, current);
  let written = false;
  if (Object.keys(data).length > 0) {
    await gateway.call({ method: "PUT", path, params, data }, signal);
    written = true;
  }
  if (body.section !== null && (await moveTask(gateway, id, current, body.section, signal))) written = true;
  return receipt(id, written ? gateway.now() : (modifiedAt ?? gateway.now()));
}

/** Moves a task within its first project; false when it stands there already. */
async function moveTask(
  gateway: AsanaGateway,
  task: string,
  current: JsonObject,
  section: string,
  signal: AbortSignal,
): Promise<boolean> {
  const home = homeOf(current);
  const project = gidOf(home?.project);
  if (project === null) throw notOffered("moving a task that is in no project", "Add it to a project first.");
  const target = await sectionGid(gateway, project, section, signal);
  if (gidOf(home?.section ?? undefined) === target) return false;
  await gateway.call(
    {
      method: "POST",
      path: "/sections/{section_gid}/addTask",
      params: { section_gid: target },
      data: { task },
      idempotent: true,
    },
    signal,
  );
  return true;
}

function assertWritable(stream: string): void {
  if (stream !== "tasks" && stream !== "projects") throw notOffered(`writing ${stream}`, "Write projects or tasks.");
}

function notOffered(what: string, remedy: string): HubError {
  return new HubError("HUB-1419", `The Asana connector does not offer ${what}.`, {
    disposition: "operator",
    place: { system: "asana" },
    remedy,
  });
}

function stale({ stream, id, unmodifiedSince }: UpdateCommand, modifiedAt: string): HubError {
  const planned = unmodifiedSince === undefined ? "" : ` of ${toIso(unmodifiedSince)}`;
  return new HubError(
    "HUB-1420",
    `${stream} ${id} was changed at ${modifiedAt}, after the state${planned} it was planned on.`,
    {
      disposition: "skip-record",
      fate: "stale",
      place: { system: "asana", stream, record: id },
      remedy: "Read again and plan again.",
    },
  );
}
