import { z } from "zod";

/** A record in its own system: stream as the systems' readers call it, id as the system gives it. */
export const RefSchema = z.strictObject({
  system: z.enum(["salesforce", "asana", "monday"]),
  stream: z.string(),
  id: z.string(),
});

/** Parameters of one handoff contract as the truth assumes them (docs/techflow.md, Handoffs). */
export const TruthContractSchema = z.strictObject({
  contract: z.string(),
  since: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** One occurrence of a source under one contract, or one orphan, with its state as of the as-of. */
export const TruthHandoffSchema = z.strictObject({
  contract: z.string(),
  /** 1, 2, …; 0 for an orphan, which belongs to no occurrence. */
  occurrence: z.int().min(0),
  /** null for an orphan. */
  source: RefSchema.nullable(),
  /** The primary target that this occurrence holds; the orphan itself for an orphan. */
  target: RefSchema.nullable(),
  /** Every live target claimed by link or key that this occurrence holds, oldest linked one first. */
  targets: z.array(RefSchema),
  /** Live targets that belong to the source though only a name says so. Never a match for the ladder's first rungs. */
  byName: z.array(RefSchema),
  /** ISO 8601 UTC; null for an orphan. */
  triggeredAt: z.string().nullable(),
  dueAt: z.string().nullable(),
  /** Triggered before the contract's start: no state is computed and the four fields and the label are null. */
  historical: z.boolean(),
  link: z.enum(["expected", "matched", "missing", "ambiguous", "duplicate", "orphan", "revoked"]).nullable(),
  /** null also for an orphan: nothing was promised. */
  timeliness: z.enum(["pending", "on_time", "late"]).nullable(),
  content: z.enum(["in_sync", "drifted", "unknown"]).nullable(),
  decision: z.enum(["none", "accepted", "rejected"]).nullable(),
  label: z
    .enum([
      "revoked",
      "duplicate",
      "ambiguous",
      "orphan",
      "missing",
      "rejected",
      "drifted",
      "late",
      "matched",
      "expected",
    ])
    .nullable(),
  /** The best evidence that exists between the source and a live target. */
  evidence: z.enum(["link", "key", "fuzzy", "none"]),
  /** Names of the planted defects; not all of them change the state. */
  defects: z.array(z.string()),
});

/** One departure of a case from its documented procedure. */
export const TruthProcessDefectSchema = z.strictObject({
  process: z.string(),
  case: RefSchema,
  /** Rule id as in docs/techflow.md; null for rework. */
  rule: z.string().nullable(),
  category: z.enum(["missing step", "out of order", "late", "rework"]),
  /** The step or stage that is missing, came late, came too late in order, or was repeated. */
  step: z.string().nullable(),
});

/** One sprint with the epics that were planned for it; what is not done by its end was taken out or is left over. */
export const TruthSprintSchema = z.strictObject({
  /** `2026-S07` */
  sprint: z.string(),
  /** Planned for it a day after its start. */
  committed: z.int().min(0),
  /** Of those, done by its end. */
  doneCommitted: z.int().min(0),
  /** Done by its end, with those that were put in later. */
  done: z.int().min(0),
  /** Put in more than a day after its start. */
  added: z.int().min(0),
  removed: z.int().min(0),
  /** 0 while it runs. */
  carried: z.int().min(0),
});

/** Two records and whether they are one thing. */
export const TruthPairSchema = z.strictObject({
  type: z.enum(["account", "person"]),
  a: RefSchema,
  b: RefSchema,
  same: z.boolean(),
  why: z.string(),
});

/** What is true of a scenario as of its as-of; only tests may read it. */
export const TruthSchema = z.strictObject({
  seed: z.int(),
  scale: z.number(),
  asOf: z.string(),
  contracts: z.array(TruthContractSchema),
  handoffs: z.array(TruthHandoffSchema),
  processDefects: z.array(TruthProcessDefectSchema),
  /** Those that have begun, in order. */
  sprints: z.array(TruthSprintSchema),
  pairs: z.array(TruthPairSchema),
});

export type Ref = z.infer<typeof RefSchema>;
export type TruthContract = z.infer<typeof TruthContractSchema>;
export type TruthHandoff = z.infer<typeof TruthHandoffSchema>;
export type TruthProcessDefect = z.infer<typeof TruthProcessDefectSchema>;
export type TruthSprint = z.infer<typeof TruthSprintSchema>;
export type TruthPair = z.infer<typeof TruthPairSchema>;
export type Truth = z.infer<typeof TruthSchema>;
