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
] as const;
export type MeasureKind = (typeof MEASURES)[number];

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
  measure: z.enum(MEASURES),
  /** Processes or handoff contracts, by name; `all processes` or `all handoffs`. */
  of: z.union([name, z.array(name).min(1)]),
  /** For rule compliance: `R1`. */
  rule: name.optional(),
  /** For stage cycle time: one stage; all of them when left out. */
  stage: name.optional(),
  /** For outcome share: the outcome that is wanted. */
  outcome: name.optional(),
  /** For conversion: the two stages and the time allowed. */
  from: name.optional(),
  to: name.optional(),
  within: name.optional(),
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
  /** Precomputed cuts; any other cut says "not computed". */
  by: z.array(z.enum(["process", "contract", "segment", "region", "team", "stage"])).default([]),
  /** The shortest window that has `min_n` is shown; fixed here, never chosen by outcome. */
  windows: z.array(name).min(1),
  min_n: z.number().int().positive().default(10),
  target: name.optional(),
});

export type KpiFile = z.infer<typeof kpiFileSchema>;
