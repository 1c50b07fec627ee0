import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { CUTS } from "../definitions/kpi-file.ts";
import type { Window } from "../definitions/windows.ts";
import type { MeasureInput } from "./measure-input.ts";
import type { Relation, Totals } from "./relations.ts";
import type { KpiScope } from "./result.ts";
import { countsOf, numberOf, numberOrNull } from "./rows.ts";
import { instantSql } from "./sql.ts";

/** What one scope comes to in one window. */
export interface Sums {
  readonly window: number;
  readonly scope: KpiScope;
  /** Rows counted. */
  readonly rows: number;
  /** The sum of the numerators, or what else is made of them; null when nothing is. */
  readonly num: number | null;
  readonly den: number;
  readonly numSquares: number;
  readonly denSquares: number;
  readonly products: number;
  readonly pending: number;
  readonly unknown: number;
  readonly adjusted: number | null;
  readonly money: number | null;
  readonly excluded: Readonly<Record<string, number>>;
}

const MADE: Readonly<Record<Totals, string>> = {
  share: "sum(num)",
  ratio: "sum(num)",
  sum: "sum(num)",
  distinct: "count(DISTINCT num)",
  lowest: "min(num)",
  highest: "max(num)",
};

/** All windows and scopes of a relation in one query. */
export async function sumUp(
  kpi: KpiDefinition,
  relation: Relation,
  windows: readonly Window[],
  { star }: MeasureInput,
): Promise<readonly Sums[]> {
  const cuts = CUTS.filter((cut) => kpi.by.includes(cut) || (cut === kpi.subject && kpi.of.length > 1));
  const values = windows.map((window, index) => `(${index}, ${instantSql(window.from)}, ${instantSql(window.to)})`);
  const sets = ["(w)", ...cuts.map((cut) => `(w, ${cut})`)].join(", ");
  const scopeType = cuts.map((cut) => `WHEN grouping(${cut}) = 0 THEN '${cut}'`).join(" ");
  const scopeKey = cuts.map((cut) => `WHEN grouping(${cut}) = 0 THEN ${cut}`).join(" ");
  const counted = "FILTER (WHERE excluded IS NULL AND pending = 0)";
  const totals = relation.totals ?? "share";
  // Only of a ratio of two numbers are the squares needed, and only there is `num` a number for certain.
  const squares = (of: string): string => (totals === "ratio" ? `coalesce(sum(${of}) ${counted}, 0)` : "0");
  const rows = await star.query(`
    WITH rel AS (${relation.sql}), win(w, lo, hi) AS (VALUES ${values.join(", ")})
    SELECT w, ${cuts.length === 0 ? "'company'" : `CASE ${scopeType} ELSE 'company' END`} AS scope_type,
      ${cuts.length === 0 ? "'all'" : `CASE ${scopeKey} ELSE 'all' END`} AS scope_key,
      count(*) ${counted} AS rows, ${MADE[totals]} ${counted} AS num, coalesce(sum(den) ${counted}, 0) AS den,
      ${squares("CAST(num AS DOUBLE) * num")} AS num_squares, ${squares("CAST(den AS DOUBLE) * den")} AS den_squares,
      ${squares("CAST(num AS DOUBLE) * den")} AS products,
      count(*) FILTER (WHERE pending = 1 AND excluded IS NULL) AS pending, coalesce(sum(unknown) ${counted}, 0) AS unknown,
      sum(adjusted) ${counted} AS adjusted, sum(money) ${counted} AS money,
      CAST(to_json(histogram(excluded) FILTER (WHERE excluded IS NOT NULL)) AS VARCHAR) AS excluded
    FROM rel JOIN win ON rel.moment IS NULL OR (rel.moment >= lo AND rel.moment < hi)
    GROUP BY GROUPING SETS (${sets}) ORDER BY ALL`);
  return rows.flatMap((row) => {
    const key = row["scope_key"];
    // Rows without a value for a cut are in the total, and no segment of their own.
    if (typeof key !== "string") return [];
    const type = cuts.find((cut) => cut === row["scope_type"]) ?? "company";
    return [
      {
        window: numberOf(row, "w"),
        scope: { type, key },
        rows: numberOf(row, "rows"),
        num: numberOrNull(row, "num"),
        den: numberOf(row, "den"),
        numSquares: numberOf(row, "num_squares"),
        denSquares: numberOf(row, "den_squares"),
        products: numberOf(row, "products"),
        pending: numberOf(row, "pending"),
        unknown: numberOf(row, "unknown"),
        adjusted: numberOrNull(row, "adjusted"),
        money: numberOrNull(row, "money"),
        excluded: countsOf(row["excluded"]),
      },
    ];
  });
}
