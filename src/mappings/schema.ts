import { z } from "zod";

const fieldName = z
  .string()
  .min(1)
  .describe("A field by the name its system shows, such as `StageName` or `Deal amount`.");
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u, "is a day written 2026-02-01");
const instant = z
  .string()
  .regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/u,
    "is an instant written 2026-02-01T09:00:00Z",
  );
const sourceValue = z.union([z.string(), z.number(), z.boolean()]);

/** `[Won, Lost]` (each means itself) or `Won: [Closed Won, Won!]`, `Lost:` (means itself). */
export const valueMapSchema = z
  .union([
    z.array(z.string().min(1)).min(1),
    z.record(z.string().min(1), z.union([z.null(), sourceValue, z.array(sourceValue).min(1)])),
  ])
  .describe("Our name → the source's values, looked up trimmed and without regard to case. A name alone means itself.");

const formerSchema = z
  .strictObject({
    from: day.optional().describe("First day of that meaning."),
    until: day.optional().describe("Last day of that meaning."),
    is: z.string().min(1).describe("Our name for it at that time."),
  })
  .describe("What a source value meant in former times.");

/** Source value → what it meant until or from a day. */
export const formerValuesSchema = z
  .record(z.string().min(1), z.union([formerSchema, z.array(formerSchema).min(1)]))
  .describe("Source values whose meaning has changed, with the days of each meaning.");

/** The ways to read a field; a field has exactly one of them. */
export const FIELD_KINDS = [
  "text",
  "number",
  "flag",
  "date",
  "instant",
  "person",
  "option",
  "money",
  "ref",
  "key",
  "is",
] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

/** Members that accompany a kind. */
export const FIELD_COMPANIONS: Readonly<Record<FieldKind, readonly string[]>> = {
  text: ["values", "was"],
  option: ["values", "was"],
  money: ["currency", "in"],
  ref: ["stream"],
  number: [],
  flag: [],
  date: [],
  instant: [],
  person: [],
  key: [],
  is: [],
};

const detailedField = z
  .strictObject({
    text: fieldName.optional(),
    number: fieldName.optional(),
    flag: fieldName.optional().describe("Yes or no."),
    date: fieldName.optional().describe("A day; an instant becomes the day in the company's zone."),
    instant: fieldName.optional(),
    person: fieldName.optional(),
    option: fieldName.optional().describe("A choice, by its name."),
    money: fieldName.optional(),
    currency: fieldName.optional().describe("With `money`: the field that names the currency."),
    in: z
      .string()
      .regex(/^[A-Z]{3}$/u, "is a currency of three capitals, such as EUR")
      .optional()
      .describe("With `money`: the currency of every amount, instead of `currency`."),
    ref: fieldName.optional().describe("A field that points to another record of the same system."),
    stream: fieldName
      .optional()
      .describe("With `ref`: the only stream it may point to; needed when the field holds a bare id."),
    key: z
      .strictObject({
        type: z.string().min(1).describe("The object type looked for."),
        by: z.string().min(1).describe("The attribute it is found by, or `id` for the record's own id."),
        value: fieldName,
      })
      .optional()
      .describe("An object found by what it says of itself."),
    is: z.union([z.string(), z.number(), z.boolean()]).optional().describe("The same value for every record."),
    values: valueMapSchema.optional(),
    was: formerValuesSchema.optional(),
  })
  .superRefine((spec, context) => {
    const kinds = FIELD_KINDS.filter((kind) => spec[kind] !== undefined);
    const [kind] = kinds;
    if (kinds.length !== 1 || kind === undefined) {
      context.addIssue({
        code: "custom",
        message: `says exactly one of ${FIELD_KINDS.join(", ")}${kinds.length > 1 ? `, not ${kinds.join(" and ")}` : ""}`,
      });
      return;
    }
    const allowed = FIELD_COMPANIONS[kind];
    for (const member of ["currency", "in", "stream", "values", "was"] as const) {
      if (spec[member] !== undefined && !allowed.includes(member)) {
        context.addIssue({ code: "custom", path: [member], message: `does not go with \`${kind}\`` });
      }
    }
    if (kind === "money" && (spec.currency === undefined) === (spec.in === undefined)) {
      context.addIssue({ code: "custom", message: "names its currency: either `currency: Field` or `in: EUR`" });
    }
  });

/** How one attribute or reference is read from a record. */
export const fieldSchema = z.union([fieldName, detailedField]);

/** `created`, `<field> becomes <value>`, `<field> is set`, `<field> is cleared`, `<field> changes`, `at <field>`. */
const occasion = z
  .string()
  .min(1)
  .describe("`created`, `completed becomes true`, `Owner changes`, `Owner is set`, `at Held on`");

export const eventSchema = z.union([
  occasion,
  z.strictObject({
    when: occasion,
    with: z
      .record(z.string().min(1), fieldSchema)
      .optional()
      .describe("Attributes of the event, as they were at that time."),
  }),
]);

const testSchema = z.strictObject({
  name: z.string().optional(),
  record: z.record(z.string(), z.json()).describe("Fields of a record as the system would give them."),
  created: instant.optional(),
  changes: z
    .array(z.strictObject({ field: fieldName, from: z.json(), to: z.json(), at: instant }))
    .optional()
    .describe("The record's history, oldest first."),
  expect: z
    .record(z.string(), z.json())
    .describe(
      "Attributes and references by our names; also `taken`, `events` (their types in order) and `unmapped` (values).",
    ),
});

/** config/mappings/*.yaml: how the records of one stream become objects and events of the model. */
export const mappingSchema = z.strictObject({
  mapping: z.string().regex(/^[a-z][a-z0-9-]*$/u, "is a name in small letters, digits and hyphens"),
  from: z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.\S.*$/u, "is written connection.stream, such as salesforce-prod.Opportunity"),
  object: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/u, "is an object type in small letters, digits and hyphens")
    .optional()
    .describe("The object type; the mapping's name when left out."),
  part: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/u, "is a name in small letters")
    .optional()
    .describe("For a second object of a record that another mapping takes too."),
  where: z.string().min(1).optional().describe("Records that are taken: one line of CEL over the record's fields."),
  unless: z.string().min(1).optional().describe("Records that are left out although `where` takes them."),
  fields: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/u, "is a name in small letters, digits and _"), fieldSchema),
  stage: z
    .strictObject({ from: fieldName, values: valueMapSchema.optional(), was: formerValuesSchema.optional() })
    .optional()
    .describe("The field whose changes are the stages of the object."),
  events: z.record(z.string().min(1), eventSchema).optional(),
  keep: z.array(fieldName).optional().describe("Fields stored and replayable, not mapped yet."),
  tests: z.array(testSchema).optional(),
});

export type FieldSpec = z.infer<typeof fieldSchema>;
export type ValueMapSpec = z.infer<typeof valueMapSchema>;
export type FormerValuesSpec = z.infer<typeof formerValuesSchema>;
export type EventSpec = z.infer<typeof eventSchema>;
export type MappingTest = z.infer<typeof testSchema>;
export type MappingFile = z.infer<typeof mappingSchema>;
