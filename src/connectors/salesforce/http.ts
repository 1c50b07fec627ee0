import { Duplex } from "node:stream";
import { StreamPromise } from "jsforce/lib/util/promise.js";
import { Transport as JsforceTransport } from "jsforce/lib/transport.js";
import { HubError } from "../../model/index.ts";

type Request = Parameters<JsforceTransport["httpRequest"]>[0];
type Options = NonNullable<Parameters<JsforceTransport["httpRequest"]>[1]>;
type Response = Awaited<ReturnType<JsforceTransport["httpRequest"]>>;
type Body = NonNullable<globalThis.Response["body"]>;

/** What a caller hands through jsforce to the transport, and learns from it: jsforce's errors do not carry the status. */
export interface Exchange {
  readonly signal: AbortSignal;
  /** Asks for the body of a good answer as it comes; jsforce is then told of an empty one. */
  readonly streamed?: boolean;
  status?: number;
  headers?: Headers;
  retryAfterMs?: number;
  body?: Body;
  /** Of an answer that is an error, whole: jsforce understands those of a sign-in in one shape only. */
  refusal?: string;
}

/** Called with each answer, whoever asked. */
export type ObserveAnswer = (headers: Headers) => void;

/**
 * Replaces jsforce's own transport, whose process dies when a connection is cut in the middle of a body and which
 * retries without bound or jitter (reference salesforce.md §2.3 trap 1, §2.2). The whole body is read through the
 * global `fetch`; nothing is retried here.
 */
export class WholeBodyTransport extends JsforceTransport {
  readonly #observe: ObserveAnswer;
  readonly #signIn: () => Exchange;

  /** @param signIn the exchange of a sign-in, which jsforce calls without any options */
  constructor(observe: ObserveAnswer, signIn: () => Exchange) {
    super();
    this.#observe = observe;
    this.#signIn = signIn;
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
      promise: this.#send(request, options.exchange ?? this.#signIn()),
    }));
  }

  async #send(request: Request, exchange: Exchange): Promise<Response> {
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
      signal: exchange.signal,
      ...(typeof body === "string" ? { body } : {}),
    });
    this.#observe(answer.headers);
    exchange.status = answer.status;
    exchange.headers = answer.headers;
    const retryAfter = Number(answer.headers.get("retry-after") ?? Number.NaN);
    if (Number.isFinite(retryAfter)) exchange.retryAfterMs = retryAfter * 1000;
    if (exchange.streamed === true && answer.status === 200 && answer.body !== null) {
      exchange.body = answer.body;
      return { statusCode: answer.status, headers: {}, body: "" };
    }
    const text = await answer.text();
    if (answer.status >= 400) exchange.refusal = text;
    // The identity endpoints answer an expired session with 403, where everything else says 401.
    const expired = answer.status === 403 && text.startsWith("Bad_OAuth_Token");
    return { statusCode: expired ? 401 : answer.status, headers: Object.fromEntries(answer.headers), body: text };
  }
}
