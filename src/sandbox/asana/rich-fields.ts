import type { Call } from "./call.ts";
import { optionalText } from "./call.ts";
import { badRequest } from "./errors.ts";
import { expandMentions, plainOf } from "./rich-text.ts";
import type { Mentioned } from "./rich-text.ts";

/** A text written plainly or as rich text. */
export interface Written {
  readonly plain: string;
  /** Null when it was written plainly. */
  readonly html: string | null;
}

/** Reads one of a pair like `notes` and `html_notes`. Errors: 400 for both, or for rich text that is not well formed. */
export function richText(call: Call, plainName: string, htmlName: string): Written | undefined {
  const plain = optionalText(call.data, plainName) ?? undefined;
  const html = optionalText(call.data, htmlName) ?? undefined;
  if (plain !== undefined && html !== undefined)
    throw badRequest(`${htmlName}: You may only provide one of ${plainName} or ${htmlName}`);
  if (html === undefined) return plain === undefined ? undefined : { plain, html: null };
  plainOf(htmlName, html);
  const full = expandMentions(htmlName, html, (gid) => mentioned(call, gid));
  return { plain: plainOf(htmlName, full), html: full };
}

function mentioned(call: Call, gid: string): Mentioned | null {
  const { state } = call.world;
  const app = `https://app.asana.com/1/${state.workspace.gid}`;
  const user = state.users.get(gid);
  if (user !== undefined) return { type: "user", name: `@${user.name}`, href: `${app}/profile/${gid}` };
  const task = state.tasks.get(gid);
  if (task !== undefined) return { type: "task", name: task.name, href: `${app}/task/${gid}` };
  const project = state.projects.get(gid);
  return project === undefined ? null : { type: "project", name: project.name, href: `${app}/project/${gid}` };
}
