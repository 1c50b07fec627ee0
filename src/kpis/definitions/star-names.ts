import type { Column } from "../star/columns.ts";
import { starColumns, starTable } from "../star/tables.ts";
import type { FactName, StarTableName } from "../star/tables.ts";

/** What an expression over the star gives. A flag is a 0/1 column: yes or no, or a number to add up. */
export type StarType = "yes/no" | "flag" | "number" | "seconds" | "text" | "instant" | "day";

/** A column as a formula names it. */
export interface StarName {
  /** The column in SQL, with the alias of its table. */
  readonly sql: string;
  readonly type: StarType;
  /** The join it needs; null for the fact's own columns. */
  readonly join: StarJoin | null;
}

/** A table that a fact leads to. */
export interface StarJoin {
  /** What a formula calls it, `team`. */
  readonly name: string;
  readonly sql: string;
}

/** Facts that a formula may be written over. The KPI values themselves are none of them. */
export const FORMULA_FACTS = [
  "fact_case",
  "fact_stage_events",
  "fact_step_executions",
  "fact_handoffs",
  "fact_conformance",
  "fact_sprints",
  "fact_data_quality",
] as const satisfies readonly FactName[];
export type FormulaFact = (typeof FORMULA_FACTS)[number];

/** 0/1 columns whose name does not begin with `is_`. */
const FLAGS: ReadonlySet<string> = new Set([
  "conform_strict",
  "conform_adjusted",
  "sla_met",
  "sla_breached",
  "left_truncated",
]);

/** Where a dimension's column is better known by another name: handoffs are called by the name of their file. */
const SPOKEN: Readonly<Partial<Record<StarTableName, Readonly<Record<string, string>>>>> = {
  dim_contract: { name: "contract_key", title: "contract" },
};

/**
 * Everything a formula over a fact may name: its own columns, `<dimension>.<column>` of the dimensions it leads to (`team.name`,
 * `account.region`), and `case.<column>`, for handoffs `source.<column>` and `target.<column>`, of the cases it belongs to.
 */
export function starNames(fact: FormulaFact): ReadonlyMap<string, StarName> {
  const names = new Map<string, StarName>();
  for (const [column, definition] of starColumns(fact)) {
    names.set(column, { sql: `f."${column}"`, type: typeOf(column, definition), join: null });
  }
  for (const { name, table, from, key } of joinsOf(fact)) {
    const join: StarJoin = { name, sql: `LEFT JOIN ${table} "j_${name}" ON "j_${name}"."${key}" = f."${from}"` };
    for (const [column, definition] of starColumns(table)) {
      const known = { sql: `"j_${name}"."${column}"`, type: typeOf(column, definition), join };
      names.set(`${name}.${spokenName(table, column)}`, known);
    }
    for (const [spoken, column] of Object.entries(SPOKEN[table] ?? {})) {
      names.set(`${name}.${spoken}`, { sql: `"j_${name}"."${column}"`, type: "text", join });
    }
  }
  return names;
}

interface Join {
  readonly name: string;
  readonly table: StarTableName;
  readonly from: string;
  readonly key: string;
}

function joinsOf(fact: FormulaFact): readonly Join[] {
  const joins: Join[] = [];
  for (const [column, { references }] of starColumns(fact)) {
    if (references === undefined || references === "dim_date" || references === "dim_as_of") continue;
    const key = starTable(references).key[0] ?? "";
    const name = column === "owner_team_key" ? "team" : column.replace(/_key$/u, "");
    joins.push({ name, table: references, from: column, key });
  }
  // The receiving team is kept as a text: two roads from one fact to one table confuse a reader's tools, not a formula.
  if (fact === "fact_handoffs")
    joins.push({ name: "to_team", table: "dim_team", from: "to_team_key", key: "team_key" });
  const cases =
    fact === "fact_handoffs"
      ? { source: "source_case_key", target: "target_case_key" }
      : fact === "fact_stage_events" || fact === "fact_step_executions" || fact === "fact_conformance"
        ? { case: "case_key" }
        : {};
  for (const [name, from] of Object.entries(cases)) joins.push({ name, table: "fact_case", from, key: "case_key" });
  return joins;
}

/** `account_region` of an account is its `region`, the column that is called like the dimension its `name`. */
function spokenName(table: StarTableName, column: string): string {
  const dimension = table.replace(/^dim_/u, "");
  if (column === dimension) return "name";
  return column.startsWith(`${dimension}_`) ? column.slice(dimension.length + 1) : column;
}

function typeOf(column: string, { type, reads }: Column): StarType {
  switch (type) {
    case "TEXT":
      return "text";
    case "TIMESTAMP":
      return "instant";
    case "DATE":
      return "day";
    case "INT":
      return column.startsWith("is_") || FLAGS.has(column) ? "flag" : "number";
    default:
      return reads === "seconds" ? "seconds" : "number";
  }
}
