import type { JsonObject, StorePort } from "../model/index.ts";

interface StoredRecord {
  readonly id: string;
  readonly content: JsonObject | null;
  /** The record whose history it is part of. */
  readonly member?: { readonly stream: string; readonly id: string };
  readonly removed?: { readonly cause: string; readonly at: number | null; readonly mergedInto?: string };
}

/** Everything stored of one system's tenant, by stream, as the sandbox's `POST /load` takes it (docs/sandbox.md). */
export interface StoredSystem {
  readonly tenant: string;
  readonly name: string;
  readonly records: Record<string, StoredRecord[]>;
}

/**
 * The worlds of the given tenants as far as the hub has read them, raw and with what is gone. All of it in memory: it
 * goes into a sandbox, which holds it there, too.
 * @param tenants at most one of each system
 */
export async function storedWorld(
  store: StorePort,
  tenants: readonly { readonly system: string; readonly tenant: string; readonly name: string }[],
): Promise<Readonly<Record<string, StoredSystem>>> {
  const systems: Record<string, StoredSystem> = {};
  for (const { system, tenant, name } of tenants) systems[system] = { tenant, name, records: {} };
  for await (const page of store.mapping.entities(500)) {
    for (const { system, tenant, stream, id, content, members, tombstone } of page) {
      const world = systems[system];
      if (world?.tenant !== tenant) continue;
      const put = (name: string, record: StoredRecord): void => void (world.records[name] ??= []).push(record);
      put(stream, { id, content, ...(tombstone !== null && { removed: tombstone }) });
      for (const { stream: own, ...member } of members) put(own, { ...member, member: { stream, id } });
    }
  }
  return systems;
}
