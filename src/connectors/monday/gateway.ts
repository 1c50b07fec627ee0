import { ApiClient } from "@mondaydotcomorg/api";
import { z } from "zod";
import { DAY, HubError } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import { Transport } from "../kit/index.ts";
import type { ConnectorDependencies, Failure } from "../kit/index.ts";
import { complexityOf, faultOfThrown, faultsOf, headersOfThrown, isPermission, judge } from "./failures.ts";
import type { Fault } from "./failures.ts";
import { PageSizes } from "./page-sizes.ts";
import { allowedAtOnce, minuteRate, scarcestWait } from "./rate-limits.ts";

/** Pinned, never "current": a new version may change what a field means (reference monday.md §2). */
export const API_VERSION = "2026-10";

const TIMEOUT_MS = 60_000;
/** As many partitions as a stream reads side by side; every plan allows more. */
const CONCURRENCY = 8;

const answerSchema = z.object({
  status: z.number(),
  headers: z.instanceof(Headers),
  data: z.unknown().optional(),
  errors: z.unknown().optional(),
  extensions: z.object({ request_id: z.string().optional() }).optional().catch(undefined),
});

export interface Question<T> {
  /** For logs and errors. */
  readonly operation: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly answer: z.ZodType<T>;
  readonly signal: AbortSignal;
  /** Set on mutations. */
  readonly idempotencyKey?: string;
  /** False for what creates. */
  readonly idempotent?: boolean;
  /** Names a listing whose pages may be shorter than its variable `limit` says: that of a cursor. */
  readonly listing?: string;
  /** Paths (`boards.0.activity_logs`) that may come null because the user has no access; the caller tells of it. */
  readonly mayBeHidden?: RegExp;
}

export interface GatewayOptions {
  readonly endpoint: string;
  readonly token: string;
  /** Names the quota of this credential. */
  readonly credential: string;
  readonly dependencies: ConnectorDependencies;
}

/** The one place that speaks to monday.com: official client, pinned version, dispositions, pacing. */
export class MondayGateway {
  readonly #options: GatewayOptions;
  readonly #transport: Transport;
  readonly #pageSizes = new PageSizes();
  #waitUntil: Instant = 0;
  /** Calls under way, and those that wait for one to end. */
  #underWay = 0;
  #atOnce = CONCURRENCY;
  readonly #waiting: (() => void)[] = [];

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#transport = new Transport({
      credential: options.credential,
      concurrency: CONCURRENCY,
      dependencies: options.dependencies,
    });
  }

  get calls(): number {
    return this.#transport.calls;
  }

  /** monday.com's own clock, as far as its answers told it. */
  now(): Instant {
    return this.#transport.serverNow();
  }

  /** Books the account's daily allowance; what was used of it is the ledger's own count. */
  async bookDailyLimit(limit: number): Promise<void> {
    const { ledger, clock } = this.#options.dependencies;
    const { used } = await ledger.state(this.#options.credential);
    const untilReset = DAY - (this.now() % DAY);
    ledger.observe(this.#options.credential, { used, limit, resetsAt: clock.now() + untilReset });
  }

  /**
   * Asks one question. Any error in the answer fails it, also beside data: a part that could not be read is no answer.
   * Every answer has to be of the pinned version; only one that failed may leave the version out.
   * @throws HubError HUB-1501 … HUB-1509, HUB-1512, HUB-1201 to HUB-1203
   */
  async ask<T>(question: Question<T>): Promise<{ readonly data: T; readonly requestId: string | null }> {
    await this.#throttle(question.signal);
    const { operation } = question;
    let refusals = 0;
    const answer = await this.#transport.call({
      operation,
      idempotent: question.idempotent ?? true,
      writes: question.idempotencyKey !== undefined,
      timeoutMs: TIMEOUT_MS,
      signal: question.signal,
      send: (signal) => this.#inTurn(signal, () => this.#send(question, signal)),
      classify: (thrown) => {
        const failure = this.#classify(thrown, operation, question.idempotencyKey !== undefined);
        const fault = faultBehind(thrown);
        const complexity = fault === null ? null : complexityOf(fault);
        if (complexity === null) return failure;
        refusals += 1;
        return this.#lightened(question, complexity, refusals) ?? failure;
      },
    });
    const parsed = question.answer.safeParse(answer.data);
    if (!parsed.success) throw unexpectedAnswer(operation, parsed.error, question.idempotencyKey !== undefined);
    return { data: parsed.data, requestId: answer.requestId };
  }

  async #send<T>(question: Question<T>, signal: AbortSignal): Promise<{ data: unknown; requestId: string | null }> {
    const { token, endpoint } = this.#options;
    const { idempotencyKey } = question;
    // A client per call: neither the abort signal nor a header can be given with a request (reference monday.md §5).
    const client = new ApiClient({
      token,
      endpoint,
      apiVersion: API_VERSION,
      requestConfig: {
        errorPolicy: "all",
        signal,
        headers: idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey },
      },
    });
    const { listing, query } = question;
    const limit = Number(question.variables["limit"]);
    const variables =
      listing === undefined ? question.variables : { ...question.variables, limit: this.#pageSizes.of(listing, limit) };
    const answer = answerSchema.parse(await client.rawRequest(query, variables));
    this.#observe(answer.headers);
    const faults = faultsOf({ errors: answer.errors }, answer.status, answer.headers);
    const wrote = idempotencyKey !== undefined;
    checkVersion(answer.headers.get("api-version"), question.operation, { failed: faults.length > 0, wrote });
    const { mayBeHidden } = question;
    const fault = faults.find((one) => mayBeHidden === undefined || !isPermission(one) || !mayBeHidden.test(one.path));
    if (fault !== undefined) throw new MondayFault(fault);
    return { data: answer.data, requestId: answer.extensions?.request_id ?? null };
  }

  /** A listing goes on with shorter pages when a question stays too complex after a wait, or says at once that it is. */
  #lightened<T>(question: Question<T>, complexity: "alone" | "now", refusals: number): Failure | null {
    const { listing, operation, variables } = question;
    if (listing === undefined || (complexity === "now" && refusals < 2)) return null;
    const isShorter = this.#pageSizes.halve(listing, Number(variables["limit"]));
    if (complexity === "now" || !isShorter) return null;
    return { error: tooComplex(operation), turnedAway: true, retryAfterMs: 0 };
  }

  #classify(thrown: unknown, operation: string, wrote: boolean): Failure {
    if (thrown instanceof HubError) return { error: thrown };
    const headers = headersOfThrown(thrown);
    if (headers !== undefined) {
      this.#observe(headers);
      const wrong = wrongVersion(headers.get("api-version"), operation, { failed: true, wrote });
      if (wrong !== null) return { error: wrong };
    }
    const fault = faultBehind(thrown);
    if (fault !== null) return judge(fault, operation, this.now());
    if (thrown instanceof z.ZodError) return { error: unexpectedAnswer(operation, thrown, wrote) };
    return {
      error: new HubError("HUB-1202", `monday.com could not be reached: ${networkReason(thrown)}.`, {
        disposition: "retry-now",
        place: { system: "monday", request: operation },
        remedy: "Check the network and ENDPOINT; the next run goes on from the last stored page.",
      }),
    };
  }

  #observe(headers: Headers): void {
    this.#transport.observeDate(headers.get("date"));
    const rate = minuteRate(headers);
    if (rate !== undefined) this.#transport.observeRate(rate);
    const wait = scarcestWait(headers);
    if (wait !== undefined) this.#waitUntil = this.#options.dependencies.clock.now() + wait;
    this.#atOnce = Math.max(1, Math.min(CONCURRENCY, allowedAtOnce(headers) ?? CONCURRENCY));
  }

  /** Keeps to the concurrency that monday.com's headers allow. */
  async #inTurn<T>(signal: AbortSignal, send: () => Promise<T>): Promise<T> {
    while (this.#underWay >= this.#atOnce) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      signal.throwIfAborted();
    }
    this.#underWay += 1;
    try {
      return await send();
    } finally {
      this.#underWay -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Waits before a budget runs dry, so that nothing is refused in the first place. */
  async #throttle(signal: AbortSignal): Promise<void> {
    const { clock, sleep } = this.#options.dependencies;
    const wait = this.#waitUntil - clock.now();
    if (wait > 0) await sleep(wait, signal);
    this.#waitUntil = 0;
  }
}

