import { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { JsonObject } from "../../model/index.ts";

/** A row of a query's answer: its id and whatever else was asked for. */
export type Row = JsonObject & { readonly Id: string };

const rowSchema = z.custom<Row>(
  (value) => typeof value === "object" && value !== null && "Id" in value && typeof value.Id === "string",
);

export const queryAnswer = z.object({
  totalSize: z.number().int(),
  done: z.boolean(),
  nextRecordsUrl: z.string().optional(),
  records: z.array(rowSchema),
});
export type QueryAnswer = z.output<typeof queryAnswer>;

export const globalAnswer = z.object({
  sobjects: z.array(
    z.object({ name: z.string(), label: z.string(), keyPrefix: z.string().nullable(), queryable: z.boolean() }),
  ),
});

export const describeAnswer = z.object({
  name: z.string(),
  label: z.string(),
  keyPrefix: z.string().nullish(),
  replicateable: z.boolean().optional(),
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      type: z.string(),
      referenceTo: z.array(z.string()).optional(),
      relationshipName: z.string().nullish(),
    }),
  ),
});
export type Describe = z.output<typeof describeAnswer>;

export const deletedAnswer = z.object({
  deletedRecords: z.array(z.object({ id: z.string(), deletedDate: z.string() })),
});

export const userInfoAnswer = z.object({
  user_id: z.string(),
  organization_id: z.string(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
});

export const saveAnswer = z.object({ id: z.string(), success: z.boolean() });

/** Parses an answer; anything else under 200 (an edge's page, half a body, nothing) is worth another try. */
export function parseAnswer<T>(schema: z.ZodType<T>, answer: unknown, operation: string): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new HubError("HUB-1307", `${operation} was answered with something that is not what Salesforce documents.`, {
    cause: parsed.error,
    disposition: "retry-now",
    place: { system: "salesforce", request: operation },
    remedy: "Run again; if it stays so, look for a proxy that rewrites answers.",
  });
}
