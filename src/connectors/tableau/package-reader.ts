import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { Transform } from "node:stream";
import type { TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { HubError } from "../../model/index.ts";

const PACKAGE_MAGIC = Buffer.from("PK\u0003\u0004", "latin1");
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly headerOffset: number;
}

/** Whether a file is a package (`.tdsx`): servers hand out a published `.hyper` as one (reference tableau.md §2). */
export async function isPackage(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    return (await readAt(handle, 0, PACKAGE_MAGIC.length)).equals(PACKAGE_MAGIC);
  } finally {
    await handle.close();
  }
}

/**
 * Copies the one extract of a package into a file, checked against the package's own length and checksum.
 * Throws HUB-5116 when there is not exactly one or it is damaged.
 */
export async function unpackExtract(packageFile: string, target: string): Promise<void> {
  const handle = await open(packageFile, "r");
  let entry: Entry;
  let start: number;
  try {
    const extracts = (await readDirectory(handle)).filter(({ name }) => name.toLowerCase().endsWith(".hyper"));
    const [first] = extracts;
    if (first === undefined || extracts.length > 1) throw unreadable(`it holds ${extracts.length} extracts`);
    entry = first;
    const header = await readAt(handle, entry.headerOffset, 30);
    if (header.length < 30) throw unreadable("it ends early");
    start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await handle.close();
  }
  if (entry.method !== STORED && entry.method !== DEFLATED) throw unreadable("it is packed in an unknown way");
  const packed = createReadStream(packageFile, { start, end: start + entry.packedBytes - 1 });
  const counted = new Checksum();
  const written = createWriteStream(target);
  try {
    await (entry.method === STORED
      ? pipeline(packed, counted, written)
      : pipeline(packed, createInflateRaw(), counted, written));
  } catch (cause) {
    throw unreadable("it cannot be unpacked", cause);
  }
  if (counted.bytes !== entry.bytes || counted.value !== entry.checksum) throw unreadable("its checksum is wrong");
}

async function readDirectory(handle: FileHandle): Promise<readonly Entry[]> {
  const { size } = await handle.stat();
  const tailStart = Math.max(0, size - DIRECTORY_END_LENGTH - LONGEST_COMMENT);
  const tail = await readAt(handle, tailStart, size - tailStart);
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(DIRECTORY_END);
  const at = tail.lastIndexOf(signature);
  if (at < 0 || tail.length - at < DIRECTORY_END_LENGTH) throw unreadable("it ends early");
  const directory = await readAt(handle, tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 12));
  const entries: Entry[] = [];
  for (let offset = 0; offset + 46 <= directory.length && directory.readUInt32LE(offset) === DIRECTORY_ENTRY;) {
    const nameLength = directory.readUInt16LE(offset + 28);
    entries.push({
      name: directory.subarray(offset + 46, offset + 46 + nameLength).toString("utf8"),
      method: directory.readUInt16LE(offset + 10),
      checksum: directory.readUInt32LE(offset + 16),
      packedBytes: directory.readUInt32LE(offset + 20),
      bytes: directory.readUInt32LE(offset + 24),
      headerOffset: directory.readUInt32LE(offset + 42),
    });
    offset += 46 + nameLength + directory.readUInt16LE(offset + 30) + directory.readUInt16LE(offset + 32);
  }
  return entries;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Passes bytes on and keeps their number and CRC-32. */
class Checksum extends Transform {
  bytes = 0;
  value = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    this.value = crc32(chunk, this.value);
    done(null, chunk);
  }
}

function unreadable(why: string, cause?: unknown): HubError {
  return new HubError("HUB-5116", `The package Tableau handed out cannot be read: ${why}.`, {
    cause,
    disposition: "stop-stream",
    place: { system: "tableau" },
    remedy: "Look at the data source in Tableau; publishing again replaces it.",
  });
}
