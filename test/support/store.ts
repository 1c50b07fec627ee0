import { hashText, canonicalJson } from "../../src/model/index.ts";
import type {
  Clock,
  Fence,
  HashedRecord,
  JsonObject,
  PageCommit,
  StorePort,
  Tombstone,
} from "../../src/model/index.ts";
import { openStore } from "../../src/store/index.ts";

export const AS_OF = Date.parse("2026-11-02T11:00:00Z");

export const fixedClock: Clock = { now: () => AS_OF };

export function memoryStore(): StorePort {
  return openStore(":memory:", fixedClock);
}

export function begin(
  store: StorePort,
  owner = "host:1",
  isAlive: (owner: string) => boolean = () => true,
  wallNow = (): number => AS_OF,
): Promise<Fence> {
  return store.runs.begin({
    kind: "test",
    startedAt: AS_OF,
    asOf: AS_OF,
    configurationHash: "none",
    configuration: {},
    owner,
    isAlive,
    wallNow,
  });
}

export function record(id: string, content: JsonObject, changes: Partial<HashedRecord> = {}): HashedRecord {
  const text = canonicalJson(content);
  return { stream: "things", id, content, text, hash: hashText(text), ...changes };
}

export function page(records: readonly HashedRecord[], changes: Partial<PageCommit> = {}): PageCommit {
  return {
    key: { system: "salesforce", tenant: "t1", stream: "things" },
    partition: "all",
    records,
    tombstones: [],
    rejects: [],
    position: { covered: [], state: null },
    seenAt: AS_OF,
    dependents: {},
    ...changes,
  };
}

export function tombstone(id: string, changes: Partial<Tombstone> = {}): Tombstone {
  return { stream: "things", id, cause: "deleted", at: AS_OF, ...changes };
}
