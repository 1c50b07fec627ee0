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

/** What came of looking at what the system holds now. */
export interface Look {
  /** False where nothing here can count it, or the system's user may publish it and not fetch it back. */
  readonly isCounted: boolean;
  /** Between it and what was measured; null when there is none, or none that was seen. */
  readonly difference: string | null;
}

const NOT_COUNTED: Look = { isCounted: false, difference: null };
/** Reading is a right of its own: whoever has not been given it has been told that the job is done, and by nobody that it is not. */
const NOT_ALLOWED = "HUB-5103";

/** Compares what was measured with what the system holds now. What is there and cannot be read, though it may be, is not what was sent. */
export async function lookThere(
  source: SourceFile,
  standing: Pick<StandingSource, "id">,
  { face, directory, engine, signal }: Counting,
): Promise<Look> {
  if (source.format !== "hyper" || engine === null) return NOT_COUNTED;
  const file = join(directory, `download-${standing.id}${extname(source.file)}`);
  try {
    const difference = await fetchExtract(face, standing, file, signal, () => differenceIn(source, file, engine));
    return { isCounted: true, difference };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HubError)) throw error;
    if (error.code === NOT_ALLOWED) return NOT_COUNTED;
    return { isCounted: true, difference: `what is there cannot be counted (${error.code} ${error.message})` };
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
