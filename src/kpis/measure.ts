import type { Actor, BusinessCalendar, Instant } from "../model/index.ts";
import { noteKeys } from "./cache/noted-keys.ts";
import { refreshCases } from "./cache/refresh.ts";
import type { Refreshed } from "./cache/refresh.ts";
import type { KpiDefinition } from "./definitions/compile-kpi.ts";
import type { ProcessDefinition } from "./definitions/process.ts";
import type { Reporting } from "./definitions/windows.ts";
import type { ContractInfo, MeasureSource, Waiver } from "./input.ts";
import { fillHandoffs } from "./handoff-facts.ts";
import { gatherLookups } from "./lookups.ts";
import type { BaselineStore } from "./measures/baseline.ts";
import { measureDesignCoverage } from "./measures/design-coverage.ts";
import { measureDuration } from "./measures/durations.ts";
import { measureFlow } from "./measures/flow.ts";
import type { MeasureInput } from "./measures/measure-input.ts";
import { measureRatio } from "./measures/ratios.ts";
import { measureReduction } from "./measures/reduction.ts";
import type { KpiResult } from "./measures/result.ts";
import { appendOwnReadings, appendSources, gatesOf } from "./quality/append.ts";
import type { QualityReading, StreamStanding } from "./quality/reading.ts";
import { createDimensionKeys } from "./star/dimension-keys.ts";
import { appendDates, appendDimensions } from "./star/dimension-rows.ts";
import { appendEvidence } from "./star/evidence-rows.ts";
import { appendResults } from "./star/kpi-rows.ts";
import { appendSprints } from "./star/sprint-rows.ts";
import type { Star } from "./star/star.ts";
import { fillWorkInProgress } from "./star/work-in-progress.ts";

export interface MeasureOptions {
  readonly asOf: Instant;
  readonly source: MeasureSource;
  readonly processes: readonly ProcessDefinition[];
  readonly kpis: readonly KpiDefinition[];
  readonly contracts: readonly ContractInfo[];
  readonly reporting: Reporting;
  /** The calendar of a team; the company's for null. The same object for the same calendar. */
  readonly calendarOf: (team: string | null) => BusinessCalendar;
  readonly actorOf: (accountKey: string) => Actor | undefined;
  readonly registeredClients: ReadonlySet<string>;
  readonly waivers: readonly Waiver[];
  readonly baselines: BaselineStore;
  /** Keeps pseudonyms from being guessed. */
  readonly pseudonymKey: string;
  /** The first instant of tracked history of a system; null when unknown. */
  readonly historySince: (system: string) => Instant | null;
  /** What is known of the sources beside how their streams stand. */
  readonly quality: readonly QualityReading[];
  /** How each stream stands that figures may rest on. */
  readonly streams: readonly StreamStanding[];
  /** The names of the streams that a KPI rests on. */
  readonly sourcesOf: (kpi: KpiDefinition) => readonly string[];
  /** The run that measures; null when nothing is recorded of it. */
  readonly run: string | null;
  /** Called as cases are built, for progress. */
  readonly onProgress?: (cases: number) => void;
  /** Called when the facts of cases and handoffs are up to date, before anything is computed of them. */
  readonly onRefreshed?: (refreshed: Refreshed) => void;
}

export interface Measurement {
  readonly results: readonly KpiResult[];
  /** Why a KPI's values are not to be taken as they are, by its name; nothing for one whose gates are passed. */
  readonly gates: ReadonlyMap<string, string>;
  /** Cases per process. */
  readonly cases: Readonly<Record<string, number>>;
  /** What of them had to be built. */
  readonly refreshed: Refreshed;
}

/** Brings the cases up to date, fills the star schema and computes every KPI. Cases stream through; none is held. */
export async function measure(options: MeasureOptions, star: Star): Promise<Measurement> {
  const keys = createDimensionKeys(options.pseudonymKey);
  const calendar = options.calendarOf(null);
  const lookups = await gatherLookups(options.source, options.processes, options.contracts, star, options.asOf);
  const refreshed = await refreshCases(star, keys, {
    ...options,
    lookups: { ...options, ...lookups, waiversOf: waiversBy(options.waivers) },
    circumstances: [options.reporting.zone, options.pseudonymKey],
  });
  await noteKeys(star, keys);
  await fillHandoffs(star, keys, lookups, options);
  options.onRefreshed?.(refreshed);
  for (const process of options.processes) {
    if (process.sprints === null) continue;
    const items = options.source.objects(process.sprints.objectType, []);
    await appendSprints(star, process, items, options.asOf, calendar, keys);
  }
  appendSources(star, options, keys);
  appendDimensions(star, { ...options, calendar, keys });
  const links = await appendOwnReadings(star, options, keys);
  await fillWorkInProgress(star);
  const results = await computeKpis(options, star, calendar);
  const gates = gatesOf(options, links);
  appendResults(star, results, options.asOf, (kpi) => gates.get(kpi) ?? null);
  await appendEvidence(star, results);
  await appendDates(star, calendar, options.reporting);
  return { results, gates, cases: await countCases(star, options.processes), refreshed };
}

/** The waivers that may concern a case of a process: those that name it, by either of its ids, and those that name none. */
function waiversBy(waivers: readonly Waiver[]): (process: string, caseId: string) => readonly Waiver[] {
  const byCase = Map.groupBy(waivers, ({ process, caseId }) => `${process}\0${caseId ?? ""}`);
  return (process, caseId) => {
    const ids = new Set(["", caseId, caseId.slice(caseId.lastIndexOf("/") + 1).replace(/#.*$/u, "")]);
    return [...ids].flatMap((id) => byCase.get(`${process}\0${id}`) ?? []);
  };
}

/** Cases by process, those without any among them. */
async function countCases(
  star: Star,
  processes: readonly ProcessDefinition[],
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { name } of processes) counts[name] = 0;
  const names = new Map(processes.map(({ key, name }) => [key, name]));
  for (const row of await star.query("SELECT process_key, count(*) AS n FROM fact_case GROUP BY process_key")) {
    const name = names.get(String(row["process_key"]));
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + Number(row["n"]);
  }
  return counts;
}

async function computeKpis(
  options: MeasureOptions,
  star: Star,
  calendar: BusinessCalendar,
): Promise<readonly KpiResult[]> {
  const input: MeasureInput = {
    star,
    asOf: options.asOf,
    reporting: options.reporting,
    processes: options.processes,
    businessDayMs: calendar.msPerDay,
  };
  const results: KpiResult[] = [];
  for (const kpi of options.kpis) {
    switch (kpi.measure) {
      case "cycle time reduction":
        results.push(...(await measureReduction(kpi, input, options.baselines)));
        break;
      case "cycle time":
      case "stage cycle time":
      case "handoff latency":
        results.push(...(await measureDuration(kpi, input)));
        break;
      case "design coverage":
        results.push(...measureDesignCoverage(kpi, input));
        break;
      case "flow stability":
        results.push(...(await measureFlow(kpi, input)));
        break;
      case "formula":
        results.push(...(await measureDuration(kpi, input)), ...(await measureRatio(kpi, input)));
        break;
      default:
        results.push(...(await measureRatio(kpi, input)));
    }
  }
  return results;
}
