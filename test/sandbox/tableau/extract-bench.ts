import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readHyperFile, startHyper } from "../../../src/extracts/hyper/index.ts";
import type { HyperRow } from "../../../src/extracts/hyper/index.ts";

/** Makes and reads `.hyper` files with one engine. */
export interface ExtractBench {
  /**
   * @param tables queries by table name, in the schema Extract
   * @param refersTo which refers to which by its `id`; a table that is referred to has the columns id, n, at
   */
  make(tables: Readonly<Record<string, string>>, refersTo?: Readonly<Record<string, string>>): Promise<Buffer>;
  /** Rows of a table of the schema Extract, ordered by the column `id`. */
  rows(bytes: Buffer, table?: string): Promise<readonly HyperRow[]>;
  stop(): Promise<void>;
}

/** A key cannot be null, which a table made from a query cannot say. */
const COLUMNS = '"id" text NOT NULL, "n" bigint, "at" timestamp';

export async function startBench(binary: string, directory: string): Promise<ExtractBench> {
  const engine = await startHyper({ binary });
  const file = join(directory, "bench.hyper");
  return {
    make: async (tables, refersTo = {}) => {
      const session = await engine.connect();
      try {
        await session.query(`CREATE DATABASE "${file}"`);
        await session.query(`ATTACH DATABASE "${file}" AS "bench"`);
        await session.query(`CREATE SCHEMA "bench"."Extract"`);
        const keys = new Set(Object.values(refersTo));
        for (const [name, query] of Object.entries(tables)) {
          const table = `"bench"."Extract"."${name}"`;
          if (keys.has(name)) {
            await session.query(`CREATE TABLE ${table} (${COLUMNS}, ASSUMED PRIMARY KEY ("id"))`);
            await session.query(`INSERT INTO ${table} (${query})`);
          } else await session.query(`CREATE TABLE ${table} AS (${query})`);
        }
        for (const [fact, table] of Object.entries(refersTo)) {
          const reference = `FOREIGN KEY ("id") REFERENCES "bench"."Extract"."${table}" ("id")`;
          await session.query(`ALTER TABLE "bench"."Extract"."${fact}" ADD ASSUMED ${reference}`);
        }
        await session.query(`DETACH DATABASE "bench"`);
        return await readFile(file);
      } finally {
        await session.close();
        await rm(file, { force: true });
      }
    },
    rows: async (bytes, table = "Extract") => {
      await writeFile(file, bytes);
      const reader = await readHyperFile(engine, file);
      try {
        return await reader.rows("Extract", table, ["id"]);
      } finally {
        await reader.close();
        await rm(file, { force: true });
      }
    },
    stop: () => engine.stop(),
  };
}
