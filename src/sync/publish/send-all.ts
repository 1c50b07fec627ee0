import type { Connection, PublishFace, SourceWarning } from "../../connectors/kit/index.ts";
import { Comparison } from "../../extracts/index.ts";
import type { Star, StarTableName } from "../../kpis/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type { Disposition, Problem } from "../../model/index.ts";
import { closeConnection } from "../closing.ts";
import type { RunContext } from "../context.ts";
import { credentialsOf } from "../sources.ts";
import type { FileOptions, WrittenFiles } from "./files.ts";
import { givePermissions } from "./permissions.ts";
import { PublishedBefore } from "./remembered.ts";
import { sendSource } from "./send.ts";
import type { PublishedSource } from "./send.ts";
import { gateSentence, warnOfAll } from "./warnings.ts";
import { sendWorkbook } from "./workbook.ts";
import type { PublishedWorkbook } from "./workbook.ts";

export interface SendAllOptions extends Pick<FileOptions, "directory" | "engine"> {
  readonly workbook?: boolean;
  readonly incomplete?: string | null;
}

/** What became of the data sources and the workbook. */
export interface Sent {
  readonly published: readonly PublishedSource[];
  readonly workbook: PublishedWorkbook | null;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

const NO_WORKBOOK =
  "The workbook was not published: it needs every data source with its dimensions, published as .hyper.";

/** What one data source meets; anything else would meet the next one just the same. */
const ONE_SOURCE_ONLY: ReadonlySet<Disposition> = new Set(["stop-stream", "skip-record", "operator"]);

/** Signs in and sends one data source after the other; what one of them meets does not keep the others from being sent. */
export async function sendAll(
  context: RunContext,
  star: Star,
  target: string,
  files: WrittenFiles,
  options: SendAllOptions,
): Promise<Sent> {
  const { signal, progress } = context;
  const published: PublishedSource[] = [];
  const problems: Problem[] = [];
  const notes: string[] = [];
  const failed = new Map<StarTableName, string>();
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
    let reachable = true;
    for (const [index, source] of files.sources.entries()) {
      signal.throwIfAborted();
      progress({ kind: "count", step: "publish", done: index, of: files.sources.length, unit: "data sources" });
      try {
        published.push(await sendSource(source, to));
        await givePermissions(source, rules.permissions, to);
      } catch (error) {
        const { code, disposition } = problem(error, source.name);
        if (published.at(-1)?.fact !== source.fact) failed.set(source.fact, code);
        reachable = ONE_SOURCE_ONLY.has(disposition);
        if (!reachable) break;
      }
    }
    if (reachable) notes.push(...(await warnOfAll(files.sources, await warningsOf(star, options, failed), to)));
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
    .filter(({ fact }) => !done.has(fact) && failed.get(fact) !== "HUB-5030")
    .map(({ name }) => name);
  if (missing.length > 0) notes.push(`Not published: ${missing.join(", ")}. The data sources there are as they were.`);
  return { published, workbook, problems, notes };
}

/** What each data source has to warn of: figures that are old, or that are not to be relied on. */
async function warningsOf(
  star: Star,
  { incomplete = null }: Pick<SendAllOptions, "incomplete">,
  failed: ReadonlyMap<StarTableName, string>,
): Promise<(fact: StarTableName) => SourceWarning | null> {
  const gate = (await gateSentence(star)) ?? incomplete;
  return (fact) => {
    const code = failed.get(fact);
    if (code !== undefined) {
      return { type: "STALE", message: `older than the last run, which could not publish it (${code})` };
    }
    return gate === null ? null : { type: "WARNING", message: gate };
  };
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
