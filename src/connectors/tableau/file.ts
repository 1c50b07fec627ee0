import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { HubError } from "../../model/index.ts";

const TYPES = new Set(["hyper", "parquet", "tdsx"]);

/** Type and size of a file to send. Throws HUB-5114 when Tableau takes none of its kind, or it is not there or empty. */
export async function describeFile(file: string): Promise<{ readonly type: string; readonly bytes: number }> {
  const type = extname(file).slice(1).toLowerCase();
  if (!TYPES.has(type)) throw unusable(file, "Tableau takes no file of this kind as a data source.");
  let bytes: number;
  try {
    bytes = (await stat(file)).size;
  } catch (cause) {
    throw unusable(file, "The file to publish is not there.", cause);
  }
  if (bytes === 0) throw unusable(file, "The file to publish is empty.");
  return { type, bytes };
}

function unusable(file: string, message: string, cause?: unknown): HubError {
  return new HubError("HUB-5114", message, {
    cause,
    disposition: "stop-stream",
    place: { system: "tableau", file },
    remedy: "Build the extracts again (`hub publish`).",
  });
}
