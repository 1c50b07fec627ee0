import { isJsonObject } from "../../model/index.ts";
import type { JsonObject } from "../../model/index.ts";
import type { KnownRecords, ReadContext } from "../kit/index.ts";
import { PROJECT_FIELDS, TASK_FIELDS } from "./selection.ts";
import { textOf, textsOf } from "./values.ts";

/** Where a stored custom field keeps the names it had before. */
const FORMER = "former_names";

/** Names a custom field had before today's; none for a field that was never renamed. */
function formerNames(content: JsonObject): readonly string[] {
  return textsOf(content[FORMER]);
}

/** Every name a stored custom field is known to have had, today's first. */
export function namesEver(content: JsonObject | undefined): readonly string[] {
  const name = textOf(content?.["name"]);
  return content === undefined || name === null ? [] : [name, ...formerNames(content)];
}

/** A custom field as it is now, with the names it went by when it was read before. */
export function withFormerNames(content: JsonObject, known: JsonObject | undefined): JsonObject {
  if (known === undefined) return content;
  const name = textOf(content["name"]);
  const names = [...formerNames(known), textOf(known["name"])].filter((one) => one !== null && one !== name);
  return names.length === 0 ? content : { ...content, [FORMER]: [...new Set(names)] };
}

/**
 * The context with custom fields selected by gid wherever a name, today's or a former one, means exactly one: values then
 * go on being read, and nothing is read anew, when a field is renamed.
 */
export async function selectingByGid(context: ReadContext): Promise<ReadContext> {
  const gids = await gidsByName(context.known);
  const resolved = (stream: string, own: Readonly<Record<string, unknown>>): readonly string[] | undefined =>
    context.selection[stream]?.map((name) => {
      const prefix = stream === "tasks" && name.startsWith("project.") ? "project." : "";
      const bare = name.slice(prefix.length);
      const offered = prefix === "" ? own : PROJECT_FIELDS;
      if (Object.hasOwn(offered, bare)) return name;
      // A custom field named like a field of Asana's own is offered as `custom <name>`.
      const field = bare.startsWith("custom ") && Object.hasOwn(offered, bare.slice(7)) ? bare.slice(7) : bare;
      const gid = gids.get(field);
      return gid === undefined || gid === null ? name : `${prefix}${gid}`;
    });
  const [tasks, projects] = [resolved("tasks", TASK_FIELDS), resolved("projects", PROJECT_FIELDS)];
  return {
    ...context,
    selection: {
      ...context.selection,
      ...(tasks === undefined ? {} : { tasks }),
      ...(projects === undefined ? {} : { projects }),
    },
  };
}

/** Null for a name that means several fields. Today's names go before former ones. */
async function gidsByName(known: KnownRecords): Promise<ReadonlyMap<string, string | null>> {
  const now = new Map<string, string | null>();
  const former = new Map<string, string | null>();
  const add = (names: Map<string, string | null>, name: string | null, gid: string): void => {
    if (name !== null) names.set(name, names.has(name) && names.get(name) !== gid ? null : gid);
  };
  for await (const page of known.records("custom_fields")) {
    for (const { id, content } of page) {
      if (!isJsonObject(content)) continue;
      add(now, textOf(content["name"]), id);
      for (const name of formerNames(content)) add(former, name, id);
    }
  }
  return new Map([...former, ...now]);
}
