import { copyFile, mkdir, rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { PublishFace, PublishReceipt } from "../../connectors/kit/index.ts";
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
 * Sends one data source and counts what the system then holds. When that is not what was sent, the last good file takes
 * its place again and the run fails.
 * @throws HubError HUB-5030 when table, file and upload disagree
 */
export async function sendSource(source: SourceFile, options: SendOptions): Promise<PublishedSource> {
  const { face, signal } = options;
  const command = (file: string) => ({
    name: source.name,
    project: options.project,
    description: `Process Hub: ${source.name}, as of ${toIso(options.asOf)}.`,
    file,
    tags: ["process-hub"],
  });
  const good = join(options.directory, "published", basename(source.file));
  const receipt = await face.publish(command(source.file), signal);
  const difference = await compareUpload(source, receipt, options);
  if (difference !== null) {
    const restored = await face.publish(command(good), signal).then(
      () => true,
      () => false,
    );
    throw new HubError("HUB-5030", `${source.name} does not hold what was sent: ${difference}.`, {
      disposition: "stop-stream",
      place: { connection: options.connection, record: source.name },
      remedy: restored
        ? "The last good extract was put back. Run hub publish again."
        : "There was no earlier extract to put back. Run hub publish again.",
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
        if (rows !== table.rows) return `${table.name} has ${rows ?? "no"} rows of ${table.rows}`;
      }
      return null;
    } finally {
      await reader.close();
    }
  } finally {
    await rm(file, { force: true });
  }
}
