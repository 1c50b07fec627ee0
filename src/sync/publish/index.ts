import { startHyper } from "../../extracts/index.ts";
import type { HyperEngine } from "../../extracts/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type { Problem } from "../../model/index.ts";
import type { Star } from "../../kpis/index.ts";
import type { RunContext } from "../context.ts";
import { writeFiles } from "./files.ts";
import type { FileOptions, WrittenFiles } from "./files.ts";
import { sendAll } from "./send-all.ts";
import type { Sent } from "./send-all.ts";
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
  /** Why what was read and mapped for this run is not all there is; null or left out when it is. */
  readonly incomplete?: string | null;
}

const NO_ENGINE =
  "The Hyper engine is not on this machine, so no .hyper files were written; `hub hyper install` fetches it.";
const ENGINE_DOWN = "The Hyper engine did not start, so no .hyper files were written.";

/** Of one step: the engine runs. */
type StepOptions = FileOptions & Pick<PublishOptions, "workbook" | "incomplete">;

/** Writes the extracts and brings one data source per fact to what they hold, by what changed where that is less. */
export async function publishStep(context: RunContext, star: Star, options: PublishOptions): Promise<PublishReport> {
  const { hyperd, ...rest } = options;
  const { signal, progress } = context;
  if (!options.formats.includes("hyper")) return publish(context, star, { ...rest, engine: null }, [], []);
  if (hyperd === null) return publish(context, star, { ...rest, engine: null }, [], [NO_ENGINE]);
  let engine: HyperEngine;
  try {
    engine = await startHyper({ binary: hyperd, signal });
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
  let sent: Sent = { published: [], workbook: null, problems: [], notes: [] };
  if (target === null) notes.push("No `publish.connection` is configured, so nothing was sent.");
  else if (files.sources.length === 0) {
    notes.push("Nothing was sent: data sources are published from hyper or parquet, and neither was asked for.");
  } else sent = await sendAll(context, star, target, files, options);
  const { published } = sent;
  notes.push(...sent.notes);
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