/** Carries an error found inside a 200 answer to where failures are judged. */
class MondayFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.code);
    this.fault = fault;
  }
}

function faultBehind(thrown: unknown): Fault | null {
  return thrown instanceof MondayFault ? thrown.fault : faultOfThrown(thrown);
}

interface Course {
  readonly failed: boolean;
  readonly wrote: boolean;
}

function checkVersion(served: string | null, operation: string, course: Course): void {
  const wrong = wrongVersion(served, operation, course);
  if (wrong !== null) throw wrong;
}

/** A version that was not asked for may mean other things by the same names; failures may leave it out. */
function wrongVersion(served: string | null, operation: string, { failed, wrote }: Course): HubError | null {
  if (served === API_VERSION || (failed && served === null)) return null;
  return new HubError("HUB-1509", `monday.com answered in API version ${served ?? "(not told)"}, not ${API_VERSION}.`, {
    disposition: "operator",
    ...(wrote && !failed ? { fate: "unknown" } : {}),
    place: { system: "monday", request: operation },
    remedy: "Update the hub to a release that knows the version served now.",
  });
}

function tooComplex(operation: string): HubError {
  return new HubError("HUB-1503", "monday.com finds the question too complex; shorter pages are asked for.", {
    disposition: "retry-now",
    place: { system: "monday", request: operation },
    remedy: "Map fewer columns of the board.",
  });
}

function unexpectedAnswer(operation: string, error: z.ZodError, wrote: boolean): HubError {
  const issue = error.issues[0];
  const where = issue === undefined ? "" : ` (${issue.path.join(".")}: ${issue.code})`;
  return new HubError(
    "HUB-1508",
    `${operation} was answered with something that is not what monday.com documents${where}.`,
    {
      disposition: "stop-stream",
      ...(wrote ? { fate: "unknown" } : {}),
      place: { system: "monday", request: operation },
      remedy: "Run again; if it stays, the API has changed and the hub needs an update.",
    },
  );
}

/** The cause of a failed fetch by its system code only; texts may hold addresses with secrets. */
function networkReason(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  if (typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string")
    return cause.code;
  return thrown instanceof Error ? thrown.name : "no answer";
}
