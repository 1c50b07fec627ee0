import { DAY, HubError, MINUTE, SECOND } from "../../model/index.ts";
import type { Instant, Priority } from "../../model/index.ts";
import { abortable, deadlineFor } from "./abortable.ts";
import type { ConnectorDependencies } from "./dependencies.ts";
import { Pacers } from "./pacer.ts";
import type { Pacer, RateHeader, Ticket } from "./pacer.ts";
import { afterPartOfIt } from "./write-face.ts";

/** How a system's failure is to be taken. */
export interface Failure {
  readonly error: HubError;
  /** What the system asked for (`Retry-After`, `retry_in_seconds`), when it did. */
  readonly retryAfterMs?: number;
  /** True when the whole credential is throttled and not just this call: everybody waits. */
  readonly pauseAll?: boolean;
  /** True when just this call was turned away at the door (too many at once): nothing was done, nobody else waits. */
  readonly turnedAway?: boolean;
  /** True when the system said no, although the same call may succeed later: nothing was done. */
  readonly refused?: boolean;
}

export interface Call<T> {
  /** For logs and errors: `GET /projects/…/tasks`. */
  readonly operation: string;
  /** Calls the system will count for it; 1 unless said. */
  readonly cost?: number;
  /** Which of `TransportOptions.lanes` it takes; none when left out. */
  readonly lane?: string;
  /** Who it is made for; what the connection was opened for when left out. */
  readonly priority?: Priority;
  /** May be sent again although the first answer was lost. Writes that create are not. */
  readonly idempotent: boolean;
  /** True for what changes something: its failure then tells whether it may have been done. */
  readonly writes?: boolean;
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
  /** Calls under way at once; hub.yaml's `concurrency:` goes before it. */
  readonly concurrency: number;
  /** Calls under way at once by lane, where the system limits some apart (reads and writes, long and short). */
  readonly lanes?: Readonly<Record<string, number>>;
  /** The least that the system allows any credential a minute, so that an odd refusal teaches nothing worse. */
  readonly leastPerMinute?: number;
  readonly tries?: number;
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly dependencies: ConnectorDependencies;
}

