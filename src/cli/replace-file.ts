import { randomUUID } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";

/** Writes a file of the configuration anew: a reader sees the old text or the new one, never half of it. */
export async function replaceFile(file: string, content: string): Promise<void> {
  const made = `${file}.${randomUUID()}.tmp`;
  await writeFile(made, content, { flag: "wx" });
  await rename(made, file);
}
