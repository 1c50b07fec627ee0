import { foreignKeys, isFact, STAR_TABLE_NAMES, starColumns, starTable } from "../kpis/index.ts";
import type { ColumnType, StarTableName } from "../kpis/index.ts";
import type { HyperTable, HyperType } from "./hyper/index.ts";

/** Tableau's own name for it; right for every version (reference tableau.md §3.4). */
export const EXTRACT_SCHEMA = "Extract";

const HYPER_TYPES: Readonly<Record<ColumnType, HyperType>> = {
  TEXT: "text",
  INT: "integer",
  BIG_INT: "bigint",
  DOUBLE: "double precision",
  DATE: "date",
  TIMESTAMP: "timestamp",
};

/**
 * The columns of a table as data sources have them. A fact's own copy of what the as-of dimension says stays behind: it
 * would change every row of every cycle and say nothing more.
 */
export function publishedColumns(name: StarTableName): ReturnType<typeof starColumns> {
  const said = isFact(name) ? new Set(starColumns("dim_as_of").map(([column]) => column)) : new Set<string>();
  const keys = foreignKeys(name).map(({ column }) => column);
  return starColumns(name).filter(([column]) => !said.has(column) || keys.includes(column));
}

/** One data source: a fact with the dimensions it names, since Tableau refuses several facts in one. */
export interface Publication {
  /** `fact_case`. */
  readonly fact: StarTableName;
  /** The data source's name, `Cases`. */
  readonly name: string;
  readonly tables: readonly HyperTable[];
}

/** What to build of a star's tables. */
export interface HyperPlan {
  readonly publications: readonly Publication[];
  /** All tables in one file, for local use. */
  readonly complete: readonly HyperTable[];
}

/**
 * The `.hyper` files to write of a star.
 * @param sourceOf the Parquet file with the rows of a table
 */
export function hyperTables(sourceOf: (table: StarTableName) => string): HyperPlan {
  const table = (name: StarTableName, present: ReadonlySet<StarTableName>, columns = starColumns(name)): HyperTable => {
    const { key } = starTable(name);
    return {
      schema: EXTRACT_SCHEMA,
      name,
      source: sourceOf(name),
      columns: columns.map(([column, { type }]) => ({
        name: column,
        type: HYPER_TYPES[type],
        nullable: !key.includes(column),
      })),
      assumedPrimaryKey: key,
      assumedForeignKeys: foreignKeys(name)
        .filter((foreign) => present.has(foreign.table))
        .map((foreign) => ({
          columns: [foreign.column],
          references: { schema: EXTRACT_SCHEMA, table: foreign.table, columns: [foreign.key] },
        })),
    };
  };
  const all = new Set(STAR_TABLE_NAMES);
  return {
    complete: STAR_TABLE_NAMES.map((name) => table(name, all)),
    publications: STAR_TABLE_NAMES.filter((name) => isFact(name)).map((fact) => {
      const names = [fact, ...new Set(foreignKeys(fact).map((foreign) => foreign.table))];
      const present = new Set(names);
      return {
        fact,
        name: starTable(fact).caption,
        tables: names.map((name) => table(name, present, publishedColumns(name))),
      };
    }),
  };
}
