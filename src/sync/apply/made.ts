import { parseRecordKey } from "../../model/index.ts";
import type { Operation, StorePort } from "../../model/index.ts";
import { findPutAway } from "./put-away.ts";
import { isAway } from "./sight.ts";

/**
 * Operations without the creations that the hub has made already and whose record stands: asked about an earlier moment
 * their handoffs count as missing still, and nobody should be asked to approve them twice.
 */
export async function withoutMade(store: StorePort, operations: readonly Operation[]): Promise<readonly Operation[]> {
  if (operations.every(({ action }) => action !== "create")) return operations;
  const made = new Set<string>();
  const away = await findPutAway(store);
  for (const { action, handoffId, targetKey } of await store.outbox.entries({ states: ["confirmed", "half_done"] })) {
    const key = targetKey === null ? undefined : parseRecordKey(targetKey);
    if (action !== "create" || key === undefined) continue;
    const history = await store.records.history({ ...key, id: key.id.replace(/#[^#]*$/u, "") });
    const gone = history === null || isAway({ removed: history.removed?.cause ?? null }) || away.has(targetKey ?? "");
    if (!gone) made.add(handoffId);
  }
  return operations.filter(({ action, handoffId }) => action !== "create" || !made.has(handoffId));
}
