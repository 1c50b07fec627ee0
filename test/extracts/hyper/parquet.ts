import { DuckDBInstance } from "@duckdb/node-api";

/** Writes the rows of a query to a Parquet file. */
export async function parquetFile(file: string, query: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "100MB" });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}
