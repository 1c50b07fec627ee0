import type { ComingFiles, TableFile } from "../../src/extracts/index.ts";

/** Keeps a set of files, or leaves nothing of it. */
export async function keepWhole(coming: ComingFiles): Promise<readonly TableFile[]> {
  try {
    return await coming.keep();
  } catch (error) {
    await coming.discard();
    throw error;
  }
}
