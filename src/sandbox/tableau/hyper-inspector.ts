import { startHyperProcess } from "./hyper-process.ts";
import type { HyperProcess } from "./hyper-process.ts";

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

/** How long an idle engine stays: a publish of several extracts shares one. */
const IDLE_MS = 5000;

/** Looks into `.hyper` files with an engine that is started on first need and stops when idle. */
export class HyperInspector {
  readonly #binary: string | undefined;
  readonly #directory: string;
  #process: Promise<HyperProcess> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param binary path of the engine; without one `available` is false and nothing can be inspected. */
  constructor(binary: string | undefined, directory: string) {
    this.#binary = binary;
    this.#directory = directory;
  }

  get available(): boolean {
    return this.#binary !== undefined;
  }

  /** Tables and assumed foreign keys; undefined for a file the engine cannot open. Rejects when there is no engine. */
  async contents(file: string): Promise<HyperContents | undefined> {
    return this.#inTurn(async (engine) => {
      try {
        await engine.query(`ATTACH DATABASE ${quoted(file)} AS "looked_at"`);
      } catch {
        return undefined;
      }
      try {
        return await readContents(engine, "looked_at");
      } finally {
        await engine.query(`DETACH DATABASE "looked_at"`);
      }
    });
  }

  /** Adds the rows of `source` to `target`, both holding one table of the same columns. */
  async append(target: string, source: string, table: HyperTable): Promise<void> {
    await this.#inTurn(async (engine) => {
      await engine.query(`ATTACH DATABASE ${quoted(target)} AS "target"`);
      try {
        await engine.query(`ATTACH DATABASE ${quoted(source)} AS "source"`);
        try {
          const name = `${quoted(table.schema)}.${quoted(table.name)}`;
          const columns = table.columns.map((column) => quoted(column.name)).join(", ");
          await engine.query(`INSERT INTO "target".${name} (${columns}) SELECT ${columns} FROM "source".${name}`);
        } finally {
          await engine.query(`DETACH DATABASE "source"`);
        }
      } finally {
        await engine.query(`DETACH DATABASE "target"`);
      }
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const running = this.#process;
    this.#process = undefined;
    if (running !== undefined) await (await running).stop();
  }

  async #inTurn<T>(work: (engine: HyperProcess) => Promise<T>): Promise<T> {
    const binary = this.#binary;
    if (binary === undefined) throw new Error("The sandbox has no Hyper engine.");
    const result = this.#queue.then(async () => {
      clearTimeout(this.#idle);
      this.#process ??= startHyperProcess(binary, this.#directory);
      let engine: HyperProcess;
      try {
        engine = await this.#process;
      } catch (error) {
        this.#process = undefined;
        throw error;
      }
      try {
        return await work(engine);
      } finally {
        this.#idle = setTimeout(() => void this.close(), IDLE_MS);
        this.#idle.unref();
      }
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

async function readContents(engine: HyperProcess, database: string): Promise<HyperContents> {
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

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
