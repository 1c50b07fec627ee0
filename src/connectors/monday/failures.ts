import { z } from "zod";
import { DAY, HubError, isJsonObject } from "../../model/index.ts";
import type { Disposition, Instant } from "../../model/index.ts";
import type { Failure } from "../kit/index.ts";

/** Codes a caller acts on. */
export const CURSOR_EXPIRED = "HUB-1506";
export const REQUEST_REFUSED = "HUB-1507";

const extensionsSchema = z.looseObject({
  code: z.string().optional(),
  error_code: z.string().optional(),
  retry_in_seconds: z.number().optional(),
  status_code: z.number().optional(),
});

/** One GraphQL error in any of the shapes of reference monday.md §3; nothing of the answer's data is kept. */
const errorSchema = z.union([
  z.string().transform((message) => ({
    message,
    path: [] as readonly (string | number)[],
    extensions: {} as z.output<typeof extensionsSchema>,
  })),
  z.looseObject({
    message: z.string().catch(""),
    path: z.array(z.union([z.string(), z.number()])).catch([]),
    extensions: extensionsSchema.catch({}),
  }),
  z.unknown().transform(() => ({
    message: "",
    path: [] as readonly (string | number)[],
    extensions: {} as z.output<typeof extensionsSchema>,
  })),
]);

const bodySchema = z.looseObject({
  errors: z.array(errorSchema).optional().catch(undefined),
  error_code: z.string().optional(),
  error_message: z.string().optional(),
  status_code: z.number().optional(),
  extensions: z.unknown().optional(),
});

