import { z } from "zod";

const name = z.string().trim().min(1);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u, "a day as YYYY-MM-DD");
const oneOrMany = z.union([name, z.array(name)]);
/** `amount`, or `account.segment` for an attribute of what a reference points to. */
const attributePath = z.string().regex(/^[a-z_]\w*(\.[a-z_]\w*)?$/iu, "an attribute, or reference.attribute");

const step = z.strictObject({
  /** Routine steps are the denominator of automation coverage. */
  routine: z.boolean().default(false),
  /** Executions of critical steps are the denominator of the error rate. */
  critical: z.boolean().default(false),
  /** Automations that do this step, by the client or rule name evidence carries. */
  automated_by: oneOrMany.optional(),
  /** A machine proposes, a person confirms: never counted as automated. */
  assisted: z.boolean().default(false),
  /** Why a step is not routine. */
  why: name.optional(),
});

const stage = z.union([
  name,
  z.strictObject({
    stage: name,
    /** For processes without stage events: the stage lasts from the end of the one before until this activity. */
    until: name.optional(),
    /** The team that owns the case while it is here; the process's team when left out. */
    team: name.optional(),
    /** Nobody works on the case while it is here: it waits for somebody's turn, a signature, a date. */
    waiting: z.boolean().default(false),
  }),
]);

/**
 * `config/processes/*.yaml`: one version of one documented procedure (reference config-language.md).
 * Pass the parsed value to `compileProcess`.
 */
export const processFileSchema = z.strictObject({
  process: name,
  title: name.optional(),
  version: z.number().int().positive(),
  effective_from: day,
  /** The object type a case follows. */
  case: name,
  /** Which of them: `kind is not Renewal`. */
  where: name.optional(),
  /** The team that owns the process. */
  team: name.optional(),
  /** `lead created`, `Accepted`, `opportunity enters Closed Won`, or `on start` for a day attribute of the case object. */
  starts: name,
  /** With `starts: <other type> enters …`: the handoff contract whose matched source is meant. */
  through: name.optional(),
  /** Used when no handoff names the source: the case's attribute that holds the source's own id. */
  or_by: name.optional(),
  /** Or else: an attribute that case and source share, `contract_number`. */
  or_same: name.optional(),
  /** One terminal activity, or several with their outcome; `cancelled` as an outcome takes the case out of completed ones. */
  ends: z.union([name, z.record(name, name)]),
  stages: z.array(stage).default([]),
  /** Further activities that rules may name: events of the mapping, or `<name>: <event type>` to rename one. */
  activities: z.union([z.array(name), z.record(name, name)]).default([]),
  /** Activities by which a person turns to whom the case is about: a call, a mail. Only a person's count. */
  touches: oneOrMany.default([]),
  /** Events of other objects that belong to the case: `<object type>: <its reference to the case>`. */
  joins: z.record(name, name).default({}),
  steps: z.record(name, step).default({}),
  rules: z.record(name, name).default({}),
  /** Allowed paths of a case, for fitness; each a list of activities. */
  paths: z.array(z.array(name).min(1)).max(200).default([]),
  /** The case's own term, `6 business days` after its start. */
  due: name.optional(),
  /** The money at stake in a case. */
  money: attributePath.optional(),
  /** With `through`: the money attribute of the object that starts the case. */
  source_money: name.optional(),
  /** Case names are names of persons: show the record's own id instead. */
  personal: z.boolean().default(false),
  /** Dimensions of the case: `segment: account.segment`. */
  dimensions: z.record(name, attributePath).default({}),
  /** The person attribute that owns a case, for its team. */
  owner: name.optional(),
  /** Two-week iterations the case's work is planned in. */
  sprints: z
    .strictObject({
      /** Object type and attributes that carry the sprint's name and the size of an item. */
      of: name,
      attribute: name,
      points: name.optional(),
      team: name.optional(),
      done: name,
      /** Name and first day of each year's first sprint, `2026-S01: 2026-01-05`; the others follow by their number. */
      first: z.record(z.string().regex(/^.*?\d+$/u, "a name that ends in a number"), day),
      days: z.number().int().positive().default(14),
    })
    .optional(),
});

export type ProcessFile = z.infer<typeof processFileSchema>;
