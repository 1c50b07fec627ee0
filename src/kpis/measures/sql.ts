import type { Instant } from "../../model/index.ts";

/** A text as a literal. */
export const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;

export const instantSql = (at: Instant): string => `epoch_ms(CAST(${Math.round(at)} AS BIGINT))`;

/** Texts as a list that `IN` takes; one that holds nothing when there are none. */
export const listSql = (values: readonly string[]): string =>
  values.length === 0 ? "('')" : `(${values.map(quote).join(", ")})`;

/** When a row counts: at no time while it is not decided. What is left out has its time all the same, so that its window tells of it. */
export const momentSql = (at: string, pending: string, excluded: string): string =>
  `CASE WHEN (${pending}) AND (${excluded}) IS NULL THEN NULL ELSE ${at} END`;

/** How many seconds a case of `fact_case c` took, in whole days where its start is known to the day only; null when that is not known. */
export const CASE_SECONDS = "coalesce(c.cycle_sec, CASE WHEN c.start_precision = 'day' THEN c.cycle_days * 86400 END)";
