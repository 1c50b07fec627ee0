import type { JsonObject, StorePort } from "../../src/model/index.ts";

interface StoredRecord {
  readonly id: string;
  readonly content: JsonObject | null;
  readonly member?: { readonly stream: string; readonly id: string };
  readonly removed?: { readonly cause: string; readonly at: number | null; readonly mergedInto?: string };
}

/** What a hub stored of one system's tenant, as the sandbox's `POST /load` takes it. */
export interface StoredSystem {
  readonly tenant: string;
  readonly name: string;
  readonly records: Record<string, StoredRecord[]>;
}

/** Everything a hub stored, by system. */
export async function storedRecords(store: StorePort): Promise<Readonly<Record<string, StoredSystem>>> {
  const systems: Record<string, StoredSystem> = {};
  for (const { system, tenant, name } of await store.records.pins()) systems[system] = { tenant, name, records: {} };
  for await (const page of store.mapping.entities(500)) {
    for (const { system, stream, id, content, members, tombstone } of page) {
      const records = systems[system]?.records ?? {};
      const put = (name: string, record: StoredRecord): void => void (records[name] ??= []).push(record);
      put(stream, { id, content, ...(tombstone !== null && { removed: tombstone }) });
      for (const { stream: own, ...member } of members) put(own, { ...member, member: { stream, id } });
    }
  }
  return systems;
}
