import { methodNotAllowed } from "../errors.ts";
import type { Call, Reply } from "../rest/call.ts";

const LISTED = 1000;

/** A page of the list of jobs, newest first. */
export function listJobs(call: Call, path: string, shown: readonly Record<string, unknown>[]): Reply {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const asked = call.search.get("jobType");
  const matching = shown.filter((each) => asked === null || each["jobType"] === asked).toReversed();
  const from = Number(call.search.get("queryLocator") ?? "0");
  const start = Number.isInteger(from) && from > 0 ? from : 0;
  const records = matching.slice(start, start + LISTED);
  const end = start + records.length;
  const done = end >= matching.length;
  const nextRecordsUrl = done ? null : `/services/data/v${call.version}/${path}?queryLocator=${String(end)}`;
  return { status: 200, body: { done, records, nextRecordsUrl } };
}
