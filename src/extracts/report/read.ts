import { DateTime } from "luxon";
import type { KpiDefinition, ProcessDefinition, Star } from "../../kpis/index.ts";
import { toIso } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import { byTarget, PAGES, processPages } from "../pages.ts";
import { textOf, textOrNull } from "./cells.ts";
import type { ReportData, Source } from "./data.ts";
import { readDeviations, readQuality, readRules, readVerdicts } from "./read-conformance.ts";
import {
  readAttention,
  readCases,
  readContracts,
  readCycles,
  readHandoffs,
  readSprints,
  readSteps,
  readWork,
} from "./read-facts.ts";
import { readEvidence, readKpis, readPeriods } from "./read-kpis.ts";

const HOUR_MS = 3_600_000;
const MONTHS = 12;

/** How a connection was read last. */
export interface SourceReading {
  readonly connection: string;
  readonly system: string;
  readonly readAt: Instant;
  readonly streams: readonly { readonly stream: string; readonly complete: boolean; readonly stored: number }[];
}

export interface ReportInput {
  /** The measured star; it stays open. */
  readonly star: Star;
  readonly kpis: readonly KpiDefinition[];
  readonly processes: readonly ProcessDefinition[];
  readonly company: string;
  readonly asOf: Instant;
  readonly zone: string;
  readonly currency: string;
  /** Of the company's calendar. */
  readonly businessDayMs: number;
  readonly sources: readonly SourceReading[];
}

/** Takes from the star what the report shows. */
export async function readReport(input: ReportInput): Promise<ReportData> {
  const { star, asOf, zone } = input;
  const processes = await processPages(star, input.processes);
  const [gated] = await star.query("SELECT max(reason) AS reason FROM fact_kpi_snapshot WHERE gated = 1");
  const segments = await star.query("SELECT segment FROM dim_segment ORDER BY 1");
  return {
    company: input.company,
    asOf: toIso(asOf),
    asOfText: momentText(asOf, zone),
    zone,
    currency: input.currency,
    gate: gated === undefined ? null : textOrNull(gated, "reason"),
    pages: PAGES,
    sources: input.sources.map((source) => toSource(source, asOf, zone)),
    processes: processes.map(({ name, ...rest }) => ({ id: name, ...rest })),
    segments: segments.map((row) => textOf(row, "segment")),
    periods: await readPeriods(star),
    kpis: await readKpis(star, [...input.kpis].sort(byTarget), input),
    months: monthsBefore(asOf, zone),
    cases: await readCases(star),
    cycles: await readCycles(star),
    steps: await readSteps(star),
    handoffs: await readHandoffs(star),
    contracts: await readContracts(star),
    attention: await readAttention(star),
    rules: await readRules(star),
    verdicts: await readVerdicts(star),
    deviations: await readDeviations(star),
    work: await readWork(star),
    sprints: await readSprints(star),
    quality: await readQuality(star),
    ...(await readEvidence(star)),
  };
}

function toSource({ connection, system, readAt, streams }: SourceReading, asOf: Instant, zone: string): Source {
  const missing = streams.filter(({ complete }) => !complete);
  return {
    connection,
    system,
    readAt: momentText(readAt, zone),
    hoursOld: Math.max(0, (asOf - readAt) / HOUR_MS),
    streams: streams.length,
    completeStreams: streams.length - missing.length,
    records: streams.reduce((sum, { stored }) => sum + stored, 0),
    missing: missing.map(({ stream }) => stream),
  };
}

/** `2 Nov 2026, 03:00`. */
function momentText(instant: Instant, zone: string): string {
  return DateTime.fromMillis(instant, { zone, locale: "en-GB" }).toFormat("d LLL yyyy, HH:mm");
}

/** The last twelve whole months, the earliest first. */
function monthsBefore(asOf: Instant, zone: string): readonly string[] {
  const current = DateTime.fromMillis(asOf, { zone }).startOf("month");
  return Array.from({ length: MONTHS }, (_, index) => current.minus({ months: MONTHS - index }).toFormat("yyyy-MM"));
}
