import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { escapeXml } from "../../model/index.ts";

/** A stretch of a file, `end` exclusive. */
export interface FileRange {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export interface FilePart {
  readonly name: "tableau_datasource" | "tableau_workbook" | "tableau_file";
  /** ASCII, with the extension that tells the type. */
  readonly fileName: string;
  readonly range: FileRange;
}

/** A request body that can be made anew for each try. */
export interface RequestBody {
  readonly type: string;
  readonly length: number;
  readonly open: () => Readable | string;
}

/**
 * A `multipart/mixed` body as official clients write it (reference tableau.md §3.2), streamed from the file with its
 * exact length known before.
 */
export function multipartBody(payload: string, file: FilePart | undefined, boundary: string): RequestBody {
  const payloadHeader = partHeader(boundary, 'name="request_payload"', "text/xml");
  const fileHeader =
    file === undefined
      ? ""
      : partHeader(boundary, `name="${file.name}"; filename="${file.fileName}"`, "application/octet-stream");
  const head = Buffer.from(`${payloadHeader}${payload}\r\n${fileHeader}`);
  const tail = Buffer.from(`${file === undefined ? "" : "\r\n"}--${boundary}--\r\n`);
  const size = file === undefined ? 0 : file.range.end - file.range.start;
  return {
    type: `multipart/mixed; boundary=${boundary}`,
    length: head.length + size + tail.length,
    open: () => Readable.from(pieces(head, file?.range, tail), { objectMode: false }),
  };
}

function partHeader(boundary: string, names: string, type: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; ${names}\r\nContent-Type: ${type}\r\n\r\n`;
}

async function* pieces(head: Buffer, range: FileRange | undefined, tail: Buffer): AsyncGenerator {
  yield head;
  if (range !== undefined && range.end > range.start) {
    yield* createReadStream(range.file, { start: range.start, end: range.end - 1, highWaterMark: 256 * 1024 });
  }
  yield tail;
}

export function jsonBody(value: unknown): RequestBody {
  const text = JSON.stringify(value);
  return { type: "application/json", length: Buffer.byteLength(text), open: () => text };
}

/** The publish payload. Apostrophes stay raw: the server's parser refuses `&apos;` (reference tableau.md §3.1). */
export function datasourcePayload(values: { name: string; description: string; projectId: string }): string {
  const description = values.description === "" ? "" : ` description="${escapeXml(values.description)}"`;
  return (
    `<tsRequest><datasource name="${escapeXml(values.name)}"${description}>`
    + `<project id="${escapeXml(values.projectId)}"/></datasource></tsRequest>`
  );
}

/** The payload of a workbook; its sheets are tabs for viewers. */
export function workbookPayload(values: { name: string; description: string; projectId: string }): string {
  return (
    `<tsRequest><workbook name="${escapeXml(values.name)}" description="${escapeXml(values.description)}" showTabs="true">`
    + `<project id="${escapeXml(values.projectId)}"/></workbook></tsRequest>`
  );
}
