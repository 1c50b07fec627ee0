import { kpiKind, processKind, handoffKind } from "../configuration/index.ts";
import { measure, openStar } from "../kpis/index.ts";
import type { Baseline, BaselineStore, Measurement, QualityReading, Star } from "../kpis/index.ts";
import { hashText } from "../model/index.ts";
import type { Certificate, Json } from "../model/index.ts";
import type { RunContext } from "./context.ts";
import { loadLinkedModel } from "./linked-model.ts";

/** The measured star, open for extracts; close it. */
export interface Measured extends Measurement {
  readonly star: Star;
}

/** Builds cases from what link found, fills the star schema, computes the KPIs and stores their values. */
export async function measureStep(context: RunContext): Promise<Measured> {
  const { configuration, store, fence, asOf, progress, environment } = context;
  progress({ kind: "step", step: "measure", state: "started" });
  const model = await loadLinkedModel(store, context.signal);
  const star = await openStar({ zone: configuration.zone });
  try {
    const pins = await store.records.pins();
    const measurement = await measure(
      {
        asOf,
        source: {
          objects: (type, joins) => model.objects(type, joins),
          async *handoffs() {
            yield* await store.handoffs.handoffs();
          },
        },
        processes: configuration.compiled(processKind),
        kpis: configuration.compiled(kpiKind),
        contracts: configuration.compiled(handoffKind),
        reporting: {
          zone: configuration.zone,
          fiscalYearStarts: configuration.fiscalYearStart,
          corporateCurrency: configuration.money.corporate,
        },
        calendarOf: () => configuration.calendar,
        actorOf: (account) => model.actorOf(account) ?? undefined,
        registeredClients: new Set(),
        waivers: [],
        baselines: storedBaselines(context),
        pseudonymKey: environment["HUB_PSEUDONYM_KEY"] ?? hashText(pins.map(({ tenant }) => tenant).join("\n")),
        historySince: () => null,
        quality: await qualityReadings(context),
        gate: await gateOf(context),
        onProgress: (done) => progress({ kind: "count", step: "measure", done, of: null, unit: "cases" }),
      },
      star,
    );
    await store.measures.saveSnapshots(
      fence,
      asOf,
      measurement.results
        .filter((result) => result.shown)
        .map((result) => ({ kpi: result.kpi, value: asJson(result) })),
    );
    const cases = Object.values(measurement.cases).reduce((sum, n) => sum + n, 0);
    progress({
      kind: "step",
      step: "measure",
      state: "done",
      detail: `${cases.toLocaleString("en-US")} cases in ${Object.keys(measurement.cases).length} processes`,
    });
    return { ...measurement, star };
  } catch (error) {
    star.close();
    throw error;
  }
}

/** A baseline is recorded on first use; every later run compares with the same. */
function storedBaselines({ store, fence, dependencies }: RunContext): BaselineStore {
  return {
    async load(key) {
      // What freezeBaseline recorded is what kpis handed over; kpis verifies its hash.
      return (await store.measures.baseline(key)) as Baseline | null;
    },
    async save(baseline) {
      await store.measures.freezeBaseline(fence, baseline.key, asJson(baseline), dependencies.clock.now());
    },
  };
}

/** What is known of the data's own quality, per system. */
async function qualityReadings({ store }: RunContext): Promise<readonly QualityReading[]> {
  const readings: QualityReading[] = [];
  const unmapped = await store.mapping.unmapped();
  const rejects = await store.records.rejectList();
  for (const { system, tenant } of await store.records.pins()) {
    const counts = await store.records.counts({ system, tenant });
    const live = counts.reduce((sum, each) => sum + each.live, 0);
    const rejected = rejects.filter(({ key }) => key.system === system).length;
    readings.push(
      { system, metric: "live records", value: live, threshold: null, isOk: true },
      { system, metric: "rejected records", value: rejected, threshold: 0, isOk: rejected === 0 },
    );
  }
  const values = unmapped.reduce((sum, { count }) => sum + count, 0);
  readings.push({ system: "hub", metric: "unmapped values", value: values, threshold: 0, isOk: values === 0 });
  return readings;
}

/** How many runs back a stream's last reading is looked for. */
const READINGS = 50;

/** Values stand under a gate while the last reading of any stream is not complete, whichever run that was. */
async function gateOf({ store }: RunContext): Promise<string | null> {
  const last = new Map<string, Certificate>();
  for (const { id } of await store.runs.certified(READINGS)) {
    for (const certificate of await store.records.certificates(id)) {
      const name = `${certificate.connection} ${certificate.stream}`;
      if (!last.has(name)) last.set(name, certificate);
    }
  }
  const names = [...last].flatMap(([name, { complete }]) => (complete ? [] : [name]));
  return names.length === 0 ? null : `not read in full: ${names.join(", ")}`;
}

/** Results are plain data; the round trip says so to the compiler. */
function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
