import { Readable } from "node:stream";
import { create } from "axios";
import type { AxiosInstance } from "axios";
import { refusalFrom } from "./failures.ts";
import type { RequestBody } from "./multipart.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly token?: string;
  readonly body?: RequestBody;
  /** Beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly location: string | undefined;
}

/** Redirects are never followed by the library, which would turn a POST into a GET (reference tableau.md §1.1). */
export function createHttp(): AxiosInstance {
  return create({
    maxRedirects: 0,
    maxBodyLength: Infinity,
    maxContentLength: Infinity,
    validateStatus: () => true,
    transformResponse: (data: unknown) => data,
  });
}

/** Sends one request and reads the whole answer. Throws a Refusal for 4xx and 5xx, the library's error for the rest. */
export async function send(http: AxiosInstance, request: HttpRequest): Promise<HttpAnswer> {
  const content = request.body?.open();
  try {
    const response = await http.request<unknown>({
      method: request.method,
      url: request.url,
      headers: headersOf(request, "application/json"),
      responseType: "text",
      signal: request.signal,
      ...(content === undefined ? {} : { data: content }),
    });
    const body = typeof response.data === "string" ? response.data : "";
    if (response.status >= 400) throw refusalFrom(response.status, body, header(response.headers, "retry-after"));
    return { status: response.status, body, location: header(response.headers, "location") };
  } finally {
    // An answer may come before the body was taken; then the file would stay open.
    if (content instanceof Readable) content.destroy();
  }
}

/** Sends one request for bytes and hands the stream to `consume`. */
export async function sendForBytes(
  http: AxiosInstance,
  request: HttpRequest,
  consume: (bytes: Readable) => Promise<void>,
): Promise<void> {
  const response = await http.request<unknown>({
    method: request.method,
    url: request.url,
    headers: headersOf(request, "*/*"),
    responseType: "stream",
    signal: request.signal,
  });
  const stream = response.data;
  if (!(stream instanceof Readable)) throw new Error("No stream came back.");
  if (response.status === 200) {
    await consume(stream);
    return;
  }
  throw refusalFrom(response.status, await readText(stream), header(response.headers, "retry-after"));
}

function headersOf(request: HttpRequest, accept: string): Record<string, string> {
  return {
    accept,
    "user-agent": "process-hub",
    ...request.headers,
    ...(request.token === undefined ? {} : { "x-tableau-auth": request.token }),
    ...(request.body === undefined
      ? {}
      : { "content-type": request.body.type, "content-length": String(request.body.length) }),
  };
}

function header(headers: object, name: string): string | undefined {
  const value: unknown = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === "string" ? value : undefined;
}

const LONGEST_ERROR = 64 * 1024;

async function readText(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.length > LONGEST_ERROR) break;
  }
  return text;
}
