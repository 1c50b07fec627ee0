import { methodNotAllowed, SalesforceError } from "../errors.ts";
import type { ObjectSchema } from "../schema/index.ts";
import { RECYCLE_BIN_MS, stamp } from "../state/org.ts";
import type { Call, Reply, RestState } from "./call.ts";

const MINUTE = 60_000;
const MOST_IDS = 600_000;
const UPDATED_REACH = 30 * 86_400_000;

function print(instant: string): string {
  return `${instant.slice(0, -1)}+0000`;
}

function badDate(message: string): SalesforceError {
  return new SalesforceError(400, "INVALID_REPLICATION_DATE", message);
}

function tooMany(): SalesforceError {
  return new SalesforceError(400, "EXCEEDED_ID_LIMIT", "too many ids in the date range, ask for a shorter one");
}

/** A bound of the window, cut to the minute. */
function bound(call: Call, name: string): number {
  const text = call.search.get(name);
  // An offset whose plus sign was not escaped arrives with a space.
  const ms = text === null ? Number.NaN : Date.parse(text.replace(" ", "+").replace(/([+-]\d{2})(\d{2})$/u, "$1:$2"));
  if (Number.isNaN(ms))
    throw new SalesforceError(400, "MALFORMED_QUERY", `${name} is not a valid date: ${String(text)}`);
  return Math.floor(ms / MINUTE) * MINUTE;
}

/** `sobjects/X/updated` and `sobjects/X/deleted` (reference salesforce.md §9). */
export function replicationResource(
  state: RestState,
  call: Call,
  object: ObjectSchema,
  which: "updated" | "deleted",
): Reply {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const { org, staged } = state;
  const now = org.clock.now();
  const start = bound(call, "start");
  const end = bound(call, "end");
  if (start >= end) throw badDate("endDate must be greater than startDate");
  const reach = which === "updated" ? UPDATED_REACH : RECYCLE_BIN_MS;
  if (start < now - reach - MINUTE) {
    throw badDate(`startDate cannot be more than ${String(reach / 86_400_000)} days ago`);
  }
  const [from, to] = [stamp(start), stamp(end)];
  const limits = [to, stamp(Math.floor(now / MINUTE) * MINUTE)];
  const oldest = staged.oldest();
  if (oldest !== null) limits.push(oldest);
  const latestDateCovered = print(limits.reduce((a, b) => (a < b ? a : b)));
  const table = org.table(object);
  if (which === "updated") {
    const field = object.fieldsByName.has("systemmodstamp") ? "SystemModstamp" : "CreatedDate";
    const rows = table.ordered(field);
    const [first, last] = [rows.lowerBound(from), rows.lowerBound(to)];
    if (last - first > MOST_IDS) throw tooMany();
    const ids: string[] = [];
    for (let at = first; at < last; at += 1) {
      const row = rows.at(at);
      if (row !== undefined && row["IsDeleted"] !== true && org.visibility.showsRow(row.Id)) ids.push(row.Id);
    }
    return { status: 200, body: { ids, latestDateCovered } };
  }
  const deletedRecords = [...table.deletions.all()]
    .filter((each) => each.at >= from && each.at < to)
    .map((each) => ({ id: each.id, deletedDate: print(each.at) }));
  if (deletedRecords.length > MOST_IDS) throw tooMany();
  const earliestDateAvailable = print(stamp(now - RECYCLE_BIN_MS));
  return { status: 200, body: { deletedRecords, earliestDateAvailable, latestDateCovered } };
}
