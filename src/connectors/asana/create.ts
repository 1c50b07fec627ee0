import { z } from "zod";
import { parseInstant } from "../../model/index.ts";
import type { CompleteCommand, CreateCommand, WriteReceipt } from "../kit/index.ts";
import { definitionsOf, ofPlan } from "./custom-field-definitions.ts";
import { completeInstantiation, instantiate } from "./instantiate.ts";
import { keepsExternalId } from "./markers.ts";
import { withLines } from "./own-lines.ts";
import { sectionGid } from "./named-things.ts";
import { currentProject, missingFor, setProject } from "./project-fields.ts";
import { homeOf } from "./task-home.ts";
import { teamNamed } from "./teams.ts";
import { templateNamed } from "./templates.ts";
import type { Template } from "./templates.ts";
import { listOf, textOf } from "./values.ts";
import { accountsOf } from "./users.ts";
import { assignmentsIn, writeBody } from "./write-values.ts";
import type { WriteBody } from "./write-values.ts";
import { assertWritable, halfDone, notOffered, whole } from "./writer-parts.ts";
import type { Data, WriterParts } from "./writer-parts.ts";

export const createdSchema = z.looseObject({ gid: z.string(), created_at: z.string().nullish() });

/** A command's fields in Asana's words. Errors: HUB-1250, HUB-1416, HUB-1417. */
export async function bodyFor(
  { customFields, users }: WriterParts,
  { stream, fields }: Pick<CreateCommand, "stream" | "fields">,
  signal: AbortSignal,
): Promise<WriteBody> {
  assertWritable(stream);
  const definitions = definitionsOf(await ofPlan(customFields, signal));
  const accounts = await accountsOf(users, assignmentsIn(stream, fields, definitions), signal);
  return writeBody(stream, fields, definitions, accounts);
}

export async function create(parts: WriterParts, command: CreateCommand, signal: AbortSignal): Promise<WriteReceipt> {
  const body = await bodyFor(parts, command, signal);
  if (command.stream === "tasks") return createTask(parts, command, body, signal);
  const template = await templateOf(parts, command, body, signal);
  return template === null
    ? createProject(parts, command, body, signal)
    : instantiate(parts, command, template, body, signal);
}

/** A task is made whole in one call; a project may lack its fields, or what its template should have brought. */
export async function complete(
  parts: WriterParts,
  command: CompleteCommand,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const { gateway } = parts;
  assertWritable(command.stream);
  if (command.stream === "tasks") return whole(command.id, gateway.now());
  const body = await bodyFor(parts, command, signal);
  const template = await templateOf(parts, command, body, signal);
  return template === null
    ? finishProject(parts, command.id, body, signal)
    : completeInstantiation(parts, command, template.name, body, signal);
}

async function templateOf(
  parts: WriterParts,
  { template }: CreateCommand,
  body: WriteBody,
  signal: AbortSignal,
): Promise<Template | null> {
  return template === undefined ? null : templateNamed(parts, template, body.team, signal);
}

/** The marker goes with the call that makes it; fields follow, so that a crash in between leaves a project that is found. */
async function createProject(
  parts: WriterParts,
  { marker, parent, template }: CreateCommand,
  body: WriteBody,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const { gateway } = parts;
  const teamName = body.team ?? parent ?? template;
  if (teamName === undefined) throw notOffered("creating a project without a team", "Give the field `team`.");
  const workspace = await parts.workspace(signal);
  const team = await teamNamed(parts, teamName, signal);
  const notes = typeof body.data["notes"] === "string" ? body.data["notes"] : "";
  const data = { ...body.data, notes: withLines(notes, [marker]), workspace, team };
  const made = await gateway.read(
    { method: "POST", path: "/projects", query: { opt_fields: "created_at" }, data },
    createdSchema,
    signal,
  );
  return finishProject(parts, made.gid, body, signal);
}

/** Sets the custom fields that are still empty: one that has a value by now is somebody's. */
async function finishProject(
  { gateway }: WriterParts,
  project: string,
  body: WriteBody,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  try {
    const current = await currentProject(gateway, project, body, signal);
    const held = new Set(
      listOf(current["custom_fields"]).flatMap((entry) => (isEmpty(entry) ? [] : [textOf(entry["gid"])])),
    );
    const open = Object.fromEntries(Object.entries(body.customFields).filter(([gid]) => !held.has(gid)));
    await setProject(gateway, project, { ...body, data: {}, customFields: open }, current, signal);
    return whole(project, gateway.now());
  } catch (error) {
    return halfDone(project, gateway.now(), [missingFor(error)]);
  }
}

const VALUE_KEYS = ["text_value", "number_value", "enum_value", "multi_enum_values", "date_value", "people_value"];

function isEmpty(entry: Data): boolean {
  return VALUE_KEYS.every((key) => {
    const value = entry[key];
    return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
  });
}

async function createTask(
  parts: WriterParts,
  command: CreateCommand,
  body: WriteBody,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const { gateway } = parts;
  const data = await taskData(parts, command, body, signal);
  const made = await gateway.read(
    { method: "POST", path: "/tasks", query: { opt_fields: "created_at" }, data },
    createdSchema,
    signal,
  );
  return whole(made.gid, parseInstant(made.created_at ?? "") ?? gateway.now());
}

/** A new task with its marker, its fields and where it goes. */
export async function taskData(
  parts: WriterParts,
  command: CreateCommand,
  body: WriteBody,
  signal: AbortSignal,
): Promise<Data> {
  const { gateway } = parts;
  const place = command.parent ?? command.template;
  if (place === undefined) throw notOffered("creating a task outside a project", "Name the project in `create_from`.");
  const { project, section: named } = await homeOf(parts, place, signal);
  const sectionName = body.section ?? named;
  const section = sectionName === null ? null : await sectionGid(gateway, project, sectionName, signal);
  const notes = typeof body.data["notes"] === "string" ? body.data["notes"] : "";
  const marked = keepsExternalId(gateway, command.stream)
    ? { external: { gid: command.marker } }
    : { notes: withLines(notes, [command.marker]) };
  const home = section === null ? { projects: [project] } : { memberships: [{ project, section }] };
  const fields = Object.keys(body.customFields).length === 0 ? {} : { custom_fields: body.customFields };
  return { ...body.data, ...marked, ...home, ...fields };
}
