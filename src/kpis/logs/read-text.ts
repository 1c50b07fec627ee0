import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { HubError } from "../../model/index.ts";

/** The first bytes of a file, unpacked when it is gzipped. @throws HubError HUB-2401 */
export async function peek(file: string, bytes: number): Promise<{ readonly head: Buffer; readonly packed: boolean }> {
  const { stream, packed } = await openBytes(file);
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of stream) {
      parts.push(asBuffer(part));
      size += parts.at(-1)?.length ?? 0;
      if (size >= bytes) break;
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return { head: Buffer.concat(parts).subarray(0, bytes), packed };
}

/** Stands where a file has bytes that mean nothing in its encoding; no text holds it otherwise. */
export const UNREADABLE = "\uFFFF";

const REPLACED = "\uFFFD";
const REPLACED_UTF8 = Buffer.from(REPLACED);

/**
 * A text file piece by piece: gzipped or not, in the encoding that is named, else UTF-8 or UTF-16 by its mark, XML as it declares
 * itself. Bytes that are none of it are `UNREADABLE`, so that what they stand in is not taken for something else.
 * @throws HubError HUB-2401, HUB-2414 for an encoding that nobody knows
 */
export async function* readText(file: string, named?: string): AsyncIterable<string> {
  const { head } = await peek(file, 200);
  const decoder = decoderOf(named ?? encodingOf(head), file);
  try {
    const { stream } = await openBytes(file);
    let before = Buffer.alloc(0);
    for await (const part of stream) {
      const bytes = Buffer.concat([before, asBuffer(part)]);
      const text = decoder.decode(asBuffer(part), { stream: true });
      yield decoder.encoding === "utf-8" && occurrences(text) > written(bytes)
        ? text.replaceAll(REPLACED, UNREADABLE)
        : text;
      before = bytes.subarray(-(REPLACED_UTF8.length - 1));
    }
    yield decoder.decode().replaceAll(REPLACED, UNREADABLE);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function decoderOf(encoding: string, file: string): TextDecoder {
  try {
    return new TextDecoder(encoding);
  } catch (cause) {
    throw new HubError("HUB-2414", `There is no encoding ${encoding}.`, {
      cause,
      disposition: "operator",
      place: { file },
      remedy: "Name one such as utf-8, windows-1252 or utf-16le.",
    });
  }
}

/** How often a decoder gave up in a text, or found that somebody before it had. */
function occurrences(text: string): number {
  let count = 0;
  for (let at = text.indexOf(REPLACED); at >= 0; at = text.indexOf(REPLACED, at + 1)) count += 1;
  return count;
}

/** How often that somebody before it had. */
function written(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(REPLACED_UTF8); at >= 0; at = bytes.indexOf(REPLACED_UTF8, at + 1)) count += 1;
  return count;
}

function encodingOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  return /^\s*<\?xml[^>]*?encoding=["']([\w.-]+)["']/u.exec(head.toString("latin1"))?.[1] ?? "utf-8";
}

async function openBytes(file: string): Promise<{ readonly stream: Readable; readonly packed: boolean }> {
  try {
    const handle = await open(file);
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    await handle.close();
    const stream = createReadStream(file);
    if (buffer[0] !== 0x1f || buffer[1] !== 0x8b) return { stream, packed: false };
    const gunzip = createGunzip();
    stream.on("error", (error) => gunzip.destroy(error));
    return { stream: stream.pipe(gunzip), packed: true };
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function asBuffer(part: unknown): Buffer {
  return Buffer.isBuffer(part) ? part : Buffer.from(String(part));
}

function unreadable(file: string, cause: unknown): HubError {
  if (cause instanceof HubError) return cause;
  return new HubError(
    "HUB-2401",
    `The file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      cause,
      disposition: "operator",
      place: { file },
      remedy: "Check the path, and that the file is whole.",
    },
  );
}
