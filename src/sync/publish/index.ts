import { startHyper } from "../../extracts/index.ts";
import type { Connection } from "../../connectors/kit/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type { Problem } from "../../model/index.ts";
import type { Star } from "../../kpis/index.ts";
import type { RunContext } from "../context.ts";
import { credentialsOf } from "../sources.ts";
import { writeFiles } from "./files.ts";
import type { FileOptions, WrittenFiles } from "./files.ts";
import { sendSource } from "./send.ts";
import type { PublishedSource } from "./send.ts";

export type { Format, SourceFile, WrittenFiles } from "./files.ts";
export type { PublishedSource } from "./send.ts";

export interface PublishReport {
  readonly files: WrittenFiles;
  readonly published: readonly PublishedSource[];
  /** What was not done that was asked for, in sentences. */
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export interface PublishOptions extends Omit<FileOptions, "engine"> {
  /** Path of the Hyper engine; null when there is none on this machine. */
  readonly hyperd: string | null;
}

/** Memory of the engine: the extracts of a company this size need a fraction; more only makes it keep pages longer. */
const ENGINE_MEMORY = "512m";

/** Writes the extracts and sends one data source per fact; each is fetched back and counted. */
export async function publishStep(context: RunContext, star: Star, options: PublishOptions): Promise<PublishReport> {
  const { hyperd, ...rest } = options;
  const { signal } = context;
  if (hyperd === null || !options.formats.includes("hyper")) return publish(context, star, { ...rest, engine: null });
  const engine = await startHyper({ binary: hyperd, memoryLimit: ENGINE_MEMORY, signal });
  try {
    return await publish(context, star, { ...rest, engine });
  } finally {
    await engine.stop();
  }
}

async function publish(context: RunContext, star: Star, options: FileOptions): Promise<PublishReport> {
  const { configuration, progress } = context;
  progress({ kind: "step", step: "publish", state: "started" });
  const notes: string[] = [];
  if (options.formats.includes("hyper") && options.engine === null) {
    notes.push(
      "The Hyper engine is not on this machine, so no .hyper files were written; `hub hyper install` fetches it.",
    );
  }
  const files = await writeFiles(context, star, options);
  const target = configuration.publish.connection;
  const sent =
    target === null ? { published: [], problems: [] } : await sendAll(context, target, files, options, notes);
  if (target === null) notes.push("No `publish.connection` is configured, so nothing was sent.");
  progress({
    kind: "step",
    step: "publish",
    state: "done",
    detail: `${files.tables.length} files, ${sent.published.length} data sources published and checked`,
  });
  return { files, ...sent, notes };
}

async function sendAll(
  context: RunContext,
  target: string,
  files: WrittenFiles,
  options: FileOptions,
  notes: string[],
): Promise<Pick<PublishReport, "published" | "problems">> {
  const { configuration, dependencies, asOf, signal, progress, store, fence } = context;
  const published: PublishedSource[] = [];
  const problems: Problem[] = [];
  let connection: Connection | undefined;
  try {
    const configured = configuration.connections.get(target);
    if (configured === undefined) throw new HubError("HUB-2021", `There is no connection "${target}".`);
    connection = await configured.connector.connect({
      name: target,
      settings: configured.settings,
      credentials: await credentialsOf(context, configured),
      dependencies,
    });
    const face = connection.publish;
    if (face === undefined) {
      throw new HubError("HUB-5031", `${target} is not a system that data sources can be published to.`, {
        disposition: "operator",
        place: { connection: target },
        remedy: "Name a Tableau connection under `publish:` in hub.yaml.",
      });
    }
    const identity = await connection.identify(signal);
    const { tenant, tenantName: name } = identity;
    const pin = { connection: target, system: configured.system, tenant, name, at: dependencies.clock.now() };
    await store.records.pinTenant(fence, pin);
    if (files.sources[0]?.format === "parquet") {
      notes.push("Facts were sent as Parquet without their dimensions, which Tableau converts itself.");
    }
    for (const [index, source] of files.sources.entries()) {
      signal.throwIfAborted();
      progress({ kind: "count", step: "publish", done: index, of: files.sources.length, unit: "data sources" });
      published.push(
        await sendSource(source, {
          connection: target,
          face,
          project: face.project,
          asOf,
          directory: options.directory,
          engine: options.engine,
          signal,
        }),
      );
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
    progress({ kind: "problem", ...toProblem(error) });
    problems.push(toProblem(error));
    const missing = files.sources.slice(published.length).map((source) => source.name);
    notes.push(`Not published: ${missing.join(", ")}. The data sources there are as they were.`);
  } finally {
    await connection?.close();
  }
  return { published, problems };
}
