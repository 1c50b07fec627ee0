import { methodNotAllowed } from "../errors.ts";
import type { Call, Reply, RestState } from "./call.ts";

const FIXED: Readonly<Record<string, number>> = {
  DailyBulkApiBatches: 15_000,
  DailyBulkV2QueryJobs: 10_000,
  DailyBulkV2QueryFileStorageMB: 976_562,
  DailyDeliveredPlatformEvents: 10_000,
  HourlyPublishedPlatformEvents: 50_000,
  StreamingApiConcurrentClients: 20,
  DataStorageMB: 1024,
  FileStorageMB: 1024,
};

/** `limits` and `limits/recordCount` (reference salesforce.md §4). */
export function limitsResource(state: RestState, call: Call): Reply {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  if (call.path[1]?.toLowerCase() === "recordcount") return recordCount(state, call);
  const { used, max } = state.quota.status(call.session.token);
  const body: Record<string, unknown> = { DailyApiRequests: { Max: max, Remaining: Math.max(0, max - used) } };
  for (const [name, most] of Object.entries(FIXED)) body[name] = { Max: most, Remaining: most };
  return { status: 200, body };
}

/** Counts live and deleted rows alike: the real figure is approximate. Unknown and empty objects are left out. */
function recordCount(state: RestState, call: Call): Reply {
  const asked = call.search.get("sObjects");
  const objects =
    asked === null
      ? state.org.schema.objects
      : asked
          .split(",")
          .map((each) => state.org.schema.object(each.trim()))
          .filter((each) => each !== undefined);
  const counted = objects
    .filter((each) => state.org.visibility.shows(each))
    .map((each) => ({ count: state.org.table(each).size, name: each.name }))
    .filter((each) => each.count > 0);
  return { status: 200, body: { sObjects: counted } };
}