/** What went wrong with one call, without the answer's data. */
export interface Fault {
  readonly status: number;
  /** Of the part that could not be answered: `boards.0.activity_logs`; empty where the answer does not say. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** Reads every error of an answer's body, in any form; none when it has none. */
export function faultsOf(body: unknown, status: number, headers: Headers | undefined): readonly Fault[] {
  const parsed = bodySchema.safeParse(body);
  const legacy = parsed.success ? parsed.data : undefined;
  const errors = legacy?.errors ?? [];
  if (errors.length === 0 && legacy?.error_code === undefined && status < 400) return [];
  return (errors.length === 0 ? [undefined] : errors).map((error) => {
    const { code, error_code, retry_in_seconds, status_code } = error?.extensions ?? {};
    const asked = delayMs(retry_in_seconds, headers);
    return {
      status: status_code ?? legacy?.status_code ?? status,
      path: (error?.path ?? []).join("."),
      code: code ?? error_code ?? legacy?.error_code ?? "",
      message: error?.message ?? legacy?.error_message ?? "",
      ...(asked === undefined ? {} : { retryAfterMs: asked }),
    };
  });
}

/** `retry_in_seconds`, then `Retry-After`, then the `t` of an exhausted `RateLimit` (reference monday.md §3). */
function delayMs(retryInSeconds: number | undefined, headers: Headers | undefined): number | undefined {
  const retryAfter = headers?.get("retry-after") ?? null;
  const exhausted = /;r=0;t=(\d+)/u.exec(headers?.get("ratelimit") ?? "")?.[1];
  const seconds = [retryInSeconds, retryAfter ?? undefined, exhausted]
    .map(Number)
    .find((each) => Number.isFinite(each) && each > 0);
  return seconds === undefined ? undefined : seconds * 1000;
}

interface Verdict {
  readonly code: string;
  readonly disposition: Disposition;
  readonly text: string;
  readonly remedy: string;
  readonly pauseAll?: boolean;
  readonly turnedAway?: boolean;
  readonly retryAt?: Instant;
}

const CONCURRENT = /^(?:max)?_?concurrency/iu;
const CONCURRENT_TEXT = /concurrency limit/iu;
const THROTTLED = /^(?:complexity|rate_?limit|ip_rate|field_limit|mutationcalls|api_temporarily_blocked)/iu;
const THROTTLED_TEXT = /rate limit exceeded|minute limit rate|complexity budget/iu;
const SIGN_IN = /^not_?authenticated$/iu;
const PERMISSION = /unauthorized|access_denied|missingrequiredpermissions/iu;
const REFUSED_WRITE =
  /^(?:columnvalue|correctedvalue|itemnametoolong|itemslimitation|data_validations|recordinvalid|invalid(?:item|column|group|user)id|resourcenotfound|deletelastgroup)/iu;

/**
 * How a question is too complex: `alone` whatever else is asked, `now` for what is left of the minute, which a wait
 * mends unless it is too complex alone without saying so; null where that is not the trouble.
 */
export function complexityOf({ code, message }: Fault): "alone" | "now" | null {
  if (/^max_?complexity/iu.test(code) || /max(?:imum)? complexity/iu.test(message)) return "alone";
  return /^complexity/iu.test(code) || /complexity budget/iu.test(message) ? "now" : null;
}

/** True when what was asked for is there, but not for this user. */
export const isPermission = ({ code, status }: Fault): boolean => PERMISSION.test(code) || status === 403;

/** Brings a fault to a disposition. The texts say what monday.com said of the request, never what it answered with. */
export function judge(fault: Fault, operation: string, now: Instant): Failure {
  const verdict = verdictOf(fault, now);
  return {
    error: new HubError(verdict.code, verdict.text, {
      disposition: verdict.disposition,
      place: { system: "monday", request: operation },
      remedy: verdict.remedy,
      ...(verdict.retryAt === undefined ? {} : { retryAt: verdict.retryAt }),
    }),
    ...(fault.retryAfterMs === undefined ? {} : { retryAfterMs: fault.retryAfterMs }),
    ...(verdict.pauseAll === undefined ? {} : { pauseAll: verdict.pauseAll }),
    ...(verdict.turnedAway === undefined ? {} : { turnedAway: verdict.turnedAway }),
  };
}

function verdictOf(fault: Fault, now: Instant): Verdict {
  const { code, message, status } = fault;
  const said = code === "" ? `HTTP ${status}` : code;
  if (SIGN_IN.test(code) || status === 401 || /^not authenticated$/iu.test(message)) {
    return {
      code: "HUB-1501",
      disposition: "operator",
      text: "monday.com does not accept the token.",
      remedy: "Set TOKEN of the connection to a valid API token; making a new one revokes the old.",
    };
  }
  if (/^daily_limit/iu.test(code)) {
    const midnight = (Math.floor(now / DAY) + 1) * DAY;
    return {
      code: "HUB-1504",
      disposition: "retry-later",
      text: "The account has used all its API calls of the day.",
      remedy: "Run again after 00:00 UTC; what was read is stored. A higher `reserve` leaves people theirs.",
      retryAt: midnight,
    };
  }
  if (/^cursor/iu.test(code) || /^cursorexpirederror/iu.test(message)) {
    return {
      code: CURSOR_EXPIRED,
      disposition: "stop-stream",
      text: "monday.com has forgotten the cursor of a listing.",
      remedy: "Run again; the listing goes on from what is stored.",
    };
  }
  if (CONCURRENT.test(code) || CONCURRENT_TEXT.test(message)) {
    // A place gets free as soon as any call ends: only this one waits.
    return {
      code: "HUB-1503",
      disposition: "retry-now",
      text: `monday.com takes no more calls at once (${said}).`,
      remedy: "Run again later, or lower what else uses this account's API, or `concurrency:` of the connection.",
      turnedAway: true,
    };
  }
  if (THROTTLED.test(code) || THROTTLED_TEXT.test(message) || status === 429) {
    return {
      code: "HUB-1503",
      disposition: "retry-now",
      text: `monday.com asks to slow down (${said}).`,
      remedy: "Run again later, or lower what else uses this account's API.",
      pauseAll: true,
    };
  }
  if (status === 423) {
    // Another write to the board is under way; this one was not begun.
    return {
      code: "HUB-1505",
      disposition: "retry-now",
      text: `monday.com has locked the board for another write (${said}).`,
      remedy: "Run again later.",
      turnedAway: true,
    };
  }
  if (code === "IDEMPOTENCY_CONFLICT" || status >= 500 || /internal_server_error/iu.test(code)) {
    return {
      code: "HUB-1505",
      disposition: "retry-now",
      text: `monday.com has trouble answering (${said}).`,
      remedy: "Run again later; if it stays, the account's plan may lack what is asked for.",
    };
  }
  if (isPermission(fault)) {
    return {
      code: "HUB-1502",
      disposition: "stop-stream",
      text: `monday.com refuses access (${said}).`,
      remedy: "Give the token's user access to the board and its activity log, and the token the scopes it needs.",
    };
  }
  if (REFUSED_WRITE.test(code)) {
    return {
      code: "HUB-1512",
      disposition: "skip-record",
      text: `monday.com does not take the change (${said}).`,
      remedy: "Compare the value with the column's type and labels.",
    };
  }
  return {
    code: REQUEST_REFUSED,
    disposition: "stop-stream",
    text: `monday.com refuses the request (${said}): ${schemaMessage(code, message)}`,
    remedy: "Check that the pinned API version is still served as documented.",
  };
}

/** Messages of schema validation quote the query only; others may quote values, so they are left out. */
function schemaMessage(code: string, message: string): string {
  if (code === "" && /^(?:Cannot query|Unknown|Field|Variable "\$\w+" of|Syntax Error)/u.test(message)) return message;
  return /no_operator_config/u.test(message) ? "no_operator_config." : "see the code.";
}

/** The headers of an answer the client library threw; undefined when no answer came. */
export function headersOfThrown(thrown: unknown): Headers | undefined {
  if (!(thrown instanceof Error) || !("response" in thrown) || !isJsonObject(thrown.response)) return undefined;
  const headers: unknown = thrown.response["headers"];
  return headers instanceof Headers ? headers : undefined;
}

/** Brings what the client library threw to a fault; null when no answer came at all. */
export function faultOfThrown(thrown: unknown): Fault | null {
  if (!(thrown instanceof Error) || !("response" in thrown) || !isJsonObject(thrown.response)) {
    // A body that says it is JSON and is not: the answer was cut.
    return thrown instanceof SyntaxError ? { status: 502, path: "", code: "", message: "" } : null;
  }
  const { status, headers: _headers, ...body } = thrown.response;
  const code = typeof status === "number" ? status : 0;
  const [first] = faultsOf(body, code, headersOfThrown(thrown));
  return first ?? { status: code === 200 ? 502 : code, path: "", code: "", message: "" };
}
