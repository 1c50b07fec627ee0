import { promisify } from "node:util";
import { crc32, deflateRaw, inflateRaw } from "node:zlib";
import { publishFailed } from "../wire/errors.ts";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** One file of a package. */
export interface PackageEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Bits of the ZIP format this file reads and writes. */
const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
const DEFLATED = 8;
const UTF8_NAMES = 0x0800;

/** A `.tdsx` around a published `.hyper`: a plain ZIP with the document at its root (reference §6.1). */
export async function packageOf(fileName: string, extract: Buffer): Promise<Uint8Array<ArrayBuffer>> {
  const title = fileName.replace(/\.hyper$/u, "");
  const document = Buffer.from(
    `<?xml version='1.0' encoding='utf-8' ?>\n<datasource formatted-name='federated.0' inline='true' version='18.1'>`
      + `<connection class='hyper' dbname='Data/Extracts/${fileName}' schema='Extract'/></datasource>\n`,
  );
  return writePackage([
    { name: `${title}.tds`, bytes: document },
    { name: `Data/Extracts/${fileName}`, bytes: extract },
  ]);
}

/** The files of a `.tdsx` or `.twbx`, folders left out. Throws 400011 for bytes that are no such package. */
export async function readPackage(bytes: Buffer): Promise<readonly PackageEntry[]> {
  try {
    return await entriesOf(bytes);
  } catch {
    throw publishFailed("The package could not be opened.");
  }
}

async function entriesOf(bytes: Buffer): Promise<readonly PackageEntry[]> {
  const end = bytes.lastIndexOf(Buffer.from("PK\u0005\u0006", "latin1"));
  let at = bytes.readUInt32LE(end + 16);
  const entries: PackageEntry[] = [];
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error("A directory entry is missing.");
    const packedSize = bytes.readUInt32LE(at + 20);
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + packedSize);
    if (!name.endsWith("/")) {
      entries.push({ name, bytes: bytes.readUInt16LE(at + 10) === DEFLATED ? await inflate(packed) : packed });
    }
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** A package of these files, packed. */
export async function writePackage(entries: readonly PackageEntry[]): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const packed = await deflate(bytes);
    const encoded = Buffer.from(name, "utf8");
    const common = commonFields(bytes, packed, encoded);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(LOCAL_HEADER, 0);
    common.copy(local, 4);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(DIRECTORY_ENTRY, 0);
    entry.writeUInt16LE(20, 4);
    common.copy(entry, 6);
    entry.writeUInt32LE(offset, 42);
    pieces.push(local, encoded, packed);
    directory.push(entry, encoded);
    offset += local.length + encoded.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(DIRECTORY_END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...pieces, list, end]));
}

/** The 26 bytes that a local header and a directory entry share: version to length of the extra field. */
function commonFields(bytes: Buffer, packed: Buffer, name: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(UTF8_NAMES, 2);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt32LE(crc32(bytes), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(bytes.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}
