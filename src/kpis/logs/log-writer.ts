import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { DuckDBConnection, DuckDBInstance as Instance, DuckDBType } from "@duckdb/node-api";
import { DuckDBInstance, DuckDBTimestampValue } from "@duckdb/node-api";
import { HubError } from "../../model/index.ts";
import type { Problem } from "../../model/index.ts";
import type { LogAbout } from "./about.ts";
import { keepAttributes } from "./attribute-text.ts";
import type { LogDeclaration, LogEvent, LogObject, LogRelation, LogSink } from "./log.ts";
import { createLogTables, LOG_TABLES, TableWriter } from "./log-tables.ts";
import type { LogTable } from "./log-tables.ts";
import { settleLog } from "./settle.ts";

/** Problems that are kept word by word; the others are counted. */
const KEPT_PROBLEMS = 10_000;

export const DUCK_OPTIONS = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  memory_limit: "400MB",
  threads: "2",
} as const;

export interface LogWriterOptions {
  /** Where the log's file will be; an earlier one stays in place until the new one is complete. */
  readonly path: string;
  /** What the log is read from, to say where something is wrong. */
  readonly source: string;
  /** The first part that cannot be used ends the import. */
  readonly strict: boolean;
}

/** A log on its way into a file of its own. End it with `finish` or `discard`. */
export class LogWriter implements LogSink {
  readonly #options: LogWriterOptions;
  readonly #instance: Instance;
  readonly #connection: DuckDBConnection;
  readonly #tables: Readonly<Record<LogTable, TableWriter>>;
  readonly #counts: Record<Exclude<LogTable, "about">, number>;
  readonly #first: Problem[] = [];
  #rejected = 0;

  private constructor(
    options: LogWriterOptions,
    instance: Instance,
    connection: DuckDBConnection,
    tables: Readonly<Record<LogTable, TableWriter>>,
  ) {
    this.#options = options;
    this.#instance = instance;
    this.#connection = connection;
    this.#tables = tables;
    this.#counts = { event: 0, object: 0, event_object: 0, object_object: 0, declared: 0, problem: 0 };
  }

  /** @throws HubError HUB-2415 when the file cannot be made */
  static async open(options: LogWriterOptions): Promise<LogWriter> {
    try {
      await mkdir(dirname(options.path), { recursive: true });
      await removeFiles(partOf(options.path));
      const instance = await DuckDBInstance.create(partOf(options.path), DUCK_OPTIONS);
      const connection = await instance.connect();
      await createLogTables(connection);
      const open = (table: LogTable): Promise<TableWriter> => {
        const types: readonly DuckDBType[] = Object.values(LOG_TABLES[table]);
        return TableWriter.open(connection, table, types);
      };
      return new LogWriter(options, instance, connection, {
        event: await open("event"),
        object: await open("object"),
        event_object: await open("event_object"),
        object_object: await open("object_object"),
        declared: await open("declared"),
        problem: await open("problem"),
        about: await open("about"),
      });
    } catch (cause) {
      throw cannotWrite(options.path, cause);
    }
  }

  event({ id, caseId, activity, at, resource, lifecycle, attributes, line }: LogEvent): void {
    const seq = this.#next("event");
    const micros = new DuckDBTimestampValue(at.micros);
    const kept = keepAttributes(attributes);
    const { offset, dayOnly } = at;
    this.#tables.event.append(seq, id, caseId, activity, micros, offset, dayOnly, resource, lifecycle, kept, line);
  }

  object({ id, type, attributes, line }: LogObject): void {
    this.#tables.object.append(this.#next("object"), id, type, keepAttributes(attributes), line);
  }

  eventObject({ from, to, qualifier, line }: LogRelation): void {
    this.#tables.event_object.append(this.#next("event_object"), from, to, qualifier, line);
  }

  objectObject({ from, to, qualifier, line }: LogRelation): void {
    this.#tables.object_object.append(this.#next("object_object"), from, to, qualifier, line);
  }

  declare({ kind, type, attribute, dataType }: LogDeclaration): void {
    this.#tables.declared.append(this.#next("declared"), kind, type, attribute, dataType);
  }

