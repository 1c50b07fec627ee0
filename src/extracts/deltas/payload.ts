import type { HyperTable } from "../hyper/index.ts";
import type { TableDelta } from "./comparison.ts";

/** One change of one table by rows of the payload; see `TableChange` of the publish face. */
export interface StagedChange {
  readonly action: "upsert" | "delete";
  readonly schema: string;
  readonly source: string;
  readonly target: string;
  readonly key: readonly string[];
}

/** What to write into a `.hyper` that changes a data source, and what is to be done with it. */
export interface Payload {
  readonly tables: readonly HyperTable[];
  readonly changes: readonly StagedChange[];
}

/**
 * Staging tables of the rows that changed: `upsert_fact_case` with all columns of the table, `delete_fact_case` with the
 * columns of its key only, as the update call demands (reference tableau.md §3.6).
 */
export function payloadOf(tables: readonly HyperTable[], deltas: readonly TableDelta[]): Payload {
  const staged: HyperTable[] = [];
  const changes: StagedChange[] = [];
  for (const { table: target, upserts, deletes } of deltas) {
    const table = tables.find(({ name }) => name === target);
    if (table === undefined) continue;
    const { schema, assumedPrimaryKey: key = [] } = table;
    const stage = (action: StagedChange["action"], file: string, columns: HyperTable["columns"]): void => {
      const source = `${action}_${target}`;
      staged.push({ schema, name: source, columns, source: file });
      changes.push({ action, schema, source, target, key });
    };
    if (deletes !== null) {
      stage(
        "delete",
        deletes,
        table.columns.filter(({ name }) => key.includes(name)),
      );
    }
    if (upserts !== null) stage("upsert", upserts, table.columns);
  }
  return { tables: staged, changes };
}
