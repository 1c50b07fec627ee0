import { Transform } from "node:stream";
import type { TransformCallback } from "node:stream";
import { crc32 } from "node:zlib";

/** Marks and lengths of the ZIP format (PKWARE APPNOTE 6.3.10 §4.3). */
export const LOCAL_HEADER = 0x04034b50;
export const DIRECTORY_ENTRY = 0x02014b50;
export const DIRECTORY_END = 0x06054b50;
export const LOCAL_HEADER_LENGTH = 30;
export const DIRECTORY_ENTRY_LENGTH = 46;
export const DIRECTORY_END_LENGTH = 22;
export const DEFLATED = 8;

/** Passes bytes on and keeps their number and CRC-32. */
export class Checksum extends Transform {
  bytes = 0;
  value = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    this.value = crc32(chunk, this.value);
    done(null, chunk);
  }
}
