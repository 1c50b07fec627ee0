import { access } from "node:fs/promises";
import type { DuckDBConnection, DuckDBInstance as Instance, DuckDBValue } from "@duckdb/node-api";
import { DuckDBInstance, DuckDBTimestampValue } from "@duckdb/node-api";
import { HubError } from "../../model/index.ts";
import { logAboutSchema } from "./about.ts";
import type { LogAbout } from "./about.ts";
import { DUCK_OPTIONS } from "./log-writer.ts";

/** Timestamps come as microseconds, other whole numbers as numbers. */
export type LogValue = string | number | bigint | boolean | null;
export type LogRow = Readonly<Record<string, LogValue>>;
export type LogParameters = readonly (string | number | bigint | null)[];

/** An imported log, to be asked. Close it. */
export class LogReader {
  readonly #instance: Instance;
  readonly #connection: DuckDBConnection;
  readonly about: LogAbout;

  private constructor(instance: Instance, connection: DuckDBConnection, about: LogAbout) {
    this.#instance = instance;
    this.#connection = connection;
    this.about = about;
  }

  /** @throws HubError HUB-2406 when there is no such file, HUB-2416 when it is no log of this version */
  static async open(path: string, name: string): Promise<LogReader> {
    await access(path).catch(() => {
      throw new HubError("HUB-2406", `There is no log "${name}".`, {
        disposition: "operator",
        remedy: "`hub log list` shows those there are; `hub log import FILE --name N` brings one in.",
      });
    });
    try {
      const instance = await DuckDBInstance.create(path, { ...DUCK_OPTIONS, access_mode: "READ_ONLY" });
      const connection = await instance.connect();
      const [row] = (await connection.runAndReadAll("SELECT value FROM about WHERE key = 'about'")).getRows();
      return new LogReader(instance, connection, logAboutSchema.parse(JSON.parse(String(row?.[0]))));
    } catch (cause) {
      throw new HubError("HUB-2416", `The file of the log "${name}" cannot be read.`, {
        cause,
        disposition: "operator",
        place: { file: path },
        remedy: "Import the log again.",
      });
    }
  }

  /** Runs a statement without an answer, such as one that makes a temporary table. */
  async run(sql: string, parameters: LogParameters = []): Promise<void> {
    await this.#connection.run(sql, [...parameters]);
  }

  async rows(sql: string, parameters: LogParameters = []): Promise<readonly LogRow[]> {
    const all: LogRow[] = [];
    for await (const page of this.pages(sql, parameters)) all.push(...page);
    return all;
  }

  /** The answer page by page, so that it may be of any length. */
  async *pages(sql: string, parameters: LogParameters = []): AsyncIterable<readonly LogRow[]> {
    const result = await this.#connection.stream(sql, [...parameters]);
    const names = result.deduplicatedColumnNames();
    for await (const page of result.yieldRows()) {
      yield page.map((values) => {
        const row: Record<string, LogValue> = {};
        for (const [index, name] of names.entries()) row[name] = plain(values[index] ?? null);
        return row;
      });
    }
  }

  /** The connection itself, to append rows of one's own to temporary tables. */
  get connection(): DuckDBConnection {
    return this.#connection;
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

function plain(value: DuckDBValue): LogValue {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof DuckDBTimestampValue) return value.micros;
  return String(value);
}
