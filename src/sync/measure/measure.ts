import { kpiKind, processKind, handoffKind } from "../../configuration/index.ts";
import { appendWithdrawn, evidenceOf, markRestated, measureIn } from "../../kpis/index.ts";
import type {
  Baseline,
  BaselineStore,
  Evidence,
  KpiResult,
  Measurement,
  MeasureOptions,
  Reporting,
  Star,
  StarOptions,
} from "../../kpis/index.ts";
import { hashText } from "../../model/index.ts";
import type { Json } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import { loadLinkedModel } from "../linked-model.ts";
import { kpiSources, sourceName } from "./kpi-sources.ts";
import { programVersion } from "./program.ts";
import { publishFigures } from "./published-figures.ts";
import { sourceQuality } from "./quality-readings.ts";
import type { Restatement } from "./restatements.ts";
import { standingRestatements } from "./standing-restatements.ts";

/** The measured star, open for extracts and evidence; close it. */
export interface Measured extends Measurement {
  readonly star: Star;
  /** The rows behind one of the figures; null for a measure whose rows are not kept apart. */
  evidenceOf(result: KpiResult): Promise<Evidence | null>;
}

/** A measurement whose figures were published. */
export interface MeasuredAndPublished extends Measured {
  /** Published figures that it found to be others, or none any more. */
  readonly restatements: readonly Restatement[];
  /** How long it took until the facts of cases and handoffs were those of now. */
  readonly refreshMs: number;
}

/** What measuring reads; it needs no lease. */
export type MeasureContext = Pick<RunContext, "configuration" | "store" | "asOf" | "environment" | "signal">;

/** Brings the cases up to date with what link found, fills the star schema, computes the KPIs and stores their values. */
export async function measureStep(context: RunContext): Promise<MeasuredAndPublished> {
  const { progress, dependencies, cube } = context;
  progress({ kind: "step", step: "measure", state: "started" });
  const startedAt = dependencies.wallNow();
  let refreshMs = 0;
  const kept = cube === undefined ? {} : { kept: { path: cube, madeBy: await programVersion() } };
  const measured = await measureWith(context, context.fence.runId, storedBaselines(context), kept, {
    onProgress: (done) => progress({ kind: "count", step: "measure", done, of: null, unit: "cases" }),
    onRefreshed() {
      refreshMs = dependencies.wallNow() - startedAt;
    },
  });
  let restatements: readonly Restatement[];
  try {
    restatements = await publishFigures(
      context,
      measured,
      context.configuration.compiled(kpiKind),
      reportingOf(context),
    );
    const { restated, withdrawn } = await standingRestatements(context.store, measured.results);
    await markRestated(measured.star, restated);
    appendWithdrawn(measured.star, withdrawn, context.asOf);
  } catch (error) {
    measured.star.close();
    throw error;
  }
  const cases = Object.values(measured.cases).reduce((sum, n) => sum + n, 0);
  progress({
    kind: "step",
    step: "measure",
    state: "done",
    detail: `${cases.toLocaleString("en-US")} cases in ${Object.keys(measured.cases).length} processes, ${measured.refreshed.rebuilt.toLocaleString("en-US")} objects judged anew`,
  });
  return { ...measured, restatements, refreshMs };
}

/** Measures what is stored and stores nothing, for questions about the figures. A baseline that is not frozen yet stays so. */
export async function measureToLook(context: MeasureContext): Promise<Measured> {
  const baselines = { ...recordedBaselines(context), save: () => Promise.resolve() };
  const published = await context.store.measures.latestMeasurement();
  return measureWith(context, published?.runId ?? null, baselines, {}, {});
}

async function measureWith(
  context: MeasureContext,
  run: string | null,
  baselines: BaselineStore,
  kept: Pick<StarOptions, "kept">,
  listeners: Pick<MeasureOptions, "onProgress" | "onRefreshed">,
): Promise<Measured> {
  const { configuration, store, asOf, environment } = context;
  const model = await loadLinkedModel(store, context.signal);
  // Where figures are published to is pinned with the first publish; it must not give everybody another name.
  const sourceTenants = (await store.records.pins())
    .filter(({ connection }) => connection !== configuration.publish.connection)
    .map(({ tenant }) => tenant);
  const processes = configuration.compiled(processKind);
  const kpis = configuration.compiled(kpiKind);
  const reporting = reportingOf(context);
  const quality = await sourceQuality(context);
  const { star, measurement } = await measureIn(
    { zone: configuration.zone, ...kept },
    {
      asOf,
      source: {
        objects: (type, joins, only) => model.objects(type, joins, only),
        digests: (type, joins) => model.digests(type, joins),
        async *handoffs() {
          yield* await store.handoffs.handoffs();
        },
      },
      processes,
      kpis,
      contracts: configuration.compiled(handoffKind),
      reporting,
      calendarOf: () => configuration.calendar,
      actorOf: (account) => model.actorOf(account) ?? undefined,
      registeredClients: new Set(configuration.automationClients),
      waivers: configuration.waivers,
      baselines,
      pseudonymKey: environment["HUB_PSEUDONYM_KEY"] ?? hashText(sourceTenants.join("\n")),
      historySince: (system) => quality.historySince.get(system) ?? null,
      quality: quality.readings,
      streams: quality.streams,
      sourcesOf: (kpi) =>
        kpiSources(kpi, configuration).map(({ connection, stream }) => sourceName(connection, stream)),
      run,
      ...listeners,
    },
  );
  const businessDayMs = configuration.calendar.msPerDay;
  const input = { star, asOf, reporting, processes, businessDayMs, results: measurement.results, baselines };
  return {
    ...measurement,
    star,
    async evidenceOf(result) {
      const kpi = kpis.find(({ key }) => key === result.definition);
      return kpi === undefined ? null : evidenceOf(kpi, result, input);
    },
  };
}

function reportingOf({ configuration }: MeasureContext): Reporting {
  return {
    zone: configuration.zone,
    fiscalYearStarts: configuration.fiscalYearStart,
    corporateCurrency: configuration.money.corporate,
  };
}

function recordedBaselines({ store }: MeasureContext): Pick<BaselineStore, "load"> {
  return {
    // What freezeBaseline recorded is what kpis handed over; kpis verifies its hash.
    load: async (key) => (await store.measures.baseline(key)) as Baseline | null,
  };
}

/** A baseline is recorded on first use; every later run compares with the same. */
function storedBaselines(context: RunContext): BaselineStore {
  const { store, fence, dependencies } = context;
  return {
    ...recordedBaselines(context),
    async save(baseline) {
      await store.measures.freezeBaseline(fence, baseline.key, asJson(baseline), dependencies.clock.now());
    },
  };
}

/** Results are plain data; the round trip says so to the compiler. */
function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
