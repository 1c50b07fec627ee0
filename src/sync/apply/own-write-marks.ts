import type { StorePort } from "../../model/index.ts";
import { findPutAway } from "./put-away.ts";

/**
 * What the hub itself has done to an object, as a text: it differs whenever `createOwnWrites` could make something else of the
 * same stored object. Empty for an object that the hub has never written to.
 */
export async function ownWriteMarks(store: Pick<StorePort, "outbox" | "records">): Promise<(id: string) => string> {
  const entries = Map.groupBy(await store.outbox.entries(), ({ targetKey }) => targetKey);
  const away = await findPutAway(store);
  return (id) => {
    const own = entries.get(id);
    return own === undefined ? "" : JSON.stringify([own, away.get(id) ?? null]);
  };
}
