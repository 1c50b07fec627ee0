import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import { HubError } from "../../model/index.ts";
import {
  Checksum,
  DEFLATED,
  DIRECTORY_END,
  DIRECTORY_END_LENGTH,
  DIRECTORY_ENTRY,
  DIRECTORY_ENTRY_LENGTH,
  LOCAL_HEADER,
  LOCAL_HEADER_LENGTH,
} from "./zip-format.ts";

const LONGEST_COMMENT = 0xffff;
const STORED = 0;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly headerOffset: number;
}

/**
 * Takes the extract out of a package (`.tdsx`) that was fetched, which servers wrap a published `.hyper` in (reference tableau.md §2),
 * and puts it in the package's place; any other file stays as it is.
 * @throws HubError HUB-5116 when the package is damaged, checked by its own lengths and checksums, or holds not exactly one extract
 */
export async function unwrapExtract(file: string): Promise<void> {
  if (!(await isPackage(file))) return;
  const unpacked = `${file}.unpacked`;
  try {
    await unpack(file, unpacked);
    await rename(unpacked, file);
  } finally {
    await rm(unpacked, { force: true });
  }
}

async function isPackage(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const start = await readAt(handle, 0, 4);
    return start.length === 4 && start.readUInt32LE() === LOCAL_HEADER;
  } finally {
    await handle.close();
  }
}

async function unpack(packageFile: string, target: string): Promise<void> {
  const handle = await open(packageFile, "r");
  let entry: Entry;
  let start: number;
  try {
    const extracts = (await readDirectory(handle)).filter(({ name }) => name.toLowerCase().endsWith(".hyper"));
    const [first] = extracts;
    if (first === undefined || extracts.length > 1) throw unreadable(`it holds ${extracts.length} extracts`);
    entry = first;
    const header = await readAt(handle, entry.headerOffset, LOCAL_HEADER_LENGTH);
    if (header.length < LOCAL_HEADER_LENGTH) throw unreadable("it ends early");
    start = entry.headerOffset + LOCAL_HEADER_LENGTH + header.readUInt16LE(26) + header.readUInt16LE(28);
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
  for (
    let offset = 0;
    offset + DIRECTORY_ENTRY_LENGTH <= directory.length && directory.readUInt32LE(offset) === DIRECTORY_ENTRY;
  ) {
    const nameLength = directory.readUInt16LE(offset + 28);
    entries.push({
      name: directory.toString("utf8", offset + DIRECTORY_ENTRY_LENGTH, offset + DIRECTORY_ENTRY_LENGTH + nameLength),
      method: directory.readUInt16LE(offset + 10),
      checksum: directory.readUInt32LE(offset + 16),
      packedBytes: directory.readUInt32LE(offset + 20),
      bytes: directory.readUInt32LE(offset + 24),
      headerOffset: directory.readUInt32LE(offset + 42),
    });
    offset +=
      DIRECTORY_ENTRY_LENGTH + nameLength + directory.readUInt16LE(offset + 30) + directory.readUInt16LE(offset + 32);
  }
  return entries;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function unreadable(why: string, cause?: unknown): HubError {
  return new HubError("HUB-5116", `The package Tableau handed out cannot be read: ${why}.`, {
    cause,
    disposition: "stop-stream",
    place: { system: "tableau" },
    remedy: "Look at the data source in Tableau; publishing again replaces it.",
  });
}
