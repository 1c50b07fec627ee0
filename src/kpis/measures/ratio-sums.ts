import { z } from "zod";
import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { CUTS } from "../definitions/kpi-file.ts";
import type { Window } from "../definitions/windows.ts";
import type { SqlValue } from "../star/star.ts";
import type { MeasureInput } from "./measure-input.ts";
import type { Relation, Totals } from "./relations.ts";
import type { KpiScope } from "./result.ts";
import { numberOf, numberOrNull } from "./rows.ts";
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

/** What is made of the rows of one stretch of time, and of several stretches. */
const MADE: Readonly<Record<Totals, { readonly part: string; readonly whole: string }>> = {
  share: { part: "sum(num)", whole: "sum(num)" },
  ratio: { part: "sum(num)", whole: "sum(num)" },
  sum: { part: "sum(num)", whole: "sum(num)" },
  distinct: { part: "num", whole: "count(DISTINCT num)" },
  lowest: { part: "min(num)", whole: "min(num)" },
  highest: { part: "max(num)", whole: "max(num)" },
};

/**
 * All windows and scopes of a relation in one query. Its rows are added up once, by the stretches between the windows' ends;
 * windows are made of those.
 */
export async function sumUp(
  kpi: KpiDefinition,
  relation: Relation,
  windows: readonly Window[],
  { star }: MeasureInput,
): Promise<readonly Sums[]> {
  const cuts = CUTS.filter((cut) => kpi.by.includes(cut) || (cut === kpi.subject && kpi.of.length > 1));
  const totals = relation.totals ?? "share";
  const { part, whole } = MADE[totals];
  const ends = [...new Set(windows.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  // Stretch 0 is before all windows; rows that are pending are in none, and in each window.
  const stretch = `CASE WHEN moment IS NULL THEN NULL ${ends.map((end, index) => `WHEN moment < ${instantSql(end)} THEN ${index}`).join(" ")} ELSE ${ends.length} END`;
  const values = windows.map(({ from, to }, index) => `(${index}, ${ends.indexOf(from)}, ${ends.indexOf(to)})`);
  const columns = cuts.map((cut) => `, ${cut}`).join("");
  // Only of a ratio of two numbers are the squares needed, and only there is `num` a number for certain.
  const squares = (of: string): string => (totals === "ratio" ? `sum(${of})` : "0");
  const sets = ["(w)", ...cuts.map((cut) => `(w, ${cut})`)].join(", ");
  const scope = (of: (cut: string) => string, otherwise: string): string =>
    `CASE ${cuts.map((cut) => `WHEN grouping(${cut}) = 0 THEN ${of(cut)}`).join(" ")} WHEN TRUE THEN ${otherwise} END`;
  const counted = "FILTER (WHERE excluded IS NULL AND pending = 0)";
  const rows = await star.query(`
    WITH parts AS (SELECT ${stretch} AS stretch, excluded, pending${columns}, count(*) AS rows, ${part} AS num, sum(den) AS den,
        ${squares("CAST(num AS DOUBLE) * num")} AS num_squares, ${squares("CAST(den AS DOUBLE) * den")} AS den_squares,
        ${squares("CAST(num AS DOUBLE) * den")} AS products, sum(unknown) AS unknown, sum(adjusted) AS adjusted, sum(money) AS money
      FROM (${relation.sql}) GROUP BY stretch, excluded, pending${columns}${totals === "distinct" ? ", num" : ""}),
    win(w, lo, hi) AS (VALUES ${values.join(", ")})
    SELECT w, ${scope((cut) => `'${cut}'`, "'company'")} AS scope_type, ${scope((cut) => cut, "'all'")} AS scope_key,
      coalesce(sum(rows) ${counted}, 0) AS rows, ${whole} ${counted} AS num, coalesce(sum(den) ${counted}, 0) AS den,
      coalesce(sum(num_squares) ${counted}, 0) AS num_squares, coalesce(sum(den_squares) ${counted}, 0) AS den_squares, coalesce(sum(products) ${counted}, 0) AS products,
      coalesce(sum(rows) FILTER (WHERE pending = 1 AND excluded IS NULL), 0) AS pending, coalesce(sum(unknown) ${counted}, 0) AS unknown,
      sum(adjusted) ${counted} AS adjusted, sum(money) ${counted} AS money,
      CAST(to_json(list({reason: excluded, rows: rows} ORDER BY excluded) FILTER (WHERE excluded IS NOT NULL)) AS VARCHAR) AS excluded
    FROM parts JOIN win ON stretch IS NULL OR (stretch > lo AND stretch <= hi)
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
        excluded: addedUp(row["excluded"]),
      },
    ];
  });
}

const Parts = z.array(z.object({ reason: z.string(), rows: z.number() }));

/** Counts by reason of all parts. */
function addedUp(json: SqlValue | undefined): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  if (typeof json !== "string") return counts;
  for (const { reason, rows } of Parts.parse(JSON.parse(json))) counts[reason] = (counts[reason] ?? 0) + rows;
  return counts;
}
