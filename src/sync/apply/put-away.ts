import { parseRecordKey } from "../../model/index.ts";
import type { Instant, LinkedObject, StorePort } from "../../model/index.ts";

/** Keys of records that the hub has put away, with when; not those that somebody has touched since. */
export type PutAway = ReadonlyMap<string, Instant>;

/**
 * What a confirmed retirement has put away. Some systems go on showing it (an archived project of Asana, a lost
 * opportunity): it counts as gone until its content changes after the hub had seen its own write.
 */
export async function findPutAway({ outbox, records }: Pick<StorePort, "outbox" | "records">): Promise<PutAway> {
  const found = new Map<string, Instant>();
  for (const { action, targetKey, settledAt } of await outbox.entries({ states: ["confirmed"] })) {
    const key = targetKey === null ? undefined : parseRecordKey(targetKey);
    if (action !== "retire" || targetKey === null || settledAt === null || key === undefined) continue;
    const history = await records.history({ ...key, id: key.id.replace(/#[^#]*$/u, "") });
    const changedAt = history?.versions.at(-1)?.seenAt ?? settledAt;
    if (changedAt <= settledAt) found.set(targetKey, settledAt);
  }
  return found;
}

/** An object as its system shows it, or as archived where the hub has put it away. */
export function asPutAway(away: PutAway, linked: LinkedObject): LinkedObject {
  const { object } = linked;
  const at = away.get(linked.id);
  if (at === undefined || object.removed !== null) return linked;
  // A clock that stands still may say that it went before it came.
  const removed = { at: Math.max(at, object.createdAt ?? at), cause: "archived" } as const;
  return { ...linked, object: { ...object, removed } };
}
