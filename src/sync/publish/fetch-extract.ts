import { rm } from "node:fs/promises";
import type { PublishFace, StandingSource } from "../../connectors/kit/index.ts";
import { unwrapExtract } from "../../extracts/index.ts";

/** Fetches what a data source holds into a file for as long as somebody looks at it. */
export async function fetchExtract<Answer>(
  face: PublishFace,
  source: Pick<StandingSource, "id">,
  file: string,
  signal: AbortSignal,
  look: () => Promise<Answer>,
): Promise<Answer> {
  try {
    await face.download(source, file, signal);
    await unwrapExtract(file);
    return await look();
  } finally {
    await rm(file, { force: true });
  }
}
