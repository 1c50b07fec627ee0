import { foldName, listNamed, pickNamed } from "./named-things.ts";
import type { WriterParts } from "./writer-parts.ts";

/** Where a task goes: the project, and a section of it by name where one is said. */
export interface TaskHome {
  readonly project: string;
  readonly section: string | null;
}

/** The home that `create_from` names as `<project>/<section>` or by gid; a project's name may hold a slash itself. */
export async function homeOf(parts: WriterParts, text: string, signal: AbortSignal): Promise<TaskHome> {
  if (/^\d+$/u.test(text)) return { project: text, section: null };
  const path = "/projects";
  const query = { workspace: await parts.workspace(signal), archived: false, opt_fields: "name" };
  const projects = await listNamed(parts.gateway, { path, query }, signal);
  const cut = text.lastIndexOf("/");
  if (cut < 0 || projects.some(({ name }) => foldName(name) === foldName(text)))
    return { project: pickNamed(projects, text, path).gid, section: null };
  return { project: pickNamed(projects, text.slice(0, cut), path).gid, section: text.slice(cut + 1) };
}
