import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { HubError } from "../model/index.ts";

/**
 * Writes a document, replacing an earlier one only when the new one is whole.
 * @returns its absolute path
 * @throws HubError HUB-5040 when it cannot be written
 */
export async function writeText(directory: string, name: string, text: string): Promise<string> {
  const folder = resolve(directory);
  const file = join(folder, name);
  const temporary = join(folder, `.${name}.${randomUUID().slice(0, 8)}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, text);
    await rename(temporary, file);
    return file;
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new HubError("HUB-5040", `${name} cannot be written to ${folder}.`, {
      cause,
      place: { file },
      remedy: "Check that the folder is writable and the disk not full.",
    });
  }
}
