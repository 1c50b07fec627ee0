import { z } from "zod";
import { HubError, isJsonObject } from "../../model/index.ts";
import type { JsonObject } from "../../model/index.ts";

/** A row of a query's answer: its id and whatever else was asked for. */
export type Row = JsonObject & { readonly Id: string };

export interface QueryAnswer {
  readonly totalSize: number;
  readonly done: boolean;
  readonly nextRecordsUrl?: string;
  readonly records: readonly Row[];
}

/** An envelope with rows whose shape is checked by `fits`. */
interface Envelope<T> {
  readonly totalSize: number;
  readonly done: boolean;
  readonly nextRecordsUrl?: string;
  readonly records: readonly T[];
}

/**
 * Checks a query's answer: the envelope whole, of each row only its id, because rows hold what the org's own objects
 * hold. By hand: a schema over two thousand rows a page costs more than parsing the page (docs/decisions/0005).
 */
function envelope<T>(value: unknown, fits: (row: unknown) => row is T): value is Envelope<T> {
  if (!isJsonObject(value)) return false;
  const { totalSize, done, nextRecordsUrl, records } = value;
  return (
    Number.isInteger(totalSize)
    && typeof done === "boolean"
    && (nextRecordsUrl === undefined || typeof nextRecordsUrl === "string")
    && Array.isArray(records)
    && records.every(fits)
  );
}

function isRow(value: unknown): value is Row {
  return isJsonObject(value) && typeof value["Id"] === "string";
}

export const queryAnswer = z.custom<QueryAnswer>((value) => envelope(value, isRow));

/** Rows of an aggregate query, under their aliases; a plain `COUNT()` has none. */
export const aggregateAnswer = z.custom<Envelope<JsonObject>>((value) => envelope(value, isJsonObject));

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
      calculated: z.boolean().optional(),
      referenceTo: z.array(z.string()).optional(),
      relationshipName: z.string().nullish(),
      externalId: z.boolean().optional(),
      filterable: z.boolean().optional(),
      createable: z.boolean().optional(),
      nillable: z.boolean().optional(),
      defaultedOnCreate: z.boolean().optional(),
      updateable: z.boolean().optional(),
      restrictedPicklist: z.boolean().optional(),
      picklistValues: z
        .array(z.object({ active: z.boolean(), label: z.string().nullable(), value: z.string() }))
        .nullish(),
    }),
  ),
  recordTypeInfos: z
    .array(
      z.object({
        active: z.boolean(),
        name: z.string(),
        developerName: z.string().nullish(),
        recordTypeId: z.string(),
      }),
    )
    .nullish(),
});
export type Describe = z.output<typeof describeAnswer>;
export type DescribedField = Describe["fields"][number];

export const deletedAnswer = z.object({
  deletedRecords: z.array(z.object({ id: z.string(), deletedDate: z.string() })),
});

export const recordCountAnswer = z.object({
  sObjects: z.array(z.object({ name: z.string(), count: z.number().int() })),
});

export const compositeAnswer = z.object({
  compositeResponse: z.array(
    z.object({
      referenceId: z.string(),
      httpStatusCode: z.number().int(),
      httpHeaders: z.record(z.string(), z.unknown()).nullish(),
      body: z.unknown(),
    }),
  ),
});
export type CompositeAnswer = z.output<typeof compositeAnswer>;

/** A Bulk 2.0 query job (reference salesforce.md §8). */
export const jobAnswer = z.object({
  id: z.string(),
  state: z.enum(["UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted"]),
  numberRecordsProcessed: z.number().int().optional(),
  errorMessage: z.string().nullish(),
});
export type BulkJob = z.output<typeof jobAnswer>;

export const userInfoAnswer = z.object({
  user_id: z.string(),
  organization_id: z.string(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
});

export const saveAnswer = z.object({ id: z.string(), success: z.boolean(), created: z.boolean().optional() });

const itemError = z.object({
  statusCode: z.string(),
  message: z.string(),
  fields: z.array(z.string()).optional(),
});

/** One item of a collection's answer, in the order of the request (reference salesforce.md §7). */
export const collectionAnswer = z.array(
  z.object({
    id: z.string().nullish(),
    success: z.boolean(),
    created: z.boolean().optional(),
    errors: z.array(itemError),
  }),
);

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
