import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Configuration } from "../../../src/configuration/index.ts";
import type { PublishFace, Timer } from "../../../src/connectors/kit/index.ts";
import type { TableauSettings } from "../../../src/connectors/tableau/index.ts";
import {
  Comparison,
  hyperTables,
  readHyperFile,
  startHyper,
  startParquet,
  tablePath,
  unwrapExtract,
  writeHyperFile,
} from "../../../src/extracts/index.ts";
import type { HyperEngine } from "../../../src/extracts/index.ts";
import { openStar } from "../../../src/kpis/index.ts";
import type { Star } from "../../../src/kpis/index.ts";
import { hyperSource, sourceTables } from "../../../src/sync/publish/files.ts";
import type { SourceFile } from "../../../src/sync/publish/files.ts";
import { PublishedBefore } from "../../../src/sync/publish/remembered.ts";
import { sendSource } from "../../../src/sync/publish/send.ts";
import type { PublishedSource, SendOptions } from "../../../src/sync/publish/send.ts";
import { connectTo } from "../../connectors/tableau/connection.ts";
import type { TestConnection } from "../../connectors/tableau/connection.ts";
import { startTableau } from "../../sandbox/tableau/server.ts";
import type { TableauServer } from "../../sandbox/tableau/server.ts";
import { keepWhole } from "../../support/whole-files.ts";

export const HOUR = 3_600_000;
export const AS_OF = Date.parse("2026-03-02T09:00:00Z");
const ZONE = "America/Los_Angeles";
const RULES: Configuration["publish"] = {
  connection: "tableau-cloud",
  formats: ["hyper"],
  wholeAbove: 0.3,
  onSchemaChange: "stop",
  permissions: [],
};

/** How the server behaves unless a test says otherwise. */
const CALM = { dataUpdates: true, failJobs: 0, jobNotes: false, pollsUntilDone: 0, unknownPolls: 0 };

/** The metric values of a day, by metric: what one data source of the tests holds. */
export type Metrics = ReadonlyMap<string, number>;

/** `from` metrics upwards, each with its number as its value. */
export function metrics(from: number, to: number): Map<string, number> {
  return new Map(
    Array.from({ length: to - from }, (_, i) => [`metric ${String(from + i).padStart(5, "0")}`, from + i]),
  );
}

/** A Tableau of its own, and a hub's publishing to it without the rest of the hub. */
export interface PublishWorld {
  readonly server: TableauServer;
  readonly engine: HyperEngine;
  /** Where what was published is remembered. */
  readonly folder: string;
  readonly project: readonly string[];
  readonly before: PublishedBefore;
  readonly directory: string;
  readonly connection: TestConnection;
  readonly face: PublishFace;
  /** The extract of the data-quality fact over these metrics at an as-of. */
  extract(values: Metrics, asOf?: number): Promise<SourceFile>;
  /** Publishes it. */
  publish(values: Metrics, asOf?: number, rules?: Partial<Configuration["publish"]>): Promise<PublishedSource>;
  send(source: SourceFile, more?: Partial<SendOptions>): Promise<PublishedSource>;
  /** Value by metric, as the data source holds them now. */
  there(name?: string): Promise<Metrics>;
  asOfThere(name?: string): Promise<string | null>;
  operations(): Promise<Readonly<Record<string, number>>>;
  forgetCalls(): Promise<void>;
  /** Another connection to the same Tableau. */
  connect(timer?: Timer): Promise<TestConnection>;
  /** Another project and nothing remembered: what was published so far is out of the way. */
  begin(): Promise<void>;
  close(): Promise<void>;
}

