import { DateTime } from "luxon";
import type { BusinessCalendar, Instant } from "../../model/index.ts";
import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { addDays } from "../definitions/durations.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import type { Reporting } from "../definitions/windows.ts";
import type { ContractInfo } from "../input.ts";
import { hours } from "../quality/reading.ts";
import type { StreamStanding } from "../quality/reading.ts";
import { CURRENT_AS_OF } from "./columns.ts";
import type { DimensionKeys } from "./dimension-keys.ts";
import type { Star } from "./star.ts";
import { STAR_TABLE_NAMES, starColumns } from "./tables.ts";

/** dim_date covers every day of the data in one run of days, unless a stray date would make it longer than this. */
const LONGEST_RANGE_DAYS = 366 * 40;

export interface DimensionInput {
  readonly asOf: Instant;
  readonly reporting: Reporting;
  readonly calendar: BusinessCalendar;
  readonly processes: readonly ProcessDefinition[];
  readonly kpis: readonly KpiDefinition[];
  readonly contracts: readonly ContractInfo[];
  readonly keys: DimensionKeys;
  readonly streams: readonly StreamStanding[];
  readonly run: string | null;
}

/** Writes all dimensions but accounts and dates. */
export function appendDimensions(star: Star, input: DimensionInput): void {
  for (const process of input.processes) {
    const versions = input.processes.filter((other) => other.name === process.name);
    const next = versions
      .filter((other) => other.effectiveFrom > process.effectiveFrom)
      .reduce<string | null>(
        (least, other) => (least === null || other.effectiveFrom < least ? other.effectiveFrom : least),
        null,
      );
    const current = next === null ? 1 : 0;
    star.append("dim_process", {
      process_key: process.key,
      process: process.name,
      process_title: process.title,
      version: process.version,
      case_type: process.caseType,
      process_team: input.keys.team(process.team),
      valid_from: process.effectiveFrom,
      valid_to: next,
      is_current: current,
    });
    for (const stage of process.stages) {
      input.keys.team(stage.team);
      star.append("dim_stage", {
        stage_key: `${process.key}/${stage.name}`,
        stage_process_key: process.key,
        stage: stage.name,
        stage_order: stage.order,
        stage_valid_from: process.effectiveFrom,
        stage_valid_to: next,
        stage_is_current: current,
      });
    }
    for (const rule of process.rules) {
      star.append("dim_rule", {
        rule_key: `${process.key}/${rule.id}`,
        rule_process_key: process.key,
        rule: rule.id,
        rule_text: rule.text,
        rule_sentence: rule.sentence,
        rule_formal: rule.formal,
        rule_valid_from: process.effectiveFrom,
        rule_valid_to: next,
        rule_is_current: current,
      });
    }
  }
  for (const contract of input.contracts) {
    star.append("dim_contract", {
      contract_key: contract.name,
      contract: contract.title,
      contract_from_team: input.keys.team(contract.fromTeam),
      contract_to_team: input.keys.team(contract.toTeam),
      contract_since: contract.since,
    });
  }
  for (const kpi of input.kpis) {
    star.append("dim_kpi", {
      kpi_key: kpi.name,
      kpi: kpi.name,
      kpi_title: kpi.title,
      area: kpi.area,
      question: kpi.question,
      formula: kpi.formula,
      kpi_unit: unitOf(kpi),
      direction: kpi.target?.direction ?? kpi.direction,
      kpi_owner: kpi.owner,
      target_text: kpi.target?.text ?? null,
      min_n: kpi.minN,
    });
  }
  for (const team of input.keys.teams) star.append("dim_team", { team_key: team, team });
  for (const segment of input.keys.segments) star.append("dim_segment", { segment_key: segment, segment });
  for (const system of input.keys.systems) star.append("dim_system", { system_key: system, system });
  for (const [key, { kind, team }] of input.keys.actors) {
    star.append("dim_actor", { actor_key: key, actor_kind: kind, actor_team: team });
  }
  star.append("dim_as_of", {
    as_of_key: CURRENT_AS_OF,
    as_of: input.asOf,
    zone: input.reporting.zone,
    corporate_currency: input.reporting.corporateCurrency,
    run: input.run,
    is_complete: input.streams.every(({ isComplete }) => isComplete) ? 1 : 0,
    oldest_reading_hours: oldestReading(input.streams, input.asOf),
  });
  star.flush();
}

function oldestReading(streams: readonly StreamStanding[], asOf: Instant): number | null {
  const marks = streams.map(({ readUntil }) => readUntil).filter((mark) => mark !== null);
  return marks.length === 0 ? null : hours(asOf - Math.min(...marks));
}

/** What a KPI's value is counted in. */
export function unitOf({ unit }: KpiDefinition): "ratio" | "seconds" | "number" | "money" {
  return unit === "share" ? "ratio" : unit === "duration" ? "seconds" : unit;
}

/** Writes a row for every local day that a fact names, in one run of days. Call it last. */
export async function appendDates(star: Star, calendar: BusinessCalendar, reporting: Reporting): Promise<void> {
  star.flush();
  const parts: string[] = [];
  for (const table of STAR_TABLE_NAMES) {
    for (const [column, { references, derived }] of starColumns(table)) {
      if (references !== "dim_date" && derived?.as !== "date key") continue;
      parts.push(`SELECT min("${column}") AS first, max("${column}") AS last FROM ${table}`);
    }
  }
  const [range] = await star.query(`SELECT min(first) AS first, max(last) AS last FROM (${parts.join(" UNION ALL ")})`);
  if (typeof range?.["first"] !== "number" || typeof range["last"] !== "number") return;
  const last = dayOfKey(range["last"]);
  let count = 0;
  for (let day = dayOfKey(range["first"]); day <= last && count < LONGEST_RANGE_DAYS; day = addDays(day, 1)) {
    appendDate(star, day, calendar, reporting);
    count += 1;
  }
  star.flush();
}

function appendDate(star: Star, day: string, calendar: BusinessCalendar, reporting: Reporting): void {
  const date = DateTime.fromISO(day, { zone: "utc" });
  const sinceStart = (date.month - reporting.fiscalYearStarts + 12) % 12;
  // A fiscal year is named after the calendar year it ends in, unless it is that year.
  const fiscalYear = date.year + (reporting.fiscalYearStarts > 1 && date.month >= reporting.fiscalYearStarts ? 1 : 0);
  const quarter = Math.floor(sinceStart / 3) + 1;
  star.append("dim_date", {
    date_key: Number(day.replaceAll("-", "")),
    day,
    year: date.year,
    quarter: date.quarter,
    month: date.month,
    month_start: date.startOf("month").toISODate(),
    week_start: date.startOf("week").toISODate(),
    weekday: date.weekday,
    fiscal_year: fiscalYear,
    fiscal_quarter: quarter,
    fiscal_month: sinceStart + 1,
    fiscal_label: `FY${fiscalYear} Q${quarter}`,
    is_business_day: calendar.isBusinessDay(day) ? 1 : 0,
  });
}

function dayOfKey(key: number): string {
  const digits = String(key);
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
}
