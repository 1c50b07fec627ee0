import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LARGEST_PART, ONE_MEGABYTE, pathOf } from "../call.ts";
import type { Call, Reply, SiteCall } from "../call.ts";
import { hexDigits } from "../state.ts";
import type { Upload } from "../state.ts";
import { element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, notFound, publishFailed } from "../wire/errors.ts";
import { readMultipart } from "../wire/multipart.ts";
import type { Part } from "../wire/multipart.ts";

/** Room for the payload part and the boundaries around a file of the largest allowed size. */
const ENVELOPE = ONE_MEGABYTE;

/** Reads a multipart request; one whose file part is over 64 MB is refused (400011). */
export async function partsOf(call: Call): Promise<readonly Part[]> {
  const tooLarge = publishFailed("A request may carry at most 64 MB of a file; use a file upload for more.");
  if (Number(call.request.headers.get("content-length") ?? 0) > LARGEST_PART + ENVELOPE) throw tooLarge;
  const body = Buffer.from(await call.request.arrayBuffer());
  const parts = readMultipart(call.request.headers.get("content-type") ?? "", body);
  if (parts.some((part) => part.bytes.length > LARGEST_PART)) throw tooLarge;
  return parts;
}

function uploadElement(upload: Upload): Element {
  return element("fileUpload", {
    uploadSessionId: upload.id,
    fileSize: String(Math.floor(upload.bytes / ONE_MEGABYTE)),
  });
}

/** `POST /fileUploads`: 201 with the id the chunks go to. */
export async function createUpload(call: SiteCall): Promise<Reply> {
  return { status: 201, elements: [uploadElement(await registerUpload(call, Buffer.alloc(0)))] };
}

/** An upload that a publish can name, with what it begins with. */
export async function registerUpload(call: SiteCall, bytes: Buffer): Promise<Upload> {
  const serial = Math.floor(call.state.environment.random() * 9000) + 1000;
  const id = `${serial}:${hexDigits(call.state, 32)}-1:0`;
  const upload: Upload = { id, file: uploadFile(call, id), bytes: bytes.length };
  await writeFile(upload.file, bytes);
  call.site.uploads.set(id, upload);
  return upload;
}

/** `PUT /fileUploads/{id}`: appends one chunk; there is no chunk index, so a repeated one is there twice. */
export async function appendToUpload(call: SiteCall): Promise<Reply> {
  const upload = uploadOf(call, pathOf(call, "upload"));
  const chunk = (await partsOf(call)).find((part) => part.name === "tableau_file");
  if (chunk === undefined) throw badRequest("The part tableau_file is missing.");
  await appendFile(upload.file, chunk.bytes);
  upload.bytes += chunk.bytes.length;
  return { status: 200, elements: [uploadElement(upload)] };
}

export function uploadOf(call: SiteCall, id: string): Upload {
  const upload = call.site.uploads.get(id);
  if (upload === undefined) throw notFound("404007", `File upload '${id}'`);
  return upload;
}

/** Takes an upload out of the list: an id serves one commit. Its file now belongs to the caller. */
export function consumeUpload(call: SiteCall, id: string): Upload {
  const upload = uploadOf(call, id);
  call.site.uploads.delete(id);
  return upload;
}

/** Keeps the bytes of a single request as an upload that is already consumed. */
export async function keepBytes(call: SiteCall, bytes: Buffer): Promise<Upload> {
  const id = hexDigits(call.state, 32);
  const upload: Upload = { id, file: uploadFile(call, id), bytes: bytes.length };
  await writeFile(upload.file, bytes);
  return upload;
}

export async function discardUpload(upload: Upload): Promise<void> {
  await rm(upload.file, { force: true });
}

function uploadFile(call: SiteCall, id: string): string {
  return join(call.state.environment.directory, `upload-${id.replaceAll(":", "_")}`);
}
