import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { Disposition } from "../../model/index.ts";
import type { Failure } from "../kit/index.ts";

/** An answer that is no success, as it came. */
export class Refusal extends Error {
  readonly status: number;
  /** Tableau's own code, such as `403007`; `undefined` when somebody else answered. */
  readonly code: string | undefined;
  readonly detail: string;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, code: string | undefined, detail: string, retryAfterMs: number | undefined) {
    super(`answered ${status}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfterMs = retryAfterMs;
  }
}

/** @param retryAfter the header of that name, in seconds. */
export function refusalFrom(status: number, body: string, retryAfter: string | undefined): Refusal {
  const { code, summary, detail } = readError(body);
  const text = [summary, detail].filter((part) => part !== undefined && part !== "").join(": ");
  const seconds = Number(retryAfter ?? Number.NaN);
  return new Refusal(status, code, text, Number.isFinite(seconds) ? seconds * 1000 : undefined);
}

const xml = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "", parseAttributeValue: false });

const errorAnswer = z.object({
  error: z.object({
    code: z.union([z.string(), z.number()]).transform(String),
    summary: z.string().optional(),
    detail: z.string().optional(),
  }),
});

const xmlAnswer = z.object({ tsResponse: errorAnswer }).transform(({ tsResponse }) => tsResponse);

/** Where bytes are asked for, refusals come as XML, the API's own format. */
function readError(body: string): { code?: string; summary?: string | undefined; detail?: string | undefined } {
  try {
    const { error } = body.startsWith("<") ? xmlAnswer.parse(xml.parse(body)) : errorAnswer.parse(JSON.parse(body));
    return error;
  } catch {
    return {};
  }
}

/** Codes of failures after which it is unknown whether the request was carried out. */
const AMBIGUOUS = new Set(["HUB-5106", "HUB-1201"]);

/** What a server says of an upload it has lost chunks of, or that ended with the login it belonged to. */
export const LOST_UPLOAD: ReadonlySet<string> = new Set(["400011", "404007"]);

/** Whether a failed request may have been carried out all the same. */
export function isAmbiguous(error: unknown): boolean {
  return error instanceof HubError && AMBIGUOUS.has(error.code);
}

/** Tableau's own code of a failure (`404005`), when it said one. */
export function tableauCode(error: unknown): string | undefined {
  return error instanceof HubError && error.cause instanceof Refusal ? error.cause.code : undefined;
}

/** Whether Tableau says that what was asked for by its id is not there. */
export function isNotThere(error: unknown): boolean {
  return error instanceof HubError && error.cause instanceof Refusal && error.cause.status === 404;
}

/** The ladder the official SDK climbs on 429 starts here (reference tableau.md §1.7). */
const DEFAULT_RETRY_AFTER_MS = 1000;

/**
 * Brings anything thrown by a request to a disposition (reference tableau.md §1.6). Causes are kept only where they
 * hold neither the request's headers nor its body.
 * @param scrub takes secrets out of a text the server sent.
 */
export function classify(thrown: unknown, operation: string, scrub: (text: string) => string): Failure {
  if (thrown instanceof HubError) return { error: thrown };
  const place = { system: "tableau", request: operation };
  if (!(thrown instanceof Refusal)) {
    const error = new HubError("HUB-5106", `Tableau could not be reached: ${scrub(reason(thrown))}.`, {
      disposition: "retry-now",
      place,
      remedy: "Check the network and BASE_URL, and run again.",
    });
    return { error };
  }
  const verdict = judge(thrown);
  const detail = scrub(thrown.detail);
  const message = `${verdict.text} (${thrown.code ?? `HTTP ${thrown.status}`}${detail === "" ? "" : `, ${detail}`}).`;
  const error = new HubError(verdict.code, message, {
    // Without the server's text, which may repeat what we sent.
    cause: new Refusal(thrown.status, thrown.code, "", undefined),
    disposition: verdict.disposition,
    place,
    remedy: verdict.remedy,
  });
  if (thrown.status !== 429) return { error };
  return { error, pauseAll: true, retryAfterMs: thrown.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS };
}

interface Verdict {
  readonly code: string;
  readonly disposition: Disposition;
  readonly text: string;
  readonly remedy: string;
}

function judge({ status, code }: Refusal): Verdict {
  if (code === "401002") {
    return {
      code: "HUB-5102",
      disposition: "operator",
      text: "Tableau no longer accepts the session",
      remedy:
        "Give the hub a personal access token that nothing else signs in with: a second sign-in ends the first. With a "
        + "connected app: allow it the scopes of docs/publishing.md.",
    };
  }
  if (status === 401) {
    return {
      code: "HUB-5101",
      disposition: "operator",
      text: "Tableau refuses the sign-in",
      remedy:
        "Check SITE and TOKEN_NAME with TOKEN_SECRET, or APP_CLIENT_ID with its secret and USERNAME. A token dies after 15 "
        + "days without use and after one year.",
    };
  }
  if (status === 403) {
    return {
      code: "HUB-5103",
      disposition: "operator",
      text: "Tableau does not allow this",
      remedy: "Give the token's user the right to publish into the project (and to create it, when it is missing).",
    };
  }
  if (status === 404) {
    return {
      code: "HUB-5104",
      disposition: "stop-run",
      text: "Tableau does not know what was asked for",
      remedy: "Check BASE_URL and SITE; it may also have been deleted a moment ago, then run again.",
    };
  }
  if (status === 408 || status === 429 || status >= 500) {
    return {
      code: status === 429 ? "HUB-5107" : "HUB-5106",
      disposition: "retry-now",
      text: status === 429 ? "Tableau takes no more requests for now" : "Tableau is not able to answer now",
      remedy: "Run again later.",
    };
  }
  if (code === "400011") {
    return {
      code: "HUB-5108",
      disposition: "stop-stream",
      text: "Tableau does not take the file",
      remedy: "What was published before is still there. Look at the file; several tables need exactly one fact table.",
    };
  }
  return {
    code: "HUB-5105",
    disposition: "stop-run",
    text: "Tableau refuses the request",
    remedy: "Look the code up in Tableau's REST API documentation.",
  };
}

/** A network error's code; client libraries' own messages may repeat the request. */
function reason(thrown: unknown): string {
  if (thrown instanceof Error && "code" in thrown && typeof thrown.code === "string") return thrown.code;
  return "the connection broke off";
}
