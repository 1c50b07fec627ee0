import { z } from "zod";
import { HubError, parseInstant } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";

/** Numbers come as strings or numbers, depending on the server (reference tableau.md §1.4). */
const text = z.union([z.string(), z.number()]).transform(String);

const instant = z.string().transform((value, context): Instant => {
  const parsed = parseInstant(value);
  if (parsed !== undefined) return parsed;
  context.addIssue("not an instant");
  return z.NEVER;
});

/** None, one or many: an empty collection is `{}`, one of a single item may be the item itself. */
function many<T>(item: z.ZodType<T>): z.ZodType<T[]> {
  return z
    .unknown()
    .optional()
    .transform((value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]))
    .pipe(z.array(item));
}

export interface Listed<T> {
  readonly total: number;
  readonly items: readonly T[];
}

/** One page of `{"pagination": …, "<collection>": {"<item>": […]}}`. */
export function listedAnswer<T>(collection: string, item: string, schema: z.ZodType<T>): z.ZodType<Listed<T>> {
  const items = z.object({ [item]: many(schema) }).transform((object) => object[item] ?? []);
  return z
    .looseObject({ pagination: z.object({ totalAvailable: z.coerce.number() }) })
    .transform((document) => ({ total: document.pagination.totalAvailable, items: document[collection] ?? {} }))
    .pipe(z.object({ total: z.number(), items }));
}

export const serverInfoAnswer = z
  .object({ serverInfo: z.object({ restApiVersion: z.string() }) })
  .transform(({ serverInfo }) => serverInfo.restApiVersion);

export const credentialsAnswer = z
  .object({
    credentials: z.object({
      token: z.string().min(1),
      site: z.object({ id: z.string().min(1), contentUrl: z.string().optional() }),
      user: z.object({ id: z.string().min(1) }),
    }),
  })
  .transform(({ credentials }) => credentials);

export const projectSchema = z.object({ id: z.string(), name: z.string(), parentProjectId: z.string().optional() });
export const projectAnswer = z.object({ project: projectSchema }).transform(({ project }) => project);
export type Project = z.output<typeof projectSchema>;

const tagsAnswer = z
  .object({ tag: many(z.object({ label: z.string() })) })
  .optional()
  .transform((tags) => (tags?.tag ?? []).map(({ label }) => label));

export const datasourceSchema = z.object({
  id: z.string(),
  name: z.string(),
  webpageUrl: z.string().optional(),
  contentUrl: z.string().min(1).optional(),
  updatedAt: instant,
  project: z.object({ id: z.string() }),
  tags: tagsAnswer,
});
export const datasourceAnswer = z.object({ datasource: datasourceSchema }).transform(({ datasource }) => datasource);
export type Datasource = z.output<typeof datasourceSchema>;

export const workbookSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().default(""),
  webpageUrl: z.string().optional(),
  /** Workbooks in personal spaces have none. */
  project: z.object({ id: z.string() }).optional(),
  tags: tagsAnswer,
});
export const workbookAnswer = z.object({ workbook: workbookSchema }).transform(({ workbook }) => workbook);
export type Workbook = z.output<typeof workbookSchema>;

export const uploadAnswer = z
  .object({ fileUpload: z.object({ uploadSessionId: z.string().min(1), fileSize: text.optional() }) })
  .transform(({ fileUpload }) => fileUpload);

const statusNote = z.looseObject({ text: z.string().optional(), value: text.optional() });
const jobSchema = z.object({
  id: z.string(),
  completedAt: z.string().optional(),
  finishCode: text.optional(),
  statusNotes: z.object({ statusNote: many(statusNote) }).optional(),
  updateUploadedFileJob: z
    .looseObject({
      notes: z.union([z.string(), z.looseObject({ value: z.string() }).transform(({ value }) => value)]).optional(),
    })
    .optional(),
});
export const jobAnswer = z.object({ job: jobSchema }).transform(({ job }) => job);
export type Job = z.output<typeof jobSchema>;

export const siteAnswer = z.object({ site: z.object({ name: z.string() }) }).transform(({ site }) => site.name);
export const userAnswer = z.object({ user: z.object({ name: z.string() }) }).transform(({ user }) => user.name);

/** Users and groups. */
export const namedSchema = z.object({ id: z.string(), name: z.string() });

export const warningsAnswer = z
  .object({
    dataQualityWarningList: z
      .object({
        dataQualityWarning: many(z.object({ id: z.string(), type: z.string(), message: z.string().default("") })),
      })
      .optional(),
  })
  .transform(({ dataQualityWarningList }) => dataQualityWarningList?.dataQualityWarning ?? []);

const granteeLine = z
  .object({
    group: z.object({ id: z.string() }).optional(),
    user: z.object({ id: z.string() }).optional(),
    capabilities: z.object({ capability: many(z.object({ name: z.string() })) }).optional(),
  })
  .transform(({ group, user, capabilities }) => ({
    kind: group === undefined ? ("user" as const) : ("group" as const),
    id: group?.id ?? user?.id ?? "",
    decided: new Set((capabilities?.capability ?? []).map(({ name }) => name)),
  }));

/** Who may, or may not, do what with something: the capabilities that were decided on, either way. */
export const permissionsAnswer = z
  .object({ permissions: z.object({ granteeCapabilities: many(granteeLine) }) })
  .transform(({ permissions }) => permissions.granteeCapabilities);

/** For replies whose body does not matter. */
export const anyAnswer = z.unknown();

/** Parses a JSON body against a schema. Throws HUB-5112 when it does not fit. */
export function parseAnswer<T>(schema: z.ZodType<T>, body: string, operation: string): T {
  let document: unknown;
  try {
    document = body === "" ? undefined : JSON.parse(body);
  } catch {
    throw notUnderstood(operation, "it is not JSON");
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw notUnderstood(operation, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unknown"}`);
}

function notUnderstood(operation: string, why: string): HubError {
  return new HubError("HUB-5112", `Tableau's answer to ${operation} is not what was expected: ${why}.`, {
    place: { system: "tableau", request: operation },
    remedy: "Check that BASE_URL is the server itself and not a page in front of it.",
  });
}
