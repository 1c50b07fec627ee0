import { z } from "zod";
import { badRequest, malformedBody } from "../wire/errors.ts";

const Constant = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("string"), v: z.string().nullable() }),
  z.strictObject({ type: z.literal("integer"), v: z.union([z.int(), z.string().regex(/^-?\d{1,19}$/u)]).nullable() }),
  z.strictObject({ type: z.literal("double"), v: z.number().nullable() }),
  z.strictObject({ type: z.literal("boolean"), v: z.boolean().nullable() }),
  z.strictObject({
    type: z.literal("datetime"),
    v: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?)?$/u)
      .nullable(),
  }),
]);

const Comparison = z
  .strictObject({
    op: z.enum(["eq", "neq", "lt", "lte", "gt", "gte", "is"]),
    "target-col": z.string().min(1).optional(),
    "source-col": z.string().min(1).optional(),
    const: Constant.optional(),
  })
  .refine((leaf) => [leaf["target-col"], leaf["source-col"], leaf.const].filter((side) => side).length === 2, {
    error: "A comparison has two of target-col, source-col and const.",
  });

export type Constant = z.output<typeof Constant>;
export type Comparison = z.output<typeof Comparison>;
export type Condition =
  | Comparison
  | { readonly op: "and" | "or"; readonly args: readonly Condition[] }
  | { readonly op: "not"; readonly args: readonly Condition[] };

const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    Comparison,
    z.strictObject({ op: z.enum(["and", "or"]), args: z.array(Condition).min(1) }),
    z.strictObject({ op: z.literal("not"), args: z.array(Condition).length(1) }),
  ]),
);

const target = { "target-schema": z.string().min(1).optional(), "target-table": z.string().min(1) };
const source = { "source-schema": z.string().min(1).optional(), "source-table": z.string().min(1) };

const Action = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("insert"), ...target, ...source }),
  z.strictObject({ action: z.literal("replace"), ...target, ...source }),
  z.strictObject({ action: z.literal("update"), ...target, ...source, condition: Condition }),
  z.strictObject({ action: z.literal("upsert"), ...target, ...source, condition: Condition }),
  z.strictObject({
    action: z.literal("delete"),
    ...target,
    "source-schema": z.string().min(1).optional(),
    "source-table": z.string().min(1).optional(),
    condition: Condition,
  }),
]);

/** One step of an update of data (reference tableau.md §3.6). */
export type Action = z.output<typeof Action>;

const Body = z.strictObject({ actions: z.array(Action).min(1) });

/** The actions of a request. Throws 400003 for text that is no JSON and 400000 for actions that do not exist. */
export function readActions(text: string): readonly Action[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw malformedBody("The request body is not well-formed JSON.");
  }
  const read = Body.safeParse(body);
  if (!read.success) throw badRequest(z.prettifyError(read.error));
  for (const action of read.data.actions) {
    if (action["source-table"] === undefined && "condition" in action && sourceColumns(action.condition).length > 0) {
      throw badRequest("A delete whose condition names a source column needs a source-table.");
    }
  }
  return read.data.actions;
}

/** The comparisons of a condition, however deep. */
export function comparisons(condition: Condition): readonly Comparison[] {
  return "args" in condition ? condition.args.flatMap(comparisons) : [condition];
}

export function sourceColumns(condition: Condition): readonly string[] {
  return comparisons(condition).flatMap((leaf) => leaf["source-col"] ?? []);
}
