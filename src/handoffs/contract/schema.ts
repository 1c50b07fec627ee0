import { z } from "zod";
import { contractTestSchema } from "./test-schema.ts";
import { THRESHOLDS } from "../../matching/index.ts";
import { ALIKE_CHANCES } from "./alike-chances.ts";
import { CONFLICT_POLICIES } from "../merge/resolution.ts";
import { TIE_BREAKS } from "../targets/tie-breaks.ts";

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]*$/u, "is a name in small letters, digits and hyphens");
const words = z.string().trim().min(1);
const share = z.number().min(0).max(1);
const chance = z.number().gt(0).lt(1);
const span = z.string().trim().min(1).describe("A length of time: 24h, 2 days, 1 business hour, 3 business days.");

export const OWNERSHIPS = ["source", "target", "shared", "create_once", "append_only", "derived"] as const;
const ownership = z.enum(OWNERSHIPS);

/** One field that both sides hold. Short form: only who owns it. */
const fieldSchema = z.union([
  ownership,
  z.strictObject({
    ours: words.optional().describe("Attribute of the source; the field's name when left out."),
    theirs: words.optional().describe("Attribute of the target; the field's name when left out."),
    rule: ownership.default("source"),
    if_inactive: z
      .literal("backup")
      .optional()
      .describe("For persons: who left is replaced by the backup of people.yaml."),
    on_conflict: z
      .enum(CONFLICT_POLICIES)
      .default("manual")
      .describe("For `rule: shared`: which side holds when both changed differently since they last agreed."),
    compare: z.enum(["folded", "exact"]).default("folded").describe("`exact`: case and inner white space count."),
  }),
]);

/** What the source is to bring along. */
const needSchema = z.union([
  words,
  z.strictObject({
    field: words,
    missing: z
      .enum(["hold", "tell"])
      .default("hold")
      .describe("`hold`: nothing is created while it is missing. `tell`: it is created all the same, and told."),
  }),
]);

const escalationSchema = z.strictObject({
  after: span.describe("After the deadline that was missed."),
  to: words.describe("A person or team of people.yaml."),
});

const chances = z
  .record(z.string(), z.record(z.string(), z.strictObject({ m: chance, u: chance })))
  .refine(
    (given) =>
      Object.entries(given).every(([field, levels]) =>
        Object.keys(levels).every((level) => ALIKE_CHANCES[field]?.[level] !== undefined),
      ),
    { error: "names only fields and levels that docs/matching.md lists" },
  );

const rungSchema = z.union([
  z.strictObject({
    link: words.describe(
      "Attribute of the target that holds the source's id; `<source type>.<attribute>` the other way round.",
    ),
  }),
  z.strictObject({
    same: z.array(words).min(1).describe("Attributes that both sides share: `contract_number`, or `ours = theirs`."),
  }),
  z.strictObject({
    alike: z
      .strictObject({
        reference: words.optional().describe("A reference both sides have, to the same object."),
        company: words
          .optional()
          .describe("A company's name: `theirs = ours`, theirs may be `this or that`, ours `reference.attribute`."),
        text: words.optional().describe("A name: `theirs = ours`."),
        within: span.default("60 days").describe("Between the trigger and the target's creation."),
        accept: share
          .optional()
          .describe("Likelihood from which on the hub takes a like target itself, such as 0.95; never unless set."),
        margin: share.default(THRESHOLDS.margin).describe("What it has to be ahead of every other candidate."),
        queue: share
          .default(THRESHOLDS.queue)
          .describe("Likelihood from which on a name that is only spelt alike is shown as a candidate."),
        tie_break: z
          .array(z.enum(TIE_BREAKS))
          .default([])
          .describe("What decides between candidates that are as likely, in this order; nobody unless set."),
        chances: chances.default({}).describe("Chances of levels in place of the hub's own; docs/matching.md."),
      })
      .refine(
        ({ reference, company, text }) => reference !== undefined || company !== undefined || text !== undefined,
        {
          error: "names at least one of reference, company and text",
        },
      )
      .refine(({ accept, queue }) => accept === undefined || queue <= accept, {
        error: "shows candidates from a likelihood on (queue) that is not above the one it takes them from (accept)",
      }),
  }),
]);

/** A file of config/handoffs/: one boundary between two teams. */
export const handoffSchema = z.strictObject({
  handoff: name,
  title: words.optional(),
  since: z
    .union([z.iso.datetime({ offset: true }), z.iso.date()])
    .describe("What happened before is historical: counted apart, never late, never repaired."),
  mode: z.enum(["observe", "propose", "auto"]).default("observe"),
  from: z.strictObject({
    team: words.optional(),
    when: words.describe("The trigger: `<type> enters <stage>`."),
    again: z
      .enum(["each time", "once decided"])
      .default("each time")
      .describe(
        "Whether a further entering opens a new occurrence at once, or only after the last one was accepted or rejected.",
      ),
  }),
  where: words.optional().describe("CEL; only sources for which this holds."),
  unless: words.optional().describe("CEL; not sources for which this holds."),
  to: z.strictObject({
    team: words.optional(),
    expect: words.describe("The target's object type, or `itself`."),
    present_when: words.optional().describe("For `itself`: `owner is a person`."),
    backup: words
      .optional()
      .describe("Who takes what is meant for a person who left and has no backup; else the team's queue."),
    where: words.optional().describe("CEL; only targets for which this holds."),
    begins: z
      .record(words, z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .describe("What a created target holds that no field of the source says."),
    create_from: words.optional().describe("`<connection>/<template>` to create a missing target from."),
  }),
  due: z.strictObject({
    created: span,
    grace: span.default("24h").describe("After `created`, before the handoff counts as missing."),
    accepted: span.optional(),
  }),
  match: z.array(rungSchema).default([]),
  needs: z.array(needSchema).default([]).describe("Attributes of the source that are to be there at the trigger."),
  accepted_when: words.optional(),
  rejected_when: words.optional(),
  returned_when: words.optional().describe("What gives an accepted one back."),
  revoked_when: words.optional(),
  reject_reasons: z.array(words).min(1).optional().describe("The reasons a rejection may have."),
  reject_reason: words
    .optional()
    .describe("Attribute of the target that holds the reason; the stage it was rejected into when left out."),
  escalation: z
    .union([escalationSchema, z.array(escalationSchema).min(1)])
    .optional()
    .describe("Who is told when a deadline was missed for that long."),
  fields: z.record(words, fieldSchema).default({}),
  clock_skew: span
    .optional()
    .describe("How far the two systems' clocks differ at most, as measured; `most_recent` needs it below 60 s."),
  money: words.optional().describe("The source's attribute that says how much is at stake."),
  limits: z.strictObject({ creates_per_run: z.number().int().nonnegative().optional() }).default({}),
  tests: z.array(contractTestSchema).default([]).describe("Run by `hub config check`."),
});

export type HandoffFile = z.output<typeof handoffSchema>;
