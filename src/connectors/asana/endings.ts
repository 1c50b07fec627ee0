import type { Tombstone } from "../../model/index.ts";
import { unexpectedAnswer } from "./failures.ts";
import type { BatchResult } from "./gateway.ts";

/**
 * Why an object that was asked for by name is gone: 404 says deleted, 402 and 403 out of sight. Anything else tells
 * nothing of the object, and must not end it.
 * @throws HubError HUB-1410
 */
export function endingOf(stream: string, id: string, result: BatchResult): Tombstone {
  const { status } = result;
  if (status === 404) return { stream, id, cause: "deleted", at: null };
  if (status === 402 || status === 403) return { stream, id, cause: "visibility lost", at: null };
  throw unexpectedAnswer(`GET /${stream}/${id}`, result);
}