export async function startPublishWorld(
  binary: string,
  settings: Partial<TableauSettings> = {},
): Promise<PublishWorld> {
  const server = await startTableau({ hyperd: binary });
  const directory = await mkdtemp(join(tmpdir(), "hub-publishing-"));
  const engine = await startHyper({ binary });
  const comparison = await Comparison.open({ directory: join(directory, "published", "deltas") });
  const open: TestConnection[] = [];
  const connect = async (timer?: Timer): Promise<TestConnection> => {
    const made = await connectTo(server.description, settings, undefined, undefined, timer);
    open.push(made);
    return made;
  };
  const connection = await connect();
  const face = faceOf(connection);
  const signal = new AbortController().signal;
  let begun = 0;
  let options: SendOptions = {
    connection: "tableau-cloud",
    face,
    project: face.project,
    directory,
    engine,
    comparison,
    before: new PublishedBefore(directory),
    rules: RULES,
    signal,
  };
  const table = async (fact: string, name: string, key: string, value: string): Promise<Map<string, string | null>> => {
    const standing = await face.find(name, options.project, signal);
    if (standing === null) throw new Error(`${name} is not there.`);
    const file = join(directory, "looked-at.hyper");
    await face.download(standing, file, signal);
    await unwrapExtract(file);
    const reader = await readHyperFile(engine, file);
    try {
      const rows = await reader.rows("Extract", fact);
      return new Map(rows.map((row) => [row[key] ?? "", row[value] ?? null]));
    } finally {
      await reader.close();
    }
  };
  const world: PublishWorld = {
    server,
    engine,
    get folder() {
      return join(directory, `place ${begun}`, "published");
    },
    get before() {
      return options.before;
    },
    directory,
    get project() {
      return options.project;
    },
    connection,
    face,
    extract: async (values, asOf = AS_OF) => {
      const star = await starOf(values, asOf);
      try {
        const parquet = await keepWhole(startParquet(star, join(directory, "parquet")));
        const plan = hyperTables((table) => tablePath(join(directory, "parquet"), table, "parquet"));
        const publication = plan.publications.find(({ fact }) => fact === "fact_data_quality");
        if (publication === undefined) throw new Error("There is no such extract.");
        const file = join(directory, `${publication.fact}.hyper`);
        await writeHyperFile(engine, file, publication.tables, { signal });
        return hyperSource(file, publication, await sourceTables(star, parquet));
      } finally {
        star.close();
      }
    },
    publish: async (values, asOf, rules = {}) =>
      world.send(await world.extract(values, asOf), { rules: { ...RULES, ...rules } }),
    send: (source, more = {}) => sendSource(source, { ...options, ...more }),
    there: async (name = "Data quality") => {
      const rows = await table("fact_data_quality", name, "metric", "value");
      return new Map([...rows].map(([metric, value]) => [metric, Number(value)]));
    },
    asOfThere: async (name = "Data quality") =>
      (await table("dim_as_of", name, "as_of_key", "as_of")).get("current") ?? null,
    operations: async () => ((await server.control("/calls")) as { operations: Record<string, number> }).operations,
    forgetCalls: async () => void (await server.control("/calls", undefined, "DELETE")),
    connect,
    begin: async () => {
      begun += 1;
      options = {
        ...options,
        project: [`Place ${begun}`],
        before: new PublishedBefore(join(directory, `place ${begun}`)),
      };
      await server.control("/settings", CALM);
      await world.forgetCalls();
    },
    close: async () => {
      comparison.close();
      for (const each of open) await each.connection.close();
      await engine.stop();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return world;
}

export function faceOf({ connection }: TestConnection): PublishFace {
  const { publish } = connection;
  if (publish === undefined) throw new Error("no publish face");
  return publish;
}

async function starOf(values: Metrics, asOf: number): Promise<Star> {
  const star = await openStar({ zone: ZONE });
  star.append("dim_as_of", {
    as_of_key: "current",
    as_of: asOf,
    zone: ZONE,
    corporate_currency: "USD",
    run: null,
    is_complete: 1,
    oldest_reading_hours: 0,
  });
  star.append("dim_system", { system_key: "hub", system: "hub" });
  for (const [metric, value] of values) {
    const row = {
      date_key: 20_260_302,
      system_key: "hub",
      entity: "all",
      metric,
      value,
      unit: "count",
      allowed: null,
      threshold: null,
      is_ok: 1,
    };
    star.append("fact_data_quality", row);
  }
  star.flush();
  return star;
}
