import type { LinkedObject, StorePort } from "../../model/index.ts";
import { createEchoFilter } from "./echo.ts";
import { asPutAway, findPutAway } from "./put-away.ts";

/** Knows what the hub itself has done when it comes back in what is read. */
export type OwnWrites = (object: LinkedObject) => LinkedObject;

/** The hub's own changes are marked as automation, and what it put away counts as archived. */
export async function createOwnWrites(store: Pick<StorePort, "outbox" | "records">): Promise<OwnWrites> {
  const echoes = await createEchoFilter(store.outbox);
  const away = await findPutAway(store);
  return (linked) => asPutAway(away, echoes(linked));
}
