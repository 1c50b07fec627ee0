import type { Kpi, ReportData, Value } from "../data.ts";

/** What the viewer looks at; null is everything, for the period as each KPI defines it. */
export interface Filter {
  readonly process: string | null;
  readonly segment: string | null;
  readonly period: string | null;
}

export const NO_FILTER: Filter = { process: null, segment: null, period: null };

/** The window of what is counted as it stands: no period changes it. */
export const STANDING = "as of";

/** A value, or why there is none for this cut. */
export interface Reading {
  readonly value: Value | null;
  readonly why: string;
}

/**
 * The value of a KPI under a filter. Only what was computed is shown: a cut that the KPI's file does not list says so
 * and is never put together from others.
 */
export function readingOf(kpi: Kpi, filter: Filter): Reading {
  const { process, segment, period } = filter;
  if (process !== null && segment !== null)
    return { value: null, why: "Not computed by process and segment together." };
  const covers = kpi.of.length === 0 || kpi.of.includes(process ?? "");
  if (process !== null && kpi.subject === "process" && !covers) {
    return { value: null, why: "Does not cover this process." };
  }
  const byProcess = process !== null && kpi.subject === "process" && kpi.of.length !== 1;
  const scope = byProcess ? "process" : segment === null ? "company" : "segment";
  const key = byProcess ? process : (segment ?? "all");
  return valueIn(kpi, scope, key, period);
}

/** The value of one scope over the chosen period, or over the one its file shows. */
export function valueIn(kpi: Kpi, scope: string, key: string, period: string | null): Reading {
  const mine = kpi.values.filter((value) => value.scope === scope && value.key === key && value.window !== "month");
  if (mine.length === 0)
    return { value: null, why: scope === "company" ? "Not computed for all together." : `Not computed by ${scope}.` };
  const found = mine.find((value) =>
    period === null || value.window === STANDING ? value.shown : value.window === period,
  );
  return found === undefined
    ? { value: null, why: `Not computed over ${period ?? "a window"}.` }
    : { value: found, why: "" };
}

/** The months that charts show: those of the period, else the last twelve. */
export function monthsOf(data: ReportData, filter: Filter): readonly string[] {
  const period = data.periods.find(({ name }) => name === filter.period);
  if (period === undefined) return data.months;
  return data.months.filter((month) => month >= period.from.slice(0, 7) && month <= period.to.slice(0, 7));
}

/** True for the months of the period; without one also for the current month, since somebody may still act on it. */
export function inPeriod(data: ReportData, filter: Filter, month: string | null): boolean {
  const months = monthsOf(data, filter);
  if (month === null) return filter.period === null;
  return filter.period === null ? month >= (months[0] ?? "") : months.includes(month);
}

/** True for a row of the process and segment looked at; facts without a segment belong to no chosen one. */
export function fits(row: { readonly p?: string; readonly s?: string | null }, filter: Filter): boolean {
  if (filter.process !== null && row.p !== undefined && row.p !== filter.process) return false;
  return filter.segment === null || row.s === undefined || row.s === filter.segment;
}

export function sumOf<Row>(rows: readonly Row[], pick: (row: Row) => number): number {
  return rows.reduce((sum, row) => sum + pick(row), 0);
}

/** `Customer onboarding, Enterprise, fiscal quarter`; what a picture is restricted to. */
export function filterText(data: ReportData, filter: Filter): string {
  const process = data.processes.find(({ id }) => id === filter.process)?.title ?? "all processes";
  return `${process}, ${filter.segment ?? "all segments"}, ${filter.period ?? "last 12 months"}`;
}
