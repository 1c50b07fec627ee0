import { z } from "zod";
import { AREAS } from "../../kpis/index.ts";
import type { KpiResult } from "../../kpis/index.ts";
import { toIso } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { CycleReport, PublishReport } from "../../sync/index.ts";
import { summariseHandoffs } from "../handoff-summary.ts";
import { applyPart, toApplyPart } from "./apply.ts";
import { PLAIN_STATES } from "./handoffs.ts";
import { instantText, problemPart } from "./parts.ts";
import { reportPart, toReportPart } from "./report.ts";
import { restatementPart, toRestatementPart } from "./restatements.ts";
import { syncPart, toSyncPart } from "./sync.ts";

/** One value of one KPI with what is needed to trust or doubt it. */
export const kpiPart = z.strictObject({
  kpi: z.string(),
  area: z.enum(AREAS),
  definition: z.string(),
  scope: z.strictObject({ type: z.string(), key: z.string() }),
  window: z.strictObject({
    name: z.string(),
    from: z.iso.date().describe("First local day."),
    to: z.iso.date().describe("The day after the last one."),
  }),
  value: z
    .number()
    .nullable()
    .describe("A ratio, milliseconds, a number, or an amount in the corporate currency; null with a reason."),
  unit: z.enum(["ratio", "milliseconds", "number", "money"]),
  businessDayMs: z
    .number()
    .nullable()
    .describe(
      "Milliseconds of the business day its times are counted in; null for time by the clock and for what is no time.",
    ),
  numerator: z.number().nullable(),
  denominator: z.number().nullable(),
  n: z.int(),
  open: z.int(),
  excluded: z.record(z.string(), z.int()),
  interval: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
  bound: z.number().nullable(),
  p90: z.number().nullable(),
  target: z.number().nullable(),
  targetText: z.string().nullable(),
  verdict: z.enum(["met", "not met", "inconclusive", "insufficient", "no target"]),
  reason: z.string().nullable(),
  sentence: z.string(),
  moneyAtStake: z.number().nullable(),
  evidence: z.strictObject({ keys: z.array(z.string()), count: z.int() }),
});

/** What had to be done so that the facts of cases are those of now. */
export const refreshPart = z.strictObject({
  rebuilt: z.int().describe("Objects whose case was built, again or for the first time."),
  reused: z.int().describe("Objects whose case stayed as it was kept."),
  removed: z.int().describe("Objects that are no more."),
  ms: z.int().describe("How long that took, reading and writing the facts of handoffs included."),
});

/** `hub measure --json`. */
export const measureDocument = z.strictObject({
  asOf: instantText,
  cases: z.record(z.string(), z.int()).describe("Cases by process."),
  refresh: refreshPart,
  kpis: z.array(kpiPart).describe("The values that are shown: one window per KPI and scope."),
  restatements: z.array(restatementPart).describe("Published figures that are others now."),
  gates: z.record(z.string(), z.string()).describe("KPIs whose values are not to be taken as they are, with why."),
});

export const publishPart = z.strictObject({
  files: z.array(
    z.strictObject({ table: z.string(), format: z.string(), path: z.string(), rows: z.int(), bytes: z.int() }),
  ),
  complete: z.string().nullable().describe("The local `.hyper` with all tables."),
  published: z.array(
    z.strictObject({
      name: z.string(),
      fact: z.string(),
      how: z
        .enum(["unchanged", "delta", "overwritten", "created"])
        .describe("`unchanged`: nothing was sent. `delta`: only the rows that changed."),
      why: z.string().nullable().describe("Why the whole was sent."),
      rows: z.int().describe("Rows of its fact."),
      rowsSent: z.int().describe("Of all its tables; rows to delete count, too."),
      bytesSent: z.int(),
      chunks: z.int().describe("Parts they were sent in; 0 when nothing was."),
      jobId: z.string().nullable(),
      requestId: z.string().nullable().describe("The same when the same change is sent again."),
      checked: z
        .enum(["content", "job", "stamp", "nothing"])
        .describe(
          "`content`: fetched back, rows and sums are those measured. `job`: Tableau says it carried all changes out. `stamp`: nobody has changed it since. `nothing`: nothing here can count it.",
        ),
      url: z.string().nullable(),
    }),
  ),
  workbook: z
    .strictObject({
      name: z.string(),
      url: z.string().nullable(),
      how: z.enum(["published", "beside another", "already there"]),
    })
    .nullable()
    .describe("The starter workbook, where it was asked for."),
  notes: z.array(z.string()),
  problems: z.array(problemPart),
});

/** `hub publish --json`. */
export const publishDocument = z.strictObject({ asOf: instantText, ...publishPart.shape });

/** `hub run --json` and `hub demo --json`. */
export const cycleDocument = z.strictObject({
  asOf: instantText,
  complete: z.boolean(),
  sync: syncPart,
  handoffs: z.array(
    z.strictObject({
      contract: z.string(),
      state: z.enum([...PLAIN_STATES, "historical"]),
      count: z.int(),
      moneyAtStake: z.number().describe("In the corporate currency."),
    }),
  ),
  plan: z.strictObject({ hash: z.string(), operations: z.int() }),
  apply: applyPart.describe("What was approved and carried out."),
  cases: z.record(z.string(), z.int()),
  kpis: z.array(kpiPart),
  restatements: z.array(restatementPart).describe("Published figures that are others now."),
  gates: z.record(z.string(), z.string()).describe("KPIs whose values are not to be taken as they are, with why."),
  unmapped: z.array(z.strictObject({ mapping: z.string(), field: z.string(), value: z.string(), count: z.int() })),
  report: reportPart,
  publish: publishPart,
});

export function toKpiPart(result: KpiResult): z.infer<typeof kpiPart> {
  const { kpi, area, definition, scope, window, n, nOpen, excluded, interval, evidence, shown: _, ...rest } = result;
  return {
    kpi,
    area,
    definition,
    scope: { ...scope },
    window: { name: window.text, from: window.fromDay, to: window.toDay },
    n,
    open: nOpen,
    excluded: { ...excluded },
    interval: interval === null ? null : { low: interval.low, high: interval.high },
    evidence: { keys: [...evidence.keys], count: evidence.count },
    ...rest,
  };
}

export function toPublishPart(report: PublishReport): z.infer<typeof publishPart> {
  return {
    files: report.files.tables.map(({ table, format, path, rows, bytes }) => ({ table, format, path, rows, bytes })),
    complete: report.files.complete?.file ?? null,
    published: report.published.map(({ standing, ...source }) => ({ ...source, url: standing.url })),
    workbook:
      report.workbook === null
        ? null
        : { name: report.workbook.receipt.name, url: report.workbook.receipt.url, how: report.workbook.receipt.how },
    notes: [...report.notes],
    problems: [...report.problems],
  };
}

export function toCycleDocument(report: CycleReport, asOf: Instant): z.infer<typeof cycleDocument> {
  return {
    asOf: toIso(asOf),
    complete: report.complete,
    sync: toSyncPart(report),
    handoffs: summariseHandoffs(report.handoffs),
    plan: { hash: report.plan.hash, operations: report.plan.operations.length },
    apply: toApplyPart({ apply: report.apply, complete: report.applied, refused: report.refused }),
    cases: { ...report.measurement.cases },
    kpis: report.measurement.results.filter((result) => result.shown).map(toKpiPart),
    restatements: report.restatements.map(toRestatementPart),
    gates: Object.fromEntries(report.measurement.gates),
    unmapped: [...report.unmapped],
    report: toReportPart(report.pages),
    publish: toPublishPart(report.publish),
  };
}
