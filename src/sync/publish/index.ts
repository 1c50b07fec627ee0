import { Comparison, startHyper } from "../../extracts/index.ts";
import type { HyperEngine } from "../../extracts/index.ts";
import type { Connection, PublishFace } from "../../connectors/kit/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type { Disposition, Problem } from "../../model/index.ts";
import type { Star } from "../../kpis/index.ts";
import { closeConnection } from "../closing.ts";
import type { RunContext } from "../context.ts";
import { credentialsOf } from "../sources.ts";
import { writeFiles } from "./files.ts";
import type { FileOptions, WrittenFiles } from "./files.ts";
import { PublishedBefore } from "./remembered.ts";
import { sendSource } from "./send.ts";
import { sendWorkbook } from "./workbook.ts";
import type { PublishedWorkbook } from "./workbook.ts";
import type { PublishedSource } from "./send.ts";

export type { Format, SourceFile, WrittenFiles } from "./files.ts";
export { writePages } from "./pages.ts";
export type { WrittenPages } from "./pages.ts";
export type { PublishedSource, SentHow } from "./send.ts";
export type { PublishedWorkbook } from "./workbook.ts";

export interface PublishReport {
  readonly files: WrittenFiles;
  readonly published: readonly PublishedSource[];
  /** The starter workbook, where it was asked for and could be sent. */
  readonly workbook: PublishedWorkbook | null;
  /** What was not done that was asked for, in sentences. */
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export interface PublishOptions extends Omit<FileOptions, "engine"> {
  /** Path of the Hyper engine; null when there is none on this machine. */
  readonly hyperd: string | null;
  /** Publish the starter workbook, too, unless it is there already. */
  readonly workbook?: boolean;
}

type Sent = Pick<PublishReport, "published" | "workbook" | "problems">;

const NO_ENGINE =
  "The Hyper engine is not on this machine, so no .hyper files were written; `hub hyper install` fetches it.";
const NO_WORKBOOK =
  "The workbook was not published: it needs every data source with its dimensions, published as .hyper.";
const ENGINE_DOWN = "The Hyper engine did not start, so no .hyper files were written.";

/** Of one step: the engine runs. */
type StepOptions = FileOptions & Pick<PublishOptions, "workbook">;

/** What one data source meets; anything else would meet the next one just the same. */
const ONE_SOURCE_ONLY: ReadonlySet<Disposition> = new Set(["stop-stream", "skip-record", "operator"]);

/** Memory of the engine: the extracts of a company this size need a fraction; more only makes it keep pages longer. */
const ENGINE_MEMORY = "512m";

/** Writes the extracts and brings one data source per fact to what they hold, by what changed where that is less. */
export async function publishStep(context: RunContext, star: Star, options: PublishOptions): Promise<PublishReport> {
  const { hyperd, ...rest } = options;
  const { signal, progress } = context;
  if (!options.formats.includes("hyper")) return publish(context, star, { ...rest, engine: null }, [], []);
  if (hyperd === null) return publish(context, star, { ...rest, engine: null }, [], [NO_ENGINE]);
  let engine: HyperEngine;
  try {
    engine = await startHyper({ binary: hyperd, memoryLimit: ENGINE_MEMORY, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HubError)) throw error;
    // The other files need no engine.
    progress({ kind: "problem", ...toProblem(error) });
    return publish(context, star, { ...rest, engine: null }, [toProblem(error)], [ENGINE_DOWN]);
  }
  try {
    return await publish(context, star, { ...rest, engine }, [], []);
  } finally {
    await engine.stop();
  }
}

async function publish(
  context: RunContext,
  star: Star,
  options: StepOptions,
  problemsBefore: readonly Problem[],
  notesBefore: readonly string[],
): Promise<PublishReport> {
  const { configuration, progress } = context;
  progress({ kind: "step", step: "publish", state: "started" });
  const notes = [...notesBefore];
  const { asOf, signal } = context;
  const files = await writeFiles({ asOf, zone: configuration.zone, signal }, star, options);
  const target = configuration.publish.connection;
  let sent: Sent = { published: [], workbook: null, problems: [] };
  if (target === null) notes.push("No `publish.connection` is configured, so nothing was sent.");
  else if (files.sources.length === 0) {
    notes.push("Nothing was sent: data sources are published from hyper or parquet, and neither was asked for.");
  } else sent = await sendAll(context, star, target, files, options, notes);
  const { published } = sent;
  const unchanged = published.filter(({ how }) => how === "unchanged").length;
  const unchecked = published.filter(({ checked }) => checked === "nothing").length;
  progress({
    kind: "step",
    step: "publish",
    state: "done",
    detail:
      `${files.tables.length} files, ${published.length} data sources up to date`
      + (unchanged === 0 ? "" : `, ${unchanged} of them as they were`)
      + (unchecked === 0 ? "" : `, ${unchecked} of them not counted`),
  });
  return { files, published, workbook: sent.workbook, problems: [...problemsBefore, ...sent.problems], notes };
}

/** Signs in and sends one data source after the other; what one of them meets does not keep the others from being sent. */
async function sendAll(
  context: RunContext,
  star: Star,
  target: string,
  files: WrittenFiles,
  options: StepOptions,
  notes: string[],
): Promise<Sent> {
  const { signal, progress } = context;
  const published: PublishedSource[] = [];
  const problems: Problem[] = [];
  const inDoubt = new Set<string>();
  let workbook: PublishedWorkbook | null = null;
  const problem = (error: unknown, record?: string): HubError => {
    signal.throwIfAborted();
    if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
    progress({ kind: "problem", ...toProblem(error) });
    const told = toProblem(error);
    const place = { connection: target, ...(record === undefined ? {} : { record }), ...told.place };
    problems.push({ ...told, place });
    return error;
  };
  const { directory, engine } = options;
  const before = new PublishedBefore(directory);
  let connection: Connection | undefined;
  let comparison: Comparison | null = null;
  try {
    connection = await connect(context, target);
    const face = await publishFaceOf(context, target, connection);
    if (files.sources[0]?.format === "parquet") {
      notes.push(
        "Facts were sent as Parquet without their dimensions, which Tableau converts itself; none was counted.",
      );
    }
    comparison = engine === null ? null : await Comparison.open({ directory: before.workingFolder });
    const rules = context.configuration.publish;
    const to = {
      connection: target,
      face,
      project: face.project,
      directory,
      engine,
      comparison,
      before,
      rules,
      signal,
    };
    for (const [index, source] of files.sources.entries()) {
      signal.throwIfAborted();
      progress({ kind: "count", step: "publish", done: index, of: files.sources.length, unit: "data sources" });
      try {
        published.push(await sendSource(source, to));
      } catch (error) {
        const { code, disposition } = problem(error, source.name);
        if (code === "HUB-5030") inDoubt.add(source.name);
        if (!ONE_SOURCE_ONLY.has(disposition)) break;
      }
    }
    if (options.workbook === true) {
      if (published.length < files.sources.length || files.sources[0]?.format !== "hyper") notes.push(NO_WORKBOOK);
      else workbook = await sendWorkbook(context, star, published, face, options.directory);
    }
  } catch (error) {
    problem(error);
  } finally {
    comparison?.close();
    if (connection !== undefined) await closeConnection(connection, signal);
  }
  await before.prune();
  const done = new Set(published.map(({ fact }) => fact));
  const missing = files.sources
    .filter(({ fact, name }) => !done.has(fact) && !inDoubt.has(name))
    .map(({ name }) => name);
  if (missing.length > 0) notes.push(`Not published: ${missing.join(", ")}. The data sources there are as they were.`);
  return { published, workbook, problems };
}

async function connect(context: RunContext, target: string): Promise<Connection> {
  const { configuration, dependencies } = context;
  const configured = configuration.connections.get(target);
  if (configured === undefined) throw new HubError("HUB-2021", `There is no connection "${target}".`);
  return configured.connector.connect({
    name: target,
    settings: configured.settings,
    credentials: await credentialsOf(context, configured),
    dependencies,
  });
}

/** The face to publish to, once the system has said who it is and that is who it was before. */
async function publishFaceOf(context: RunContext, target: string, connection: Connection): Promise<PublishFace> {
  const { store, fence, dependencies, signal } = context;
  const face = connection.publish;
  if (face === undefined) {
    throw new HubError("HUB-5031", `${target} is not a system that data sources can be published to.`, {
      disposition: "operator",
      place: { connection: target },
      remedy: "Name a Tableau connection under `publish:` in hub.yaml.",
    });
  }
  const { tenant, tenantName: name } = await connection.identify(signal);
  const pin = { connection: target, system: connection.system, tenant, name, at: dependencies.clock.now() };
  await store.records.pinTenant(fence, pin);
  return face;
}
