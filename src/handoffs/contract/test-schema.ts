import { z } from "zod";
import { HANDOFF_LABELS } from "../../model/index.ts";

const words = z.string().trim().min(1);
const instant = z.iso.datetime({ offset: true });

/** A value as a person writes it; the mapping's kind of the attribute says what it means. */
const value = z.union([
  z.null(),
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()),
  z.strictObject({ amount: z.number(), currency: z.string(), corporate: z.number().nullable().default(null) }),
]);

/** `Closed Won: 2026-06-01T16:00:00Z`, or with who did it. */
const moment = z.union([
  z.strictObject({ name: words, at: instant, by: words.optional().describe("A person's name, or `automation`.") }),
  z
    .record(words, instant)
    .refine((entry) => Object.keys(entry).length === 1, { error: "names one thing and its time" }),
]);

const recordSchema = z.strictObject({
  id: words,
  created: instant.optional().describe("An hour before the first stage when left out."),
  attributes: z.record(words, value).default({}),
  stages: z.array(moment).default([]),
  steps: z.array(moment).default([]).describe("Steps completed in it."),
  reopened: z.array(moment).default([]).describe("Steps reopened in it."),
  changes: z
    .array(z.strictObject({ attribute: words, to: value, at: instant, by: words.optional() }))
    .default([])
    .describe("The history of its attributes, oldest first."),
  refers: z.record(words, words).default({}).describe("Reference → id of what it points to."),
  removed: z.strictObject({ at: instant, cause: z.enum(["deleted", "archived"]).default("deleted") }).optional(),
});

const expectation = z.strictObject({
  source: words.optional().describe("Id of the source; not needed when there is one handoff."),
  occurrence: z.int().positive().optional(),
  label: z.enum(HANDOFF_LABELS).optional(),
  state: z.enum(["fine", "waiting", "late or missing", "needs your decision", "ignored", "historical"]).optional(),
  link: z.string().optional(),
  timeliness: z.string().optional(),
  content: z.string().optional(),
  decision: z.string().optional(),
  target: words.nullable().optional(),
  because: words.optional().describe("Words that the reason contains."),
  operations: z
    .array(words)
    .optional()
    .describe("All of them: `create onboarding`, `update onboarding.deal_amount`, or with ` to 9000` behind."),
});

/** `tests:` of a contract: records of both sides, and what the hub is to make of them. */
export const contractTestSchema = z.strictObject({
  name: words.optional(),
  at: instant.describe("The as-of."),
  sources: z.array(recordSchema).default([]),
  targets: z.array(recordSchema).default([]),
  related: z.record(words, z.record(words, value)).default({}).describe("Attributes of what they point to, by its id."),
  agreed: z.record(words, value).optional().describe("What both sides of the one handoff last agreed on, by field."),
  left: z.array(words).default([]).describe("Persons who have left."),
  expect: z.union([expectation, z.array(expectation)]).describe("An empty list: no handoff at all."),
});

export type ContractTest = z.output<typeof contractTestSchema>;
export type TestRecord = z.output<typeof recordSchema>;
export type TestMoment = z.output<typeof moment>;
export type TestValue = z.output<typeof value>;
export type Expectation = z.output<typeof expectation>;
