import { HubError } from "../../model/index.ts";
import { uploadAnswer } from "./answers.ts";
import { TRANSFER_TIMEOUT_MS } from "./client.ts";
import type { TableauClient } from "./client.ts";
import { multipartBody } from "./multipart.ts";

const MEGABYTE = 1024 * 1024;

export interface UploadedFile {
  /** As a query parameter that says which upload a call is about. */
  readonly asQuery: string;
  readonly chunks: number;
}

/**
 * Sends a file in chunks, strictly in order. There is no chunk index, so a chunk whose answer was lost must not be sent
 * again: the failure is passed on and the caller begins anew (reference tableau.md §3.3).
 */
export async function uploadInChunks(
  client: TableauClient,
  file: string,
  bytes: number,
  chunkBytes: number,
  newBoundary: () => string,
  signal: AbortSignal,
): Promise<UploadedFile> {
  const { uploadSessionId } = await client.request(
    { method: "POST", path: "/fileUploads", schema: uploadAnswer, operation: "POST /fileUploads", idempotent: true },
    signal,
  );
  let chunks = 0;
  for (let start = 0; start < bytes; start += chunkBytes) {
    const end = Math.min(bytes, start + chunkBytes);
    const part = { name: "tableau_file", fileName: "chunk", range: { file, start, end } } as const;
    const { fileSize } = await client.request(
      {
        method: "PUT",
        path: `/fileUploads/${inAddress(uploadSessionId)}`,
        schema: uploadAnswer,
        operation: "PUT /fileUploads/…",
        body: multipartBody("", part, newBoundary()),
        timeoutMs: TRANSFER_TIMEOUT_MS,
      },
      signal,
    );
    chunks += 1;
    refuseOtherSize(fileSize, end);
  }
  return { asQuery: `uploadSessionId=${inAddress(uploadSessionId)}`, chunks };
}

/** Colons of upload ids travel raw, in the path and in the query (reference tableau.md §1.1). */
function inAddress(uploadSessionId: string): string {
  return encodeURIComponent(uploadSessionId).replaceAll("%3A", ":");
}

/** The server counts in megabytes and rounds as it likes; more than one apart, and a chunk is missing or there twice. */
function refuseOtherSize(reported: string | undefined, expected: number): void {
  if (reported === undefined || Math.abs(Number(reported) - expected / MEGABYTE) <= 1) return;
  throw new HubError("HUB-5106", "Tableau has counted another size of the upload than was sent.", {
    place: { system: "tableau", request: "PUT /fileUploads/…" },
    remedy: "Run again.",
  });
}
