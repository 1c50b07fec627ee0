import type { Column, Row, Table } from "./columns.ts";
import { DIMENSIONS } from "./dimensions.ts";
import { FACTS } from "./facts.ts";

/** All tables of the star schema by name. */
export const STAR_TABLES = { ...FACTS, ...DIMENSIONS } as const;

export type StarTableName = keyof typeof STAR_TABLES;
export type FactName = keyof typeof FACTS;
export type StarRow<T extends StarTableName> = Row<(typeof STAR_TABLES)[T]>;

/** A table's definition without its literal types, for code that treats all tables alike. */
export function starTable(name: StarTableName): Table {
  return STAR_TABLES[name];
}

export function starColumns(name: StarTableName): readonly (readonly [name: string, column: Column])[] {
  return Object.entries(starTable(name).columns);
}

/** Names in a fixed order: facts first. */
export const STAR_TABLE_NAMES: readonly StarTableName[] = [
  "fact_case",
  "fact_stage_events",
  "fact_step_executions",
  "fact_handoffs",
  "fact_conformance",
  "fact_sprints",
  "fact_wip_daily",
  "fact_kpi_snapshot",
  "fact_kpi_evidence",
  "fact_data_quality",
  "dim_date",
  "dim_process",
  "dim_stage",
  "dim_rule",
  "dim_team",
  "dim_actor",
  "dim_account",
  "dim_segment",
  "dim_system",
  "dim_contract",
  "dim_kpi",
  "dim_as_of",
];

export function isFact(name: StarTableName): boolean {
  return starTable(name).kind === "fact";
}

/** One column that holds a key of another table. */
export interface ForeignKey {
  readonly column: string;
  readonly table: StarTableName;
  readonly key: string;
}

/** The dimension keys of a table. */
export function foreignKeys(name: StarTableName): readonly ForeignKey[] {
  const keys: ForeignKey[] = [];
  for (const [column, { references }] of starColumns(name)) {
    if (references === undefined) continue;
    keys.push({ column, table: references, key: starTable(references).key[0] ?? "" });
  }
  return keys;
}
