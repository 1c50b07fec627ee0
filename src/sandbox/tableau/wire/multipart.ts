import { malformedBody } from "./errors.ts";

/** One part of a multipart body; `bytes` is a view on the body, not a copy. */
export interface Part {
  readonly name: string;
  readonly fileName: string;
  readonly bytes: Buffer;
}

/**
 * Splits a multipart body on its boundary bytes. As tolerant as the real server (reference §3.2): the header may lack
 * `form-data;`, names may be unquoted, the boundary may be quoted, lines may end in LF alone. Throws 400003.
 */
export function readMultipart(contentType: string, body: Buffer): readonly Part[] {
  const match = /boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))/iu.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw malformedBody("The Content-Type of a publish request has to name a boundary.");
  const delimiter = Buffer.from(`--${boundary}`, "latin1");
  const parts: Part[] = [];
  let at = findDelimiter(body, delimiter, 0);
  while (at >= 0) {
    const start = at + delimiter.length;
    if (body.subarray(start, start + 2).toString("latin1") === "--") return parts;
    const next = findDelimiter(body, delimiter, start);
    if (next < 0) throw malformedBody("The multipart body ends before its closing boundary.");
    parts.push(readPart(body.subarray(start, next)));
    at = next;
  }
  throw malformedBody("The multipart body has no closing boundary.");
}

/** A delimiter is a line of its own: file bytes may hold the same characters. */
function findDelimiter(body: Buffer, delimiter: Buffer, from: number): number {
  let at = body.indexOf(delimiter, from);
  while (at >= 0 && !isLine(body, at, at + delimiter.length)) at = body.indexOf(delimiter, at + 1);
  return at;
}

function isLine(body: Buffer, start: number, end: number): boolean {
  if (start > 0 && body[start - 1] !== 0x0a) return false;
  return /^(?:--|[ \t]*\r?\n)/u.test(body.subarray(end, end + 80).toString("latin1"));
}

function readPart(raw: Buffer): Part {
  const afterLine = raw.indexOf(0x0a) + 1;
  const content = raw.subarray(afterLine);
  const crlf = content.indexOf("\r\n\r\n");
  const lf = content.indexOf("\n\n");
  const useCrlf = crlf >= 0 && (lf < 0 || crlf < lf);
  const headerEnd = useCrlf ? crlf : lf;
  if (headerEnd < 0) throw malformedBody("A part of the multipart body has no header.");
  const header = content.subarray(0, headerEnd).toString("utf8");
  const name = parameter(header, "name");
  if (name === undefined) throw malformedBody("A part of the multipart body has no name.");
  const bytes = content.subarray(headerEnd + (useCrlf ? 4 : 2));
  return { name, fileName: parameter(header, "filename") ?? "", bytes: withoutLastLineEnd(bytes) };
}

function withoutLastLineEnd(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.length - (bytes.at(-2) === 0x0d ? 2 : 1));
}

function parameter(header: string, key: string): string | undefined {
  const disposition = /^content-disposition\s*:(.*)$/imu.exec(header)?.[1] ?? "";
  const match = new RegExp(`(?:^|[;\\s])${key}\\s*=\\s*(?:"([^"]*)"|([^;\\s]+))`, "iu").exec(disposition);
  return match?.[1] ?? match?.[2];
}
