import { access, copyFile, mkdir, rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { PublishCommand, PublishFace, PublishReceipt } from "../../connectors/kit/index.ts";
import { readHyperFile } from "../../extracts/index.ts";
import type { HyperEngine } from "../../extracts/index.ts";
import { HubError, toIso } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { SourceFile } from "./files.ts";

export interface SendOptions {
  readonly connection: string;
  readonly face: PublishFace;
  readonly project: readonly string[];
  readonly asOf: Instant;
  /** Where downloads are checked and the last good files are kept. */
  readonly directory: string;
  /** A running Hyper engine that counts what was fetched back; null when there is none. */
  readonly engine: HyperEngine | null;
  readonly signal: AbortSignal;
}

/** One data source after it was sent, fetched back and counted. */
export interface PublishedSource {
  readonly name: string;
  readonly fact: string;
  readonly receipt: PublishReceipt;
  readonly rows: number;
  readonly verified: boolean;
}

/**
 * Sends one data source and counts what the system then holds. When that is not what was sent, or cannot be counted, the
 * last good file takes its place again and the run fails.
 * @throws HubError HUB-5030 when table, file and upload disagree; whatever the system refuses with
 */
export async function sendSource(source: SourceFile, options: SendOptions): Promise<PublishedSource> {
  const { face, signal } = options;
  const good = join(options.directory, "published", basename(source.file));
  const text = `Process Hub: ${source.name}, as of ${toIso(options.asOf)}.`;
  const receipt = await face.publish(commandFor(source, source.file, text, options), signal);
  let difference: string | null;
  let cause: unknown;
  try {
    difference = await compareUpload(source, receipt, options);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HubError)) throw error;
    difference = `what is there cannot be counted (${error.code} ${error.message})`;
    cause = error;
  }
  if (difference !== null) {
    throw new HubError("HUB-5030", `${source.name} does not hold what was sent: ${difference}`, {
      disposition: "stop-stream",
      place: { connection: options.connection, record: source.name },
      remedy: await putBack(source, good, options),
      cause,
    });
  }
  await mkdir(join(options.directory, "published"), { recursive: true });
  await copyFile(source.file, good);
  return {
    name: source.name,
    fact: source.fact,
    receipt,
    rows: source.tables.find((table) => table.name === source.fact)?.rows ?? 0,
    verified: source.format === "hyper" && options.engine !== null,
  };
}

function commandFor(
  source: SourceFile,
  file: string,
  description: string,
  { project }: Pick<SendOptions, "project">,
): PublishCommand {
  return { name: source.name, project, description, file, tags: ["process-hub"] };
}

/** Publishes the last good file of a data source again; a sentence on what became of it. */
async function putBack(source: SourceFile, good: string, options: SendOptions): Promise<string> {
  const { face, asOf, signal } = options;
  const exists = await access(good).then(
    () => true,
    () => false,
  );
  if (!exists)
    return "No earlier extract is kept here to put back, see its revisions in the system. Run hub publish again.";
  const text = `Process Hub: ${source.name}, the last good extract, put back on ${toIso(asOf)}.`;
  try {
    await face.publish(commandFor(source, good, text, options), signal);
    return "The last good extract was put back. Run hub publish again.";
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HubError)) throw error;
    return `The last good extract could not be put back either (${error.code} ${error.message}). Run hub publish again.`;
  }
}

/** What differs between the file and the upload, table by table; null when nothing does or nothing can count it. */
async function compareUpload(
  source: SourceFile,
  receipt: PublishReceipt,
  { face, directory, engine, signal }: SendOptions,
): Promise<string | null> {
  if (source.format !== "hyper" || engine === null) return null;
  const file = join(directory, `download-${receipt.id}${extname(source.file)}`);
  try {
    await face.download(receipt, file, signal);
    const reader = await readHyperFile(engine, file);
    try {
      for (const table of source.tables) {
        const rows = reader.tables.find((each) => each.name === table.name)?.rows;
        if (rows !== table.rows) return `${table.name} has ${rows ?? "no"} rows of ${table.rows}.`;
      }
      return null;
    } finally {
      await reader.close();
    }
  } finally {
    await rm(file, { force: true });
  }
}
