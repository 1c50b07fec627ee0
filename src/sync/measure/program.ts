import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

const SOURCE = join(import.meta.dirname, "..", "..");
/** The rooms that the rows of cases come through between the store's tables and the star. */
const ROOMS = ["model", "store", "sync", "kpis"];

/**
 * A text that differs when the program does that makes cases of what is stored. Taken from the code itself, so that nobody has
 * to remember to raise a number.
 */
export async function programVersion(): Promise<string> {
  const hash = createHash("sha256");
  for (const room of ROOMS) {
    const entries = await readdir(join(SOURCE, room), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) hash.update(relative(SOURCE, file)).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}
