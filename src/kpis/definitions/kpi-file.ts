import { z } from "zod";

const name = z.string().trim().min(1);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u, "a day as YYYY-MM-DD");

/** What a KPI can measure; each is defined in docs/kpis.md and reference §2.2 to §2.7. */
export const MEASURES = [
  "cycle time",
  "stage cycle time",
  "cycle time reduction",
  "automation coverage",
  "design coverage",
  "no touch rate",
  "compliance",
  "rule compliance",
  "error rate",
  "on time",
  "handoff attainment",
  "handoff latency",
  "handoff acceptance",
  "missing handoffs",
  "orphan targets",
  "duplicate handoffs",
  "drifted handoffs",
  "first time right",
  "rework rate",
  "conversion",
  "outcome share",
  "review cadence",
  "review gap",
  "flow stability",
  "work item age",
] as const;
/** `formula` is a KPI whose file carries its own. */
export type MeasureKind = (typeof MEASURES)[number] | "formula";

/** What values are precomputed by. */
export const CUTS = [
  "process",
  "contract",
  "segment",
  "region",
  "team",
  "stage",
  "category",
  "outcome",
  "system",
] as const;
export type Cut = (typeof CUTS)[number];

/** What a value is: part of a whole, one number over another, a number, a length of time, an amount in the corporate currency. */
export const UNITS = ["share", "ratio", "number", "duration", "money"] as const;
export type KpiUnit = (typeof UNITS)[number];

export const DIRECTIONS = ["higher is better", "lower is better"] as const;
export type Direction = (typeof DIRECTIONS)[number];

const percent = z.string().regex(/^\d+(\.\d+)? ?%$/u, "a percentage, such as `98 %`");

/** Where a KPI is told; `company` is what spans them. */
export const AREAS = [
  "company",
  "customer lifecycle",
  "product development",
  "handoffs",
  "operations",
  "conformance",
  "data quality",
] as const;
export type KpiArea = (typeof AREAS)[number];

/** `config/kpis/*.yaml`: one KPI. Pass the parsed value to `compileKpi`. */
export const kpiFileSchema = z.strictObject({
  kpi: name,
  title: name.optional(),
  /** The question the number answers, as a reader would ask it. */
  question: name,
  owner: name,
  /** The part of the company it is about; tables and pages group by it. */
  area: z.enum(AREAS).default("company"),
  version: z.number().int().positive().default(1),
  /** What is measured; or else the file carries its own formula, see `from`. */
  measure: z.enum(MEASURES).optional(),
  /** With `measure`: processes or handoff contracts, by name; `all processes` or `all handoffs`. */
  of: z.union([name, z.array(name).min(1)]).optional(),
  /** For rule compliance: `R1`. */
  rule: name.optional(),
  /** For stage cycle time: one stage; all of them when left out. */
  stage: name.optional(),
  /** For outcome share: the outcome that is wanted. */
  outcome: name.optional(),
  /** For conversion: the two stages and the time allowed. Without `measure`: the fact that the formula is over. */
  from: name.optional(),
  to: name.optional(),
  within: name.optional(),
  /** For conversion: those that reached the first stage once more, a cohort of their own. */
  again: z.boolean().default(false),
  /** For review cadence and gap: the process whose completion makes an account a customer. */
  after: name.optional(),
  /** For reviews and on time: the outcome of a process of the account that ends it, `contract-term ended churned or terminated`. */
  unless: name.optional(),
  /** For on time: `30 days after it`; counts once that local day has ended. */
  due: name.optional(),
  /** For on time: `customer-onboarding ended by due`. */
  good: name.optional(),
  /** For handoff latency and cycle time: clock or business time. */
  clock: z.enum(["calendar", "business"]).default("calendar"),
  /** For handoff latency: until when. */
  until: z.enum(["created", "assigned", "accepted", "first work"]).default("created"),
  /** For cycle time reduction: the days of the frozen baseline's starts, both inclusive. */
  baseline: z.strictObject({ from: day, to: day }).optional(),
  /** Of a formula: what is added up over what; yes or no counts as one or none, `rows` counts rows. */
  numerator: name.optional(),
  denominator: name.optional(),
  /** Of a formula: `rows`, `distinct <column>`, or a number to add up. */
  count: name.optional(),
  "median of": name.optional(),
  "p90 of": name.optional(),
  "lowest of": name.optional(),
  "highest of": name.optional(),
  /** Of a formula: which rows. */
  where: name.optional(),
  /** Of a formula: the time that decides a row's window, or `as of` for rows as they stand. */
  cohort: name.optional(),
  /** Of a formula: rows that are not decided yet. */
  pending: name.optional(),
  /** Of a formula: rows left out, by reason. */
  exclude: z.record(name, name).optional(),
  /** Of a formula: the money of the rows that count against it. */
  money: name.optional(),
  unit: z.enum(UNITS).optional(),
  /** Of a formula: what its rows are called, and what the counted ones did. */
  noun: name.optional(),
  said: name.optional(),
  direction: z.enum(DIRECTIONS).optional(),
  /** What the data must be for the value to be published as it is; the defaults are those of reference §2.8. */
  gates: z
    .strictObject({
      freshness: z.boolean().default(true),
      mapping: percent.default("98 %"),
      links: percent.default("95 %"),
    })
    .prefault({}),
  /** For cycle time reduction: how often the processes repeat themselves, so that whole multiples of it compare. */
  season: z.enum(["month", "quarter", "year"]).default("year"),
  /** Precomputed cuts; any other cut says "not computed". */
  by: z.array(z.enum(CUTS)).default([]),
  /** The shortest window that has `min_n` is shown; fixed here, never chosen by outcome. */
  windows: z.array(name).min(1),
  min_n: z.number().int().positive().optional(),
  target: name.optional(),
});

export type KpiFile = z.infer<typeof kpiFileSchema>;
