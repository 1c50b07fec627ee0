import { z } from "zod";
import type { LogSink } from "../log.ts";
import type { ReadLogOptions } from "../read-options.ts";
import { readText, UNREADABLE } from "../read-text.ts";
import { noLog, notReadable, unusable } from "../trouble.ts";
import { JsonElements } from "./json-elements.ts";
import type { JsonElement } from "./json-elements.ts";
import { ocelPutter } from "./put.ts";
import type { OcelPutter } from "./put.ts";

/** Ids and values should be texts; others are taken for what they say. */
const textual = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const attributes = z
  .array(z.looseObject({ name: textual, value: textual.nullish(), time: z.string().optional() }))
  .nullish()
  .transform((list) => (list ?? []).flatMap(({ name, value, time }) => (value == null ? [] : [{ name, value, time }])));
const relationships = z
  .array(z.looseObject({ objectId: textual, qualifier: z.string().nullish() }))
  .nullish()
  .transform((list) => (list ?? []).map(({ objectId, qualifier }) => ({ to: objectId, qualifier: qualifier ?? "" })));
const thing = z.looseObject({
  id: textual.optional(),
  type: textual.optional(),
  time: textual.optional(),
  attributes,
  relationships,
});
const typeDeclaration = z.looseObject({
  name: textual,
  attributes: z
    .array(z.looseObject({ name: textual, type: z.string() }))
    .nullish()
    .transform((list) => list ?? []),
});

const LISTS = ["eventTypes", "objectTypes", "events", "objects"];

/** Reads OCEL 2.0 in JSON, an element at a time. @throws HubError HUB-2401, HUB-2405 */
export async function readOcelJson(file: string, options: ReadLogOptions, sink: LogSink): Promise<void> {
  const put = ocelPutter(file, options, sink);
  const lists = new Set<string>();
  const elements = new JsonElements((element) => {
    lists.add(element.list);
    if (element.text.includes(UNREADABLE)) return sink.problem(notReadable(file, element.line));
    const why = take(element, put);
    if (why !== null) sink.problem(unusable(why, file, element.line));
  });
  for await (const text of readText(file, options.encoding)) elements.push(text);
  if (lists.size > 0 && !LISTS.some((list) => lists.has(list)))
    throw noLog(file, `The JSON holds ${[...lists].map((list) => `"${list}"`).join(", ")}, not the lists of OCEL 2.0.`);
  const broken = elements.end();
  if (broken !== null) sink.problem(unusable("The document ends before what begins here does.", file, broken));
}

/** Hands an element on; says why when it cannot be used. */
function take({ list, text, line }: JsonElement, put: OcelPutter): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `It is no JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
  switch (list) {
    case "eventTypes":
    case "objectTypes": {
      const type = typeDeclaration.safeParse(value);
      if (!type.success) return `A type does not fit: ${misfit(type.error)}.`;
      put.declare(list === "eventTypes" ? "event" : "object", type.data.name, type.data.attributes);
      return null;
    }
    case "events":
    case "objects": {
      const parsed = thing.safeParse(value);
      if (!parsed.success) return `It does not fit: ${misfit(parsed.error)}.`;
      const { id, type, time, attributes, relationships } = parsed.data;
      const raw = { id, type, time, attributes, relations: relationships, line };
      if (list === "events") put.event(raw);
      else put.object(raw);
      return null;
    }
    default:
      return null;
  }
}

function misfit(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unknown"}`;
}
