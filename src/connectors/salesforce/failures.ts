import { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { Disposition, Instant, WriteFate } from "../../model/index.ts";
import type { Failure } from "../kit/index.ts";
import type { Exchange } from "./http.ts";
import { refusal } from "./save-refusals.ts";

/** What was asked, for the error's place and its remedy. */
export interface Asked {
  readonly operation: string;
  readonly object?: string;
  readonly exchange: Pick<Exchange, "status" | "retryAfterMs">;
  readonly now: Instant;
  /** The fields a refusal is about, where it tells. */
  readonly fields?: readonly string[];
}

const HOUR_MS = 3_600_000;
const duplicateSchema = z.object({
  duplicateResult: z.object({
    matchResults: z.array(z.object({ matchRecords: z.array(z.object({ record: z.object({ Id: z.string() }) })) })),
  }),
});
const detailSchema = z.object({ message: z.string(), errorCode: z.string(), fields: z.array(z.string()).optional() });
const apiErrorSchema = z.object({ errorCode: z.string(), message: z.string(), data: z.unknown().optional() });

interface Verdict {
  readonly code: string;
  readonly disposition: Disposition;
  readonly text: string;
  readonly remedy: string;
  readonly pauseAll?: boolean;
  readonly turnedAway?: boolean;
  readonly refused?: boolean;
  readonly retryAt?: Instant;
  readonly fate?: WriteFate;
}

const TRANSIENT = new Set([
  "SERVER_UNAVAILABLE",
  "UNKNOWN_EXCEPTION",
  "ERROR_HTTP_406",
  "ERROR_HTTP_420",
  "ERROR_HTTP_429",
]);

/** Brings anything thrown by a call to a disposition (reference salesforce.md §4 and §15.3). */
export function classify(thrown: unknown, asked: Asked): Failure {
  if (thrown instanceof HubError) return { error: thrown };
  const parsed = apiErrorSchema.safeParse(thrown);
  const place = {
    system: "salesforce",
    request: asked.operation,
    ...(asked.object === undefined ? {} : { stream: asked.object }),
  };
  if (!parsed.success) {
    return {
      error: new HubError("HUB-1202", `Salesforce could not be reached: ${reason(thrown)}.`, {
        cause: thrown,
        disposition: "retry-now",
        place,
        remedy: "Check the network and LOGIN_URL; the next run goes on from the last stored page.",
      }),
    };
  }
  const details = detailSchema.array().safeParse(asList(parsed.data.data));
  const first = details.success ? details.data[0] : undefined;
  const errorCode = first?.errorCode ?? parsed.data.errorCode;
  const matched = matchedIds(parsed.data.data);
  const message =
    tidy(first?.message ?? parsed.data.message) + (matched.length === 0 ? "" : ` (${matched.join(", ")})`);
  const fields = first?.fields ?? [];
  const verdict = judge(errorCode, message, { ...asked, fields });
  return {
    error: new HubError(verdict.code, verdict.text, {
      cause: thrown,
      disposition: verdict.disposition,
      place: { ...place, ...(fields.length === 0 ? {} : { path: fields.join(", ") }) },
      remedy: verdict.remedy,
      ...(verdict.fate === undefined ? {} : { fate: verdict.fate }),
      ...(verdict.retryAt === undefined ? {} : { retryAt: verdict.retryAt }),
    }),
    ...(asked.exchange.retryAfterMs === undefined ? {} : { retryAfterMs: asked.exchange.retryAfterMs }),
    ...(verdict.pauseAll === undefined ? {} : { pauseAll: verdict.pauseAll }),
    ...(verdict.turnedAway === undefined ? {} : { turnedAway: verdict.turnedAway }),
    ...(verdict.refused === undefined ? {} : { refused: verdict.refused }),
  };
}

/** What one item of a collection failed with; the rest of the collection may have been saved. */
export function itemFailure(statusCode: string, message: string, asked: Asked): HubError {
  const verdict = judge(statusCode, message, asked);
  return new HubError(verdict.code, verdict.text, {
    disposition: verdict.disposition,
    place: {
      system: "salesforce",
      request: asked.operation,
      ...(asked.object === undefined ? {} : { stream: asked.object }),
      ...(asked.fields === undefined || asked.fields.length === 0 ? {} : { path: asked.fields.join(", ") }),
    },
    remedy: verdict.remedy,
    ...(verdict.fate === undefined ? (saidNo(verdict) ? {} : { fate: "unknown" }) : { fate: verdict.fate }),
  });
}

/** An item that failed on Salesforce's side may have been saved all the same. */
function saidNo({ disposition, refused, turnedAway }: Verdict): boolean {
  return disposition !== "retry-now" || refused === true || turnedAway === true;
}

function matchedIds(data: unknown): readonly string[] {
  const detail: unknown = Array.isArray(data) ? data[0] : data;
  const parsed = duplicateSchema.safeParse(detail);
  if (!parsed.success) return [];
  return parsed.data.duplicateResult.matchResults.flatMap(({ matchRecords }) =>
    matchRecords.map(({ record }) => record.Id),
  );
}

function judge(errorCode: string, message: string, asked: Asked): Verdict {
  const object = asked.object ?? "the object";
  switch (errorCode) {
    case "INVALID_SESSION_ID":
    case "ERROR_HTTP_401":
      return {
        code: "HUB-1302",
        disposition: "operator",
        text: "Salesforce does not accept the session it has just given.",
        remedy: "Check the connected app's policies (IP relaxation, permitted users) and the run-as user.",
      };
    case "REQUEST_LIMIT_EXCEEDED":
      return /concurrent/iu.test(message)
        ? {
            code: "HUB-1304",
            disposition: "retry-now",
            text: "Salesforce has too many long calls running at once.",
            remedy: "Run again later, or ask who else loads the org at this hour.",
            turnedAway: true,
          }
        : {
            code: "HUB-1303",
            disposition: "retry-later",
            text: "The org has used all its API calls of the last 24 hours.",
            remedy: "Run again in an hour; what was read is stored. Set a higher `reserve` so that people keep theirs.",
            retryAt: asked.now + HOUR_MS,
          };
    case "LOGIN_RATE_EXCEEDED":
      return {
        code: "HUB-1303",
        disposition: "retry-later",
        text: "The org takes no more sign-ins of the hub's user within this hour.",
        remedy: "Run again in an hour; let runs be further apart, and look who else signs in as this user.",
        retryAt: asked.now + HOUR_MS,
      };
    case "API_DISABLED_FOR_ORG":
    case "INSUFFICIENT_ACCESS":
    case "INSUFFICIENT_ACCESS_OR_READONLY":
    case "INVALID_OPERATION_WITH_EXPIRED_PASSWORD":
      return {
        code: "HUB-1315",
        disposition: "operator",
        text: `Salesforce refuses access: ${message}`,
        remedy: `Give the user the hub signs in as the permission "API Enabled" and access to ${object}.`,
      };
    case "INVALID_FIELD":
      return {
        code: "HUB-1306",
        disposition: "stop-stream",
        text: `${object} has no field the hub may see as ${unknownColumn(message) ?? "asked for"}: ${message}`,
        remedy: `Correct the name in the mapping of ${object}, or give the hub's user field-level access to it.`,
      };
    case "ENTITY_IS_DELETED":
      return gone(object);
    case "INACTIVE_OWNER_OR_USER":
      return {
        code: "HUB-1250",
        disposition: "skip-record",
        text: `The record of ${object} cannot be given to a user who is inactive: ${message}`,
        remedy: "Correct the person's account in config/people.yaml, or name a backup there.",
      };
    case "INVALID_TYPE":
    case "NOT_FOUND":
      // Of one record by its id; an upsert is told otherwise of a field that is not there.
      if (asked.operation.startsWith("PATCH /sobjects/") && !message.includes("external ID field")) return gone(object);
      return {
        code: "HUB-1305",
        disposition: "stop-stream",
        text: `Salesforce does not know ${object}, or the hub may not see it: ${message}`,
        remedy: `Give the hub's user read access to ${object}, or remove it from the configuration.`,
      };
    case "UNABLE_TO_LOCK_ROW":
      return {
        code: "HUB-1309",
        disposition: "retry-now",
        text: "Somebody else is changing the same record.",
        remedy: "Run again; the record was left as it was.",
        pauseAll: false,
        refused: true,
      };
    case "QUERY_TIMEOUT":
    case "OPERATION_TOO_LARGE":
    case "EXCEEDED_ID_LIMIT":
      // The same query would fail again: the reader asks for less at once.
      return {
        code: "HUB-1310",
        disposition: "stop-stream",
        text: `Salesforce finds the query for ${object} too much, however little is asked for at once: ${message}`,
        remedy: "Run again; if it stays so, ask Salesforce for an index on SystemModstamp of this object.",
      };
    case "MULTIPLE_CHOICES":
      return {
        code: "HUB-1319",
        disposition: "skip-record",
        text: `More than one record of ${object} carries the same external id.`,
        remedy: "Make the external id field unique and merge the records.",
      };
    case "DUPLICATES_DETECTED":
      return {
        code: "HUB-1323",
        disposition: "skip-record",
        text: `A duplicate rule of the org refuses the record of ${object}: ${message}`,
        remedy:
          "Look at the records the message names in Salesforce, merge them, or let the rule allow the hub's user.",
      };
    case "INVALID_QUERY_LOCATOR":
      return {
        code: "HUB-1311",
        disposition: "stop-stream",
        text: `Salesforce no longer knows the cursor of the query for ${object}.`,
        remedy: "Run again; reading goes on from the last stored page.",
      };
    default:
      return judgeByStatus(errorCode, message, asked);
  }
}

function gone(object: string): Verdict {
  return {
    code: "HUB-1314",
    disposition: "skip-record",
    text: `The record of ${object} is no longer there.`,
    remedy: "Make a new plan; this one's operation is stale.",
    fate: "stale",
  };
}

function judgeByStatus(errorCode: string, message: string, asked: Asked): Verdict {
  const status = asked.exchange.status ?? 0;
  if (status === 412) {
    return {
      code: "HUB-1314",
      disposition: "skip-record",
      text: "The record was changed in Salesforce after the plan was made.",
      remedy: "Make a new plan; this one's operation is stale.",
      fate: "stale",
    };
  }
  if (status === 410 || errorCode === "UNSUPPORTED_API_VERSION") {
    return {
      code: "HUB-1308",
      disposition: "operator",
      text: `Salesforce has retired this version of its API: ${message}`,
      remedy: "Set a newer `apiVersion` on the connection in hub.yaml.",
    };
  }
  if (status === 414 || status === 431) {
    return {
      code: "HUB-1317",
      disposition: "stop-stream",
      text: "The query is longer than Salesforce accepts.",
      remedy: "Map fewer fields of this object.",
    };
  }
  if (TRANSIENT.has(errorCode) || status === 420 || status === 429 || status >= 500) {
    return {
      code: "HUB-1304",
      disposition: "retry-now",
      text: `Salesforce is not able to answer now (${errorCode}).`,
      remedy: "Run again later; the next run goes on from the last stored page. See status.salesforce.com.",
      ...(status === 429 ? { pauseAll: true } : {}),
    };
  }
  return {
    code: asked.operation.startsWith("GET") ? "HUB-1300" : "HUB-1312",
    disposition: asked.operation.startsWith("GET") ? "stop-stream" : "skip-record",
    text: refusal(errorCode, message, asked),
    remedy: asked.operation.startsWith("GET")
      ? "Look the code up in the Salesforce API documentation; nothing was stored from this answer."
      : "Correct the value, or the rule in Salesforce that refuses it, and make a new plan.",
  };
}

/** jsforce hands over the only element of a list, or the list. */
function asList(data: unknown): unknown {
  return Array.isArray(data) ? data : [data];
}

/** SOQL errors repeat the query with a caret below; the sentence after it is what matters. */
function tidy(message: string): string {
  const lines = message.split("\n").filter((line) => line.trim() !== "");
  const at = lines.findIndex((line) => line.startsWith("ERROR at Row"));
  return (at === -1 ? lines : lines.slice(at + 1)).join(" ").slice(0, 500);
}

function unknownColumn(message: string): string | undefined {
  return /No such column '([^']+)'/u.exec(message)?.[1];
}

function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown reason";
  return thrown.cause instanceof Error && thrown.cause.message !== "" ? thrown.cause.message : thrown.message;
}
