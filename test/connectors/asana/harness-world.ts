import type { JsonObject } from "../../../src/model/index.ts";
import { fieldsOf, textOf } from "../../acceptance/served-system.ts";

/** What the changes of an Asana world can use. */
export interface Workspace {
  /** A call as someone in the web app, past limits and faults; its `data`. Null acts as a rule. */
  readonly write: (method: string, path: string, data?: object, asUserGid?: string | null) => Promise<unknown>;
  readonly list: (path: string) => Promise<readonly JsonObject[]>;
  readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Projects in sight. */
  readonly projects: () => Promise<readonly string[]>;
  /** Tasks in sight that stand in a project. */
  readonly tasks: (project?: string) => Promise<readonly JsonObject[]>;
  readonly trash: { readonly tasks: Set<string>; readonly projects: Set<string> };
}

export const gidOf = (value: unknown): string => textOf(fieldsOf(value)["gid"]);

/** The projects a task stands in. */
export const homesOf = (task: JsonObject): readonly string[] =>
  ((task["memberships"] ?? []) as readonly JsonObject[]).map((membership) => gidOf(membership["project"]));
