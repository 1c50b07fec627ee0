import { z } from "zod";
import type { RetireCommand, WriteReceipt } from "../kit/index.ts";
import { keepsExternalId } from "./markers.ts";
import { foldName, listNamed } from "./named-things.ts";
import { editedNotes, withoutLines } from "./own-lines.ts";
import { contentOf } from "./shapes.ts";
import { assertWritable, whole } from "./writer-parts.ts";
import type { WriterParts } from "./writer-parts.ts";

/** Tasks cannot be archived: people filter them out by this tag. */
const TAG = "archived by hub";

const currentSchema = z.looseObject({
  gid: z.string(),
  notes: z.string().nullish(),
  html_notes: z.string().nullish(),
  archived: z.boolean().nullish(),
});
const madeSchema = z.looseObject({ gid: z.string() });

/**
 * Archives a project; tags a task, which Asana cannot archive and which nobody has completed. The notes say why. Neither
 * carries the marker any more, so that nobody takes it for what the hub would create.
 */
export async function retire(parts: WriterParts, command: RetireCommand, signal: AbortSignal): Promise<WriteReceipt> {
  const { gateway } = parts;
  const { stream, id, tag } = command;
  assertWritable(stream);
  const isTask = stream === "tasks";
  const path = isTask ? "/tasks/{task_gid}" : "/projects/{project_gid}";
  const params = isTask ? { task_gid: id } : { project_gid: id };
  const query = { opt_fields: isTask ? "notes,html_notes" : "notes,html_notes,archived" };
  const current = await gateway.read({ method: "GET", path, params, query }, currentSchema, signal);
  const notes = editedNotes(contentOf(current), (text, quote) => {
    const rest = withoutLines(text, () => true);
    if (rest.includes(quote(tag))) return rest;
    return `${rest}${rest === "" ? "" : "\n\n"}${quote(tag)}`;
  });
  if (isTask) {
    const taskTag = await tagGid(parts, signal);
    const request = { method: "POST", path: "/tasks/{task_gid}/addTag", params, idempotent: true } as const;
    await gateway.call({ ...request, data: { tag: taskTag } }, signal);
  }
  const external = keepsExternalId(gateway, stream) ? { external: { gid: null } } : {};
  const data = isTask ? { ...notes, ...external } : { ...notes, archived: true };
  await gateway.call({ method: "PUT", path, params, data }, signal);
  return whole(id, gateway.now());
}

async function tagGid({ gateway, workspace }: WriterParts, signal: AbortSignal): Promise<string> {
  const tenant = await workspace(signal);
  const listing = { path: "/tags", query: { workspace: tenant, opt_fields: "name" } };
  const known = (await listNamed(gateway, listing, signal)).find(({ name }) => foldName(name) === TAG);
  if (known !== undefined) return known.gid;
  return (
    await gateway.read({ method: "POST", path: "/tags", data: { workspace: tenant, name: TAG } }, madeSchema, signal)
  ).gid;
}
