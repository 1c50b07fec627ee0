import { z } from "zod";
import type { AsanaGateway } from "./gateway.ts";
import { foldName, listNamed } from "./named-things.ts";

/** Task names by section, as hub.yaml tells them of a template. */
export type TemplateParts = Readonly<Record<string, readonly string[]>>;

const taskSchema = z.looseObject({ gid: z.string(), name: z.string() });

/**
 * Makes those sections and tasks of a template that a project lacks, each assigned to whom the project belongs to; a task
 * counts as there in whatever section it is. Safe to repeat.
 */
export async function makeMissingParts(
  gateway: AsanaGateway,
  project: string,
  parts: TemplateParts,
  owner: string | null,
  signal: AbortSignal,
): Promise<void> {
  const params = { project_gid: project };
  const path = "/projects/{project_gid}/sections";
  const sections = new Map<string, string>();
  for (const { gid, name } of await listNamed(gateway, { path, params }, signal)) sections.set(foldName(name), gid);
  const tasks = new Set<string>();
  const listing = { path: "/tasks", query: { project, opt_fields: "name" } };
  for (const { name } of await listNamed(gateway, listing, signal)) tasks.add(foldName(name));
  for (const [name, wanted] of Object.entries(parts)) {
    const section =
      sections.get(foldName(name))
      ?? (await gateway.read({ method: "POST", path, params, data: { name } }, taskSchema, signal)).gid;
    for (const task of wanted.filter((one) => !tasks.has(foldName(one)))) {
      const data = { name: task, memberships: [{ project, section }], ...(owner === null ? {} : { assignee: owner }) };
      await gateway.call({ method: "POST", path: "/tasks", data }, signal);
    }
  }
}

/** The parts hub.yaml names for a template; null where it names none. */
export function partsOf(
  templates: Readonly<Record<string, TemplateParts>> | undefined,
  template: string,
): TemplateParts | null {
  for (const [name, parts] of Object.entries(templates ?? {})) if (foldName(name) === foldName(template)) return parts;
  return null;
}