  problem(problem: Problem): void {
    if (this.#options.strict) {
      throw new HubError(problem.code, problem.message, {
        place: problem.place,
        ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
      });
    }
    this.#rejected += 1;
    this.note(problem);
  }

  note(problem: Problem): void {
    const seq = this.#next("problem");
    if (seq > KEPT_PROBLEMS) return;
    const { code, message, place, remedy } = problem;
    const line = place.line === undefined ? null : BigInt(place.line);
    this.#tables.problem.append(seq, line, code, message, remedy ?? null);
    if (this.#first.length < 100) this.#first.push(problem);
  }

  /** The first hundred things that were wrong with the file. */
  get firstProblems(): readonly Problem[] {
    return this.#first;
  }

  /** Checks what only the whole can show, and puts the file in its place. @throws HubError HUB-2415 */
  async finish(about: Omit<LogAbout, "events" | "objects" | "rejected" | "caseTypeGuessed">): Promise<LogAbout> {
    for (const table of ["event", "object", "event_object", "object_object", "declared"] as const)
      this.#tables[table].close();
    const { lost, mended, untold } = await settleLog(this.#connection, this.#options.source);
    for (const problem of lost) this.problem(problem);
    for (const problem of mended) this.note(problem);
    this.#rejected += untold;
    if (this.#counts.event === 0 && ["csv", "xes"].includes(about.format)) throw this.#nothing();
    try {
      this.#tables.problem.close();
      const complete: LogAbout = {
        ...about,
        caseType: about.caseType ?? (await this.#commonType()),
        caseTypeGuessed: about.caseType === null,
        rejected: this.#rejected,
        events: await this.#count("event"),
        objects: await this.#count("object"),
      };
      this.#tables.about.append("about", JSON.stringify(complete));
      this.#tables.about.close();
      await this.#connection.run("CHECKPOINT");
      this.#close();
      await removeFiles(this.#options.path);
      await rename(partOf(this.#options.path), this.#options.path);
      return complete;
    } catch (cause) {
      throw cannotWrite(this.#options.path, cause);
    }
  }

  #nothing(): HubError {
    const [first] = this.#first;
    const why =
      first === undefined
        ? ""
        : ` Of ${this.#rejected} left out, the first: ${first.message.replace(/^Left out: /u, "")}`;
    return new HubError("HUB-2418", `There is no event in the file that can be used.${why}`, {
      disposition: "operator",
      place: first?.place ?? { file: this.#options.source },
      remedy: `${first?.remedy ?? "Check what wrote it."} An earlier log of the name stays.`,
    });
  }

  /** Leaves nothing behind; an earlier log of the name stays. */
  async discard(): Promise<void> {
    this.#close();
    await removeFiles(partOf(this.#options.path));
  }

  /** The object type that most events belong to, the rarer one when two are alike; null without relations. */
  async #commonType(): Promise<string | null> {
    const reader = await this.#connection.runAndReadAll(
      `SELECT type FROM event_object JOIN object ON object.id = object_id GROUP BY type
       ORDER BY count(DISTINCT event_id) DESC, count(DISTINCT object_id), type LIMIT 1`,
    );
    const type = reader.getRows()[0]?.[0];
    return typeof type === "string" ? type : null;
  }

  async #count(table: "event" | "object"): Promise<number> {
    const reader = await this.#connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${table}`);
    return Number(reader.getRows()[0]?.[0] ?? 0);
  }

  #next(table: Exclude<LogTable, "about">): number {
    this.#counts[table] += 1;
    return this.#counts[table];
  }

  #close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

function partOf(path: string): string {
  return `${path}.part`;
}

async function removeFiles(path: string): Promise<void> {
  for (const file of [path, `${path}.wal`]) await rm(file, { force: true });
}

function cannotWrite(path: string, cause: unknown): HubError {
  if (cause instanceof HubError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HubError("HUB-2415", `The log's file cannot be written: ${why}`, {
    cause,
    place: { file: path },
    remedy: "Check that the folder is writable, has room, and that no other process holds the file.",
  });
}
