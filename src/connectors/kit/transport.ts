import PQueue from "p-queue";
import { HubError } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { ConnectorDependencies } from "./contract.ts";

/** How a system's failure is to be taken. */
export interface Failure {
  readonly error: HubError;
  /** What the system asked for (`Retry-After`, `retry_in_seconds`), when it did. */
  readonly retryAfterMs?: number;
  /** True when the whole credential is throttled and not just this call: everybody waits. */
  readonly pauseAll?: boolean;
}

export interface Call<T> {
  /** For logs and errors: `GET /projects/…/tasks`. */
  readonly operation: string;
  /** Calls the system will count for it; 1 unless said. */
  readonly cost?: number;
  /** May be sent again although the first answer was lost. Writes that create are not. */
  readonly idempotent: boolean;
  /** Over everything: connect, headers and body. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Makes the call; must honour the signal. */
  readonly send: (signal: AbortSignal) => Promise<T>;
  /** Brings anything thrown by `send` to a disposition. */
  readonly classify: (error: unknown) => Failure;
}

export interface TransportOptions {
  /** Names the quota: one per credential, not per connection. */
  readonly credential: string;
  readonly concurrency: number;
  /** At most this many calls start within `intervalMs`. */
  readonly intervalCap?: number;
  readonly intervalMs?: number;
  readonly tries?: number;
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly dependencies: ConnectorDependencies;
}

const DEFAULT_TRIES = 5;
const DEFAULT_BASE_DELAY_MS = 500;
const DEFAULT_MAX_DELAY_MS = 60_000;
/** Longer than this and the run is better ended (exit 75) and resumed than kept waiting. */
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * The one way every connector calls its system, whatever client library sends the bytes: paced through a queue, booked
 * in the quota ledger, bounded in time, tried again with full jitter only where the failure's disposition allows it.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #queue: PQueue;
  #calls = 0;
  #pausedUntil: Instant = 0;
  #serverOffsetMs: number | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#queue = new PQueue({
      concurrency: options.concurrency,
      ...(options.intervalCap === undefined
        ? {}
        : { intervalCap: options.intervalCap, interval: options.intervalMs ?? 60_000 }),
    });
  }

  /** API calls made, as the system counts them. */
  get calls(): number {
    return this.#calls;
  }

  /** The system's own clock as its last `Date` header told it; our clock until one was seen. */
  serverNow(): Instant {
    return this.#options.dependencies.clock.now() + (this.#serverOffsetMs ?? 0);
  }

  /** Learns the system's clock from a `Date` header. */
  observeDate(header: string | null | undefined): void {
    const instant = header === null || header === undefined ? Number.NaN : Date.parse(header);
    if (!Number.isNaN(instant)) this.#serverOffsetMs = instant - this.#options.dependencies.clock.now();
  }

  /**
   * @throws HubError of the last failure once it may not be tried again; `HUB-1203` (retry-later) when the ledger has
   * nothing left outside the reserve or the system asks for a wait longer than five minutes.
   */
  async call<T>(call: Call<T>): Promise<T> {
    return this.#queue.add(() => this.#attempt(call), { signal: call.signal });
  }

  async #attempt<T>(call: Call<T>): Promise<T> {
    const { dependencies, credential } = this.#options;
    const tries = this.#options.tries ?? DEFAULT_TRIES;
    for (let attempt = 1; ; attempt += 1) {
      await this.#waitForPause(call.signal);
      call.signal.throwIfAborted();
      if (!(await dependencies.ledger.take(credential, call.cost ?? 1))) {
        const { resetsAt } = await dependencies.ledger.state(credential);
        throw quotaExhausted(credential, resetsAt);
      }
      this.#calls += call.cost ?? 1;
      const deadline = AbortSignal.timeout(call.timeoutMs);
      try {
        return await call.send(AbortSignal.any([call.signal, deadline]));
      } catch (thrown) {
        call.signal.throwIfAborted();
        const failure = deadline.aborted ? timedOut(call, thrown) : call.classify(thrown);
        const mayRetry = failure.error.disposition === "retry-now" && (call.idempotent || failure.pauseAll === true);
        if (!mayRetry || attempt >= tries) throw failure.error;
        const delay = failure.retryAfterMs ?? this.#backOff(attempt);
        if (delay > LONGEST_WAIT_MS) throw quotaExhausted(credential, dependencies.clock.now() + delay, failure.error);
        dependencies.log("debug", `${call.operation} failed, trying again`, {
          code: failure.error.code,
          attempt,
          delayMs: delay,
        });
        if (failure.pauseAll === true) this.#pausedUntil = dependencies.clock.now() + delay;
        else await dependencies.sleep(delay, call.signal);
      }
    }
  }

  async #waitForPause(signal: AbortSignal): Promise<void> {
    const { clock, sleep } = this.#options.dependencies;
    const wait = this.#pausedUntil - clock.now();
    if (wait > 0) {
      await sleep(wait, signal);
      this.#pausedUntil = 0;
    }
  }

  /** Full jitter: a uniform draw up to the exponential bound. */
  #backOff(attempt: number): number {
    const bound = Math.min(
      this.#options.maxDelayMs ?? DEFAULT_MAX_DELAY_MS,
      (this.#options.baseDelayMs ?? DEFAULT_BASE_DELAY_MS) * 2 ** (attempt - 1),
    );
    return Math.round(this.#options.dependencies.random() * bound);
  }
}

function timedOut<T>(call: Call<T>, cause: unknown): Failure {
  return {
    error: new HubError("HUB-1201", `${call.operation} did not answer within ${call.timeoutMs / 1000} s.`, {
      cause,
      disposition: "retry-now",
      place: { request: call.operation },
      remedy: "Check that the system is reachable; the next run goes on from the last stored page.",
    }),
  };
}

function quotaExhausted(credential: string, resetsAt: Instant | null, cause?: unknown): HubError {
  const until = resetsAt === null ? "an unknown time" : new Date(resetsAt).toISOString();
  return new HubError("HUB-1203", `${credential} has no calls left outside the reserve until ${until}.`, {
    cause,
    disposition: "retry-later",
    ...(resetsAt === null ? {} : { retryAt: resetsAt }),
    remedy: "Run again then; what was read is stored. Lower `reserve` in hub.yaml to let the hub use more.",
  });
}