const DEFAULT_TRIES = 5;
const DEFAULT_BASE_DELAY_MS = 500;
const DEFAULT_MAX_DELAY_MS = 60_000;
/** A system that refuses for coming too fast is asked again more often than one that fails. */
const THROTTLED_TRIES = 10;
/** First wait after a refusal that does not say how long; doubles with each further one of the same call. */
const THROTTLED_DELAY_MS = 5 * SECOND;
/** Longer than this and the run is better ended (exit 75) and resumed than kept waiting. */
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * The one way every connector calls its system, whatever client library sends the bytes: paced with all others of its
 * credential, booked in the quota ledger, bounded in time, tried again with full jitter only where the failure's
 * disposition allows it. An aborted call ends at once, whether its client library knows how to stop or not.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #pacer: Pacer;
  #calls = 0;
  #serverOffsetMs: number | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    const { dependencies, credential, concurrency, lanes, leastPerMinute } = options;
    this.#pacer = (dependencies.pacers ?? new Pacers(dependencies)).of(credential);
    this.#pacer.limit(
      { total: dependencies.limits?.concurrency ?? concurrency, ...(lanes === undefined ? {} : { lanes }) },
      leastPerMinute,
    );
    const rules = dependencies.limits?.rules;
    if (rules !== undefined) dependencies.ledger.configure?.(credential, rules);
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

  /** Learns what the system allows a minute from an answer's headers. */
  observeRate(header: RateHeader): void {
    const told = this.#pacer.observe(header);
    // Nobody waits for it, and without it calls are paced as before.
    told.catch((error: unknown) => {
      this.#options.dependencies.log("warn", "the calls a minute could not be noted", { reason: String(error) });
    });
  }

  /**
   * @throws HubError of the last failure once it may not be tried again; `HUB-1203` (retry-later) when the ledger has
   * nothing left outside the reserve or the system asks for a wait longer than five minutes; `HUB-1204` (retry-later)
   * when the sweeps' own budget of the day is spent; the signal's reason when it is aborted. Of a call that writes the
   * error's fate is `unknown` once any try of it may have been done.
   */
  async call<T>(call: Call<T>): Promise<T> {
    const { dependencies } = this.#options;
    const priority = call.priority ?? dependencies.priority ?? "read";
    // One try whose answer was lost leaves the write in doubt, whatever a later one is answered.
    let doubt = false;
    try {
      return await this.#tries(call, priority, () => {
        doubt = true;
      });
    } catch (error) {
      throw doubt ? afterPartOfIt(error) : error;
    }
  }

  async #tries<T>(call: Call<T>, priority: Priority, lost: () => void): Promise<T> {
    const { dependencies } = this.#options;
    let refusals = 0;
    for (let attempt = 1; ; attempt += 1) {
      const ticket = await this.#pacer.enter({
        lane: call.lane ?? "",
        cost: call.cost ?? 1,
        priority,
        signal: call.signal,
      });
      let wait: number;
      try {
        call.signal.throwIfAborted();
        await this.#book(call.cost ?? 1, priority);
        const deadline = deadlineFor(call.signal, call.timeoutMs, dependencies.timer);
        try {
          return await abortable(() => call.send(deadline.signal), deadline.signal);
        } catch (thrown) {
          call.signal.throwIfAborted();
          const failure = deadline.passed() ? timedOut(call, thrown) : call.classify(thrown);
          if (failure.pauseAll === true) refusals += 1;
          if (call.writes === true && mayHaveBeenDone(failure)) lost();
          wait = await this.#judge(call, failure, { attempt, refusals }, ticket);
        } finally {
          deadline.clear();
        }
      } finally {
        ticket.leave();
      }
      // A refusal makes everybody wait, at the pacer's door.
      if (wait > 0) await dependencies.sleep(wait, call.signal);
    }
  }

  /** Books the call. @throws HubError HUB-1203, HUB-1204 */
  async #book(cost: number, priority: Priority): Promise<void> {
    const { dependencies, credential } = this.#options;
    if (!(await dependencies.ledger.take(credential, cost, priority))) {
      const { resetsAt, sweeps } = await dependencies.ledger.state(credential);
      if (priority === "sweep" && sweeps !== undefined && sweeps.budget !== null && sweeps.used + cost > sweeps.budget)
        throw sweepsSpent(credential, sweeps.budget, resetsAt ?? dependencies.clock.now() + DAY);
      throw quotaExhausted(credential, resetsAt);
    }
    this.#calls += cost;
  }

  /** How long this call waits before its next try, milliseconds. @throws HubError when there is none. */
  async #judge<T>(
    call: Call<T>,
    failure: Failure,
    { attempt, refusals }: { readonly attempt: number; readonly refusals: number },
    ticket: Ticket,
  ): Promise<number> {
    const { dependencies, credential } = this.#options;
    const throttled = failure.pauseAll === true;
    const tries = this.#options.tries ?? (throttled || failure.turnedAway === true ? THROTTLED_TRIES : DEFAULT_TRIES);
    const mayRetry =
      failure.error.disposition === "retry-now" && (call.idempotent || throttled || failure.turnedAway === true);
    const asked = failure.retryAfterMs;
    const delay = throttled
      ? Math.max(asked ?? 0, asked === undefined || refusals > 1 ? throttleDelay(refusals) : 0)
      : (asked ?? this.#backOff(attempt));
    const tooLong = delay > LONGEST_WAIT_MS;
    if (throttled && !tooLong) await ticket.refused(delay, asked);
    if (!mayRetry || attempt >= tries) throw failure.error;
    if (tooLong) throw quotaExhausted(credential, dependencies.clock.now() + delay, failure.error);
    dependencies.log("debug", `${call.operation} failed, trying again`, {
      code: failure.error.code,
      attempt,
      delayMs: delay,
    });
    return throttled ? 0 : delay;
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

/** An answer that leaves room for another try at once is no answer to whether the first one was done. */
function mayHaveBeenDone({ error, pauseAll, turnedAway, refused }: Failure): boolean {
  const saidNo = pauseAll === true || turnedAway === true || refused === true;
  return error.fate === "unknown" || (error.disposition === "retry-now" && !saidNo);
}

/** 5, 10, 20, 40, 60, 60 … seconds. */
function throttleDelay(attempt: number): number {
  return Math.min(MINUTE, THROTTLED_DELAY_MS * 2 ** (attempt - 1));
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

function sweepsSpent(credential: string, budget: number, retryAt: Instant): HubError {
  return new HubError("HUB-1204", `${credential} has spent the ${budget} calls of the day that sweeps may make.`, {
    disposition: "retry-later",
    retryAt,
    remedy:
      "The next sweep goes on with what has waited longest; raise `sweeps: { budget: … }` of the connection if that takes too many days.",
  });
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
