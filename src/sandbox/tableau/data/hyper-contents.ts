import type { HyperProcess } from "./hyper-process.ts";
import { quoted } from "./sql.ts";

export interface HyperTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** What a `.hyper` file holds: its tables, and which refers to which by an assumed foreign key (`schema.name`). */
export interface HyperContents {
  readonly tables: readonly HyperTable[];
  readonly references: readonly { readonly from: string; readonly to: string }[];
}

/** @param database name a file is attached under */
export async function readContents(engine: HyperProcess, database: string): Promise<HyperContents> {
  const catalog = `${quoted(database)}.pg_catalog`;
  const columns = await engine.query(
    `SELECT c.oid, n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type `
      + `FROM ${catalog}.pg_class c JOIN ${catalog}.pg_namespace n ON n.oid = c.relnamespace `
      + `JOIN ${catalog}.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 `
      + `WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY c.oid, a.attnum`,
  );
  const tables = new Map<string, { schema: string; name: string; columns: { name: string; type: string }[] }>();
  for (const row of columns) {
    const key = String(row["oid"]);
    const table = tables.get(key) ?? { schema: String(row["nspname"]), name: String(row["relname"]), columns: [] };
    table.columns.push({ name: String(row["attname"]), type: String(row["type"]) });
    tables.set(key, table);
  }
  const keys = await engine.query(`SELECT conrelid, confrelid FROM ${catalog}.pg_constraint WHERE contype = 'f'`);
  const nameOf = (oid: unknown) => {
    const table = tables.get(String(oid));
    return table === undefined ? "" : tableKey(table);
  };
  return {
    tables: [...tables.values()],
    references: keys.map((row) => ({ from: nameOf(row["conrelid"]), to: nameOf(row["confrelid"]) })),
  };
}

export function tableKey(table: Pick<HyperTable, "schema" | "name">): string {
  return `${table.schema}.${table.name}`;
}
