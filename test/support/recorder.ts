import { listen } from "../../src/sandbox/kit/server.ts";
import type { SandboxClock } from "../../src/sandbox/kit/clock.ts";

/** One call that passed, its bodies as text. */
export interface RecordedCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly request: string;
  readonly status: number;
  readonly response: string;
}

export interface Recorder {
  readonly origin: string;
  readonly calls: RecordedCall[];
  stop(): Promise<void>;
}

/** A server that passes every call on to another one and keeps what was said. */
export async function record(target: string, clock: SandboxClock): Promise<Recorder> {
  const calls: RecordedCall[] = [];
  const server = await listen(
    async (request) => {
      const url = new URL(request.url);
      const text = await request.text();
      const headers = Object.fromEntries(
        [...request.headers].filter(([name]) => !/^(?:host|connection|content-length|transfer-encoding)$/u.test(name)),
      );
      const init = request.method === "GET" ? {} : { body: text };
      const answer = await fetch(`${target}${url.pathname}${url.search}`, { method: request.method, headers, ...init });
      const response = await answer.text();
      const { method } = request;
      calls.push({ method, path: `${url.pathname}${url.search}`, request: text, status: answer.status, response });
      const kept = Object.fromEntries(
        [...answer.headers].filter(
          ([name]) => !/^(?:content-length|transfer-encoding|content-encoding|connection|keep-alive)$/u.test(name),
        ),
      );
      return new Response(response, { status: answer.status, headers: kept });
    },
    0,
    clock,
  );
  return { origin: server.origin, calls, stop: () => server.close() };
}
