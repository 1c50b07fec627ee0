import type { Instant } from "../../model/index.ts";

/** A text as a literal. */
export const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;

export const instantSql = (at: Instant): string => `epoch_ms(CAST(${Math.round(at)} AS BIGINT))`;

/** Texts as a list that `IN` takes; one that holds nothing when there are none. */
export const listSql = (values: readonly string[]): string =>
  values.length === 0 ? "('')" : `(${values.map(quote).join(", ")})`;
