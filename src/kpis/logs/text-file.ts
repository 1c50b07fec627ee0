import { mkdir, open, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { HubError } from "../../model/index.ts";

const BUFFERED = 1 << 20;

/** A text file that is written beside its place and put there when it is complete. */
export class TextFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #parts: string[] = [];
  #size = 0;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  static async open(path: string): Promise<TextFile> {
    await mkdir(dirname(path), { recursive: true });
    return new TextFile(path, await open(partOf(path), "w"));
  }

  async write(text: string): Promise<void> {
    this.#parts.push(text);
    this.#size += text.length;
    if (this.#size >= BUFFERED) await this.#flush();
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#handle.close();
    await rename(partOf(this.#path), this.#path);
  }

  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(partOf(this.#path), { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#parts.join("");
    this.#parts = [];
    this.#size = 0;
    await this.#handle.writeFile(text);
  }
}

/** The name a file has until it is complete. */
export function partOf(path: string): string {
  return `${path}.part`;
}

/** @throws HubError HUB-2412 when the file cannot be written */
export async function writeTextFile(path: string, write: (file: TextFile) => Promise<void>): Promise<void> {
  try {
    const file = await TextFile.open(path);
    try {
      await write(file);
      await file.finish();
    } catch (error) {
      await file.discard();
      throw error;
    }
  } catch (cause) {
    throw cannotExport(path, cause);
  }
}

export function cannotExport(path: string, cause: unknown): HubError {
  if (cause instanceof HubError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HubError("HUB-2412", `The file cannot be written: ${why}`, {
    cause,
    place: { file: path },
    remedy: "Check that the folder is writable and has room.",
  });
}
