import { extname, join } from "node:path";
import type { PublishFace, StandingSource } from "../../connectors/kit/index.ts";
import { extractDifference, readHyperFile } from "../../extracts/index.ts";
import type { HyperEngine } from "../../extracts/index.ts";
import { HubError } from "../../model/index.ts";
import { fetchExtract } from "./fetch-extract.ts";
import type { SourceFile } from "./files.ts";

/**
 * Before anything is sent: the file as it lies on the disk, opened anew, holds the rows and sums that the star has.
 * @throws HubError HUB-5014 when it does not, say because it was taken before the engine had let go of it
 */
export async function checkBeforeSending(source: SourceFile, engine: HyperEngine | null): Promise<void> {
  if (source.format !== "hyper" || engine === null) return;
  const difference = await differenceIn(source, source.file, engine);
  if (difference === null) return;
  throw new HubError("HUB-5014", `The extract of ${source.name} is not what was measured: ${difference}`, {
    disposition: "stop-stream",
    place: { record: source.name, file: source.file },
    remedy: "Nothing was sent and what was published before is still there. Run hub publish again.",
  });
}

/** What differs between what was measured and what the system holds now; null when nothing does or nothing can count it. */
export async function differenceThere(
  source: SourceFile,
  standing: Pick<StandingSource, "id">,
  { face, directory, engine, signal }: Counting,
): Promise<string | null> {
  if (source.format !== "hyper" || engine === null) return null;
  const file = join(directory, `download-${standing.id}${extname(source.file)}`);
  try {
    return await fetchExtract(face, standing, file, signal, () => differenceIn(source, file, engine));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HubError)) throw error;
    return `what is there cannot be counted (${error.code} ${error.message})`;
  }
}

export interface Counting {
  readonly face: PublishFace;
  readonly directory: string;
  /** A running Hyper engine that counts what was fetched back; null when there is none. */
  readonly engine: HyperEngine | null;
  readonly signal: AbortSignal;
}

async function differenceIn(source: SourceFile, file: string, engine: HyperEngine): Promise<string | null> {
  const reader = await readHyperFile(engine, file);
  try {
    return await extractDifference(reader, new Map(source.tables.map(({ name, totals }) => [name, totals])));
  } finally {
    await reader.close();
  }
}
