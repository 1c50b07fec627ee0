import { z } from "zod";
import { HubError, isJsonObject } from "../../model/index.ts";
import type { Json, JsonObject, Reject } from "../../model/index.ts";

const gid = z.string().min(1);
const named = z.looseObject({ gid });

/** What the hub relies on in each kind of object; everything else is kept as it comes. */
export const objectSchema = named;
export const taskSchema = z.looseObject({
  gid,
  modified_at: z.string(),
  memberships: z.array(z.looseObject({ project: named.nullish(), section: named.nullish() })).nullish(),
  parent: named.nullish(),
  num_subtasks: z.number().nullish(),
});
export const projectSchema = z.looseObject({
  gid,
  name: z.string(),
  modified_at: z.string().nullish(),
  created_at: z.string().nullish(),
  team: z.looseObject({ gid, name: z.string().nullish() }).nullish(),
});
export const storySchema = z.looseObject({ gid, created_at: z.string(), resource_subtype: z.string() });
export const sectionSchema = z.looseObject({ gid, project: named.nullish() });
export const eventsSchema = z.looseObject({
  data: z.array(
    z.looseObject({
      action: z.string(),
      created_at: z.string().nullish(),
      resource: z.looseObject({ gid, resource_type: z.string().nullish() }).nullish(),
      parent: z.looseObject({ gid, resource_type: z.string().nullish() }).nullish(),
    }),
  ),
  sync: z.string(),
  has_more: z.boolean().nullish(),
});

export type Task = z.output<typeof taskSchema>;
export type Project = z.output<typeof projectSchema>;
export type Story = z.output<typeof storySchema>;
export type Events = z.output<typeof eventsSchema>;

/** The envelope of one object. */
export const objectEnvelope = <T>(schema: z.ZodType<T>) => z.looseObject({ data: schema });

/** A parsed object as the JSON it came from. */
export function contentOf(row: Readonly<Record<string, unknown>>): JsonObject {
  return row as JsonObject;
}

/** Sorts rows into those that fit and rejects that name what is wrong. */
export function accept<T>(
  stream: string,
  schema: z.ZodType<T>,
  rows: readonly unknown[],
): { readonly good: readonly T[]; readonly rejects: readonly Reject[] } {
  const good: T[] = [];
  const rejects: Reject[] = [];
  for (const row of rows) {
    const parsed = schema.safeParse(row);
    if (parsed.success) good.push(parsed.data);
    else rejects.push(reject(stream, row, parsed.error));
  }
  return { good, rejects };
}

function reject(stream: string, row: unknown, cause: z.ZodError): Reject {
  const issue = cause.issues[0];
  const id = isJsonObject(row) && typeof row["gid"] === "string" ? row["gid"] : null;
  const path = issue?.path.map(String).join(".") ?? "";
  const error = new HubError("HUB-1411", `An object of ${stream} does not fit: ${path} ${issue?.message ?? ""}.`);
  return {
    stream,
    id,
    content: row as Json,
    problem: {
      code: error.code,
      message: error.message,
      place: { system: "asana", stream, path, ...(id === null ? {} : { record: id }) },
      remedy: "Look at the object in Asana; it is kept in the dead letters and can be replayed.",
    },
  };
}
