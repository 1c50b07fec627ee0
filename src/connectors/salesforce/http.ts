import { Duplex } from "node:stream";
import { StreamPromise } from "jsforce/lib/util/promise.js";
import { Transport as JsforceTransport } from "jsforce/lib/transport.js";
import { HubError } from "../../model/index.ts";

type Request = Parameters<JsforceTransport["httpRequest"]>[0];
type Options = NonNullable<Parameters<JsforceTransport["httpRequest"]>[1]>;
type Response = Awaited<ReturnType<JsforceTransport["httpRequest"]>>;

/** What a caller hands through jsforce to the transport, and learns from it: jsforce's errors do not carry the status. */
export interface Exchange {
  readonly signal: AbortSignal;
  status?: number;
  retryAfterMs?: number;
}

/** Called with each answer, whoever asked. */
export type ObserveAnswer = (headers: Headers) => void;

/** For sign-in, which jsforce calls without any options. */
const FALLBACK_TIMEOUT_MS = 60_000;

/**
 * Replaces jsforce's own transport, whose process dies when a connection is cut in the middle of a body and which
 * retries without bound or jitter (reference salesforce.md §2.3 trap 1, §2.2). The whole body is read through the
 * global `fetch`; nothing is retried here.
 */
export class WholeBodyTransport extends JsforceTransport {
  readonly #observe: ObserveAnswer;

  constructor(observe: ObserveAnswer) {
    super();
    this.#observe = observe;
  }

  override httpRequest(
    request: Request,
    options: Options & { readonly exchange?: Exchange } = {},
  ): StreamPromise<Response> {
    return StreamPromise.create(() => ({
      stream: new Duplex({
        read() {
          this.push(null);
        },
        write(_chunk, _encoding, done) {
          done();
        },
      }),
      promise: this.#send(request, options.exchange),
    }));
  }

  async #send(request: Request, exchange: Exchange | undefined): Promise<Response> {
    const { body } = request;
    if (body !== undefined && body !== null && typeof body !== "string") {
      throw new HubError("HUB-1318", "Only text bodies are sent to Salesforce.");
    }
    const headers = new Headers(request.headers);
    headers.delete("content-length");
    headers.set("user-agent", "process-hub");
    const answer = await fetch(request.url, {
      method: request.method,
      headers,
      signal: exchange?.signal ?? AbortSignal.timeout(FALLBACK_TIMEOUT_MS),
      ...(typeof body === "string" ? { body } : {}),
    });
    const text = await answer.text();
    this.#observe(answer.headers);
    if (exchange !== undefined) {
      exchange.status = answer.status;
      const retryAfter = Number(answer.headers.get("retry-after") ?? Number.NaN);
      if (Number.isFinite(retryAfter)) exchange.retryAfterMs = retryAfter * 1000;
    }
    return { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body: text };
  }
}
