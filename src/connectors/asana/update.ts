import { HubError, parseInstant, SECOND, toIso } from "../../model/index.ts";
import type { JsonObject } from "../../model/index.ts";
import { afterPartOfIt, isUnknown } from "../kit/index.ts";
import type { UpdateCommand, WriteReceipt } from "../kit/index.ts";
import { changedData, comparedFields, currentSchema } from "./changed-fields.ts";
import { bodyFor } from "./create.ts";
import { refusalBehind } from "./failures.ts";
import type { AsanaGateway } from "./gateway.ts";
import { ownLines, withLines } from "./own-lines.ts";
import { sectionGid } from "./named-things.ts";
import { attachFields } from "./project-fields.ts";
import { contentOf } from "./shapes.ts";
import { homeOf } from "./task-fields.ts";
import { teamNamed } from "./teams.ts";
import { gidOf, textOf } from "./values.ts";
import type { WriteBody } from "./write-values.ts";
import { notOffered, whole } from "./writer-parts.ts";
import type { WriterParts } from "./writer-parts.ts";

const MOST_TRIES = 3;
const PAUSE_MS = 2 * SECOND;

/**
 * Changes what differs. Asana offers no conditional write, so the object is read and its stamp compared right before each
 * sending; after a lost answer that tells, too, whether there is anything left to send.
 */
export async function update(parts: WriterParts, command: UpdateCommand, signal: AbortSignal): Promise<WriteReceipt> {
  const body = await bodyFor(parts, command, signal);
  let doubt = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change(parts, command, body, signal);
    } catch (error) {
      const lost = error instanceof HubError && isUnknown(error);
      doubt ||= lost;
      if (!lost || attempt >= MOST_TRIES) throw doubt ? afterPartOfIt(error) : error;
      // It may still be on its way.
      await parts.gateway.pause(attempt * PAUSE_MS, signal);
    }
  }
}

async function change(
  parts: WriterParts,
  command: UpdateCommand,
  wanted: WriteBody,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const { gateway } = parts;
  const { stream, id } = command;
  const isTask = stream === "tasks";
  const path = isTask ? "/tasks/{task_gid}" : "/projects/{project_gid}";
  const params = isTask ? { task_gid: id } : { project_gid: id };
  const current = await currentOf(gateway, path, params, command, wanted, signal);
  const modifiedAt = parseInstant(textOf(current["modified_at"]) ?? "");
  const body = keepingLines(wanted, textOf(current["notes"]) ?? "");
  const team = body.team === null ? null : await teamNamed(parts, body.team, signal);
  const data = {
    ...changedData(body, current),
    ...(team === null || team === gidOf(current["team"]) ? {} : { team }),
  };
  const target = body.section === null ? null : await moveTo(gateway, current, body.section, signal);
  if (Object.keys(data).length === 0 && target === null) return whole(id, modifiedAt ?? gateway.now());
  if (command.unmodifiedSince !== undefined && modifiedAt !== undefined && modifiedAt > command.unmodifiedSince)
    throw stale(command, `was changed at ${toIso(modifiedAt)}`);
  if (Object.keys(data).length > 0) {
    if (!isTask) await attachFields(gateway, id, Object.keys(body.customFields), signal);
    await gateway.call({ method: "PUT", path, params, data, idempotent: false }, signal);
  }
  if (target !== null) {
    const move = { method: "POST", path: "/sections/{section_gid}/addTask", params: { section_gid: target } } as const;
    try {
      await gateway.call({ ...move, data: { task: id }, idempotent: true }, signal);
    } catch (error) {
      throw Object.keys(data).length > 0 ? afterPartOfIt(error) : error;
    }
  }
  return whole(id, gateway.now());
}

async function currentOf(
  gateway: AsanaGateway,
  path: string,
  params: Readonly<Record<string, string>>,
  command: UpdateCommand,
  body: WriteBody,
  signal: AbortSignal,
): Promise<JsonObject> {
  const query = { opt_fields: comparedFields(command.stream, body) };
  try {
    return contentOf(await gateway.read({ method: "GET", path, params, query }, currentSchema, signal));
  } catch (error) {
    if (refusalBehind(error)?.status === 404) throw stale(command, "is no longer there");
    throw error;
  }
}

/** People's notes may be written over, the hub's own lines below them never. */
function keepingLines(body: WriteBody, notes: string): WriteBody {
  const wanted = body.data["notes"];
  if (wanted !== null && typeof wanted !== "string") return body;
  return { ...body, data: { ...body.data, notes: withLines(wanted ?? "", ownLines(notes)) } };
}

/** The section of its first project that a task is to go to; null when it stands there already. */
async function moveTo(
  gateway: AsanaGateway,
  current: JsonObject,
  section: string,
  signal: AbortSignal,
): Promise<string | null> {
  const home = homeOf(current);
  const project = gidOf(home?.project);
  if (project === null) throw notOffered("moving a task that is in no project", "Add it to a project first.");
  const target = await sectionGid(gateway, project, section, signal);
  return gidOf(home?.section ?? undefined) === target ? null : target;
}

function stale({ stream, id, unmodifiedSince }: UpdateCommand, why: string): HubError {
  const planned = unmodifiedSince === undefined ? "" : ` of ${toIso(unmodifiedSince)}`;
  return new HubError("HUB-1420", `${stream} ${id} ${why}, after the state${planned} it was planned on.`, {
    disposition: "skip-record",
    fate: "stale",
    place: { system: "asana", stream, record: id },
    remedy: "Read again and plan again.",
  });
}
