import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { constants, createDeflateRaw } from "node:zlib";
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

/** One file of a package: its content, or the file that has it. */
export type ZipEntry = { readonly name: string } & ({ readonly text: string } | { readonly file: string });

const VERSION_NEEDED = 20;
const UTF8_NAMES = 0x0800;
/** 1 January 1980, the format's first day: the same content makes the same package. */
const FIRST_DAY = 0x0021;
/** Lengths and places are told in 32 bits. */
export const LARGEST_ZIP_BYTES = 0xffff_ffff;

/** Writes a ZIP file, entry after entry, without holding one in memory. Extracts are packed for speed: they are dense. */
export async function writeZip(file: string, entries: readonly ZipEntry[]): Promise<void> {
  const handle = await open(file, "w");
  try {
    const directory: Buffer[] = [];
    let offset = 0;
    for (const entry of entries) {
      const name = Buffer.from(entry.name, "utf8");
      const packed = await pack(handle, entry, offset + LOCAL_HEADER_LENGTH + name.length);
      const shared = sharedFields(name, packed);
      await handle.write(Buffer.concat([mark(LOCAL_HEADER), shared, name]), 0, undefined, offset);
      directory.push(directoryEntry(name, shared, offset));
      offset += LOCAL_HEADER_LENGTH + name.length + packed.packedBytes;
    }
    const list = Buffer.concat(directory);
    await handle.write(Buffer.concat([list, directoryEnd(entries.length, list.length, offset)]), 0, undefined, offset);
  } finally {
    await handle.close();
  }
}

interface Packed {
  readonly checksum: number;
  readonly bytes: number;
  readonly packedBytes: number;
}

async function pack(handle: FileHandle, entry: ZipEntry, start: number): Promise<Packed> {
  const content: Readable =
    "text" in entry ? Readable.from([Buffer.from(entry.text, "utf8")]) : createReadStream(entry.file);
  const counted = new Checksum();
  const deflated = createDeflateRaw({ level: constants.Z_BEST_SPEED });
  content.on("error", (error) => counted.destroy(error));
  counted.on("error", (error) => deflated.destroy(error));
  content.pipe(counted).pipe(deflated);
  let packedBytes = 0;
  for await (const chunk of deflated as AsyncIterable<Buffer>) {
    await handle.write(chunk, 0, undefined, start + packedBytes);
    packedBytes += chunk.length;
  }
  return { checksum: counted.value, bytes: counted.bytes, packedBytes };
}

function mark(signature: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(signature);
  return bytes;
}

/** The 26 bytes that a local header and a directory entry share: version needed to length of the extra field. */
function sharedFields(name: Buffer, { checksum, bytes, packedBytes }: Packed): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION_NEEDED, 0);
  fields.writeUInt16LE(UTF8_NAMES, 2);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt16LE(FIRST_DAY, 8);
  fields.writeUInt32LE(checksum, 10);
  fields.writeUInt32LE(packedBytes, 14);
  fields.writeUInt32LE(bytes, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function directoryEntry(name: Buffer, shared: Buffer, offset: number): Buffer {
  const entry = Buffer.alloc(DIRECTORY_ENTRY_LENGTH);
  entry.writeUInt32LE(DIRECTORY_ENTRY, 0);
  entry.writeUInt16LE(VERSION_NEEDED, 4);
  shared.copy(entry, 6);
  entry.writeUInt32LE(offset, 42);
  return Buffer.concat([entry, name]);
}

function directoryEnd(entries: number, length: number, offset: number): Buffer {
  const end = Buffer.alloc(DIRECTORY_END_LENGTH);
  end.writeUInt32LE(DIRECTORY_END, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(length, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
