import { z } from "zod";

const attribute: z.ZodType<HeaderAttribute> = z.lazy(() =>
  z.strictObject({
    name: z.string(),
    type: z.string(),
    value: z.string(),
    children: z.array(attribute).optional(),
  }),
);

/** An attribute of an XES log as a whole, or a default it declares. */
export interface HeaderAttribute {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly children?: readonly HeaderAttribute[] | undefined;
}

const columns = z.strictObject({
  case: z.string(),
  activity: z.string(),
  time: z.string(),
  resource: z.string().nullable(),
  lifecycle: z.string().nullable(),
});

const xes = z.strictObject({
  extensions: z.array(z.strictObject({ name: z.string(), prefix: z.string(), uri: z.string() })),
  globals: z.array(z.strictObject({ scope: z.string(), attributes: z.array(attribute) })),
  classifiers: z.array(z.strictObject({ name: z.string(), keys: z.string(), scope: z.string().nullable() })),
  attributes: z.array(attribute),
});

export type CsvColumns = z.infer<typeof columns>;
export type XesHeader = z.infer<typeof xes>;

export const logAboutSchema = z.strictObject({
  format: z.enum(["csv", "xes", "ocel-json", "ocel-sqlite", "ocel-xml", "hub"]),
  /** Name of the file it came from. */
  source: z.string(),
  importedAt: z.number(),
  /** How times without a zone were read; null when there were none. */
  zone: z
    .strictObject({
      name: z.string(),
      from: z.enum(["asked", "reporting zone", "format"]),
      local: z.number(),
      twice: z.number(),
      skipped: z.number(),
    })
    .nullable(),
  /** Of a CSV file: which column is what, all columns in their order, and which of the five were guessed. */
  csv: z
    .strictObject({
      columns,
      guessed: z.array(z.string()),
      header: z.array(z.string()),
      delimiter: z.string(),
      dateOrder: z.enum(["day first", "month first"]).nullable(),
    })
    .nullable(),
  xes: xes.nullable(),
  events: z.number(),
  objects: z.number(),
  /** Parts of the file that could not be used. */
  rejected: z.number(),
  /** The object type that a case of the log follows by default; null in a log written case by case. */
  caseType: z.string().nullable(),
  /** Nobody named it: it is the type that most events belong to. */
  caseTypeGuessed: z.boolean(),
});

/** What is known of an imported log as a whole. */
export type LogAbout = z.infer<typeof logAboutSchema>;
