import { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { Disposition } from "../../model/index.ts";
import type { Failure } from "../kit/index.ts";

const answerSchema = z.looseObject({
  status: z.number(),
  response: z.looseObject({
    body: z.unknown(),
    headers: z.record(z.string(), z.unknown()).optional(),
  }),
});
const bodySchema = z.looseObject({
  errors: z.array(z.looseObject({ message: z.string() })),
  sync: z.string().optional(),
});

/** A refusal in Asana's own words: status and first message. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  /** The fresh token of a 412 on event streams. */
  readonly sync: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** An action of a batch that makes the whole batch worth repeating. */
export class FailedAction extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** The refusal an error of the client library carries; undefined for one that never got an answer. */
export function refusalOf(thrown: unknown): Refusal | undefined {
  if (thrown instanceof FailedAction) return thrown.refusal;
  const parsed = answerSchema.safeParse(thrown);
  if (!parsed.success) return undefined;
  const { status, response } = parsed.data;
  const body = bodySchema.safeParse(response.body);
  const seconds = Number(response.headers?.["retry-after"]);
  return {
    status,
    message: body.success ? (body.data.errors[0]?.message ?? "") : "",
    sync: body.success ? body.data.sync : undefined,
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined,
  };
}

/** The refusal behind a HubError that this connector raised, for callers to whom a 403, 404 or 412 is an answer. */
export function refusalBehind(error: unknown): Refusal | undefined {
  return error instanceof HubError ? refusalOf(error.cause) : undefined;
}

/** The code of a listing that is longer than Asana gives. */
export const CEILING = "HUB-1408";

interface Verdict {
  readonly code: string;
  readonly disposition: Disposition;
  readonly text: string;
  readonly remedy: string;
}

/** Brings anything thrown by a call to a disposition (reference asana.md §6). */
export function classify(thrown: unknown, operation: string): Failure {
  if (thrown instanceof HubError) return { error: thrown };
  const refusal = refusalOf(thrown);
  const place = { system: "asana", request: operation };
  if (refusal === undefined) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return {
      error: new HubError("HUB-1202", `Asana could not be reached: ${reason}.`, {
        cause: thrown,
        disposition: "retry-now",
        place,
        remedy: "Check the network and BASE_URL; the next run goes on from the last stored page.",
      }),
    };
  }
  const { code, disposition, text, remedy } = judge(refusal, operation);
  return {
    error: new HubError(code, text, { cause: thrown, disposition, place, remedy }),
    ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
    ...(refusal.status === 429 ? { pauseAll: true } : {}),
  };
}

function judge({ status, message }: Refusal, operation: string): Verdict {
  const said = message === "" ? `status ${status}` : message;
  switch (status) {
    case 400:
      return /upper limit on the number of results/u.test(message)
        ? {
            code: CEILING,
            disposition: "stop-stream",
            text: `Asana cuts this listing off: ${said}`,
            remedy: "Split the section named: no listing may hold tens of thousands of tasks.",
          }
        : {
            code: "HUB-1403",
            disposition: operation.startsWith("GET ") ? "stop-stream" : "skip-record",
            text: `Asana refused ${operation}: ${said}`,
            remedy: "Report it with the request named here; nothing was lost, the next run tries again.",
          };
    case 401:
      return {
        code: "HUB-1401",
        disposition: "operator",
        text: "Asana does not accept the token.",
        remedy: "Put a valid personal access token into the connection's TOKEN variable.",
      };
    case 402:
      return {
        code: "HUB-1405",
        disposition: "stop-stream",
        text: `Asana's plan does not include this: ${said}`,
        remedy: "Leave the stream out of the mappings, or upgrade the workspace's plan.",
      };
    case 403:
      return {
        code: "HUB-1402",
        disposition: "stop-stream",
        text: `The token's user has no access: ${said}`,
        remedy: "Share the project or team with the user the hub reads as.",
      };
    case 404:
      return {
        code: "HUB-1404",
        disposition: "skip-record",
        text: `Asana knows nothing of that id: ${said}`,
        remedy: "It was deleted, or the connection's workspace gid is wrong.",
      };
    case 412:
      return {
        code: "HUB-1406",
        disposition: "stop-stream",
        text: "Asana no longer accepts the sync token.",
        remedy: "The next run takes a new token and reads in full what it covered.",
      };
    case 429:
      return {
        code: "HUB-1407",
        disposition: "retry-now",
        text: "Asana asks to slow down.",
        remedy: "Nothing to do; the hub waits as long as Asana says. Lower `concurrency` if it happens often.",
      };
    case 451:
      return {
        code: "HUB-1402",
        disposition: "operator",
        text: "Asana does not serve this network.",
        remedy: "Run the hub from another network.",
      };
    default:
      return {
        code: "HUB-1409",
        disposition: status >= 500 ? "retry-now" : "stop-stream",
        text: `Asana failed at ${operation}: ${said}`,
        remedy: "See https://status.asana.com; the next run goes on from the last stored page.",
      };
  }
}

/** What one write of a batch was refused with; one that failed on the other side may have been done. */
export function refusedAction(status: number, body: unknown, operation: string): HubError {
  const parsed = bodySchema.safeParse(body);
  const message = parsed.success ? (parsed.data.errors[0]?.message ?? "") : "";
  const thrown = new FailedAction({ status, message, sync: undefined, retryAfterMs: undefined });
  const { code, disposition, text, remedy } = judge(thrown.refusal, operation);
  return new HubError(code, text, {
    cause: thrown,
    disposition,
    ...(status >= 500 ? { fate: "unknown" } : {}),
    place: { system: "asana", request: operation },
    remedy,
  });
}

/** An answer that is not what the API documents. */
export function unexpectedAnswer(operation: string, cause: unknown, wrote = false): HubError {
  return new HubError("HUB-1410", `Asana answered ${operation} in a shape the hub does not know.`, {
    cause,
    disposition: "stop-stream",
    ...(wrote ? { fate: "unknown" } : {}),
    place: { system: "asana", request: operation },
    remedy: "Check that BASE_URL ends in /api/1.0 and that no proxy answers in Asana's place.",
  });
}
