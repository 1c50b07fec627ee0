import { HubError, parseRecordKey } from "../model/index.ts";
import type { Handoff, RecordKey, StorePort } from "../model/index.ts";
import { tellHandoffs } from "./handoff-story.ts";
import type { HandoffStory } from "./handoff-story.ts";
import { lifeOf } from "./handoff-life.ts";
import type { Moment } from "./handoff-life.ts";
import { loadLinkWords } from "./link-words.ts";
import { tellRecord, withoutPart } from "./record-story.ts";
import type { RecordStory } from "./record-story.ts";

/** Everything stored about what an id names. */
export interface Explanation {
  readonly records: readonly RecordStory[];
  readonly handoffs: readonly ToldHandoff[];
}

/** A handoff with its life in the order of time, as far as the records that are told, too, know it. */
export interface ToldHandoff extends HandoffStory {
  readonly life: readonly Moment[];
}

/** So much of a handoff's id is enough to name it. */
const SHORTEST_PREFIX = 8;
/** The short form of a Salesforce id (reference salesforce.md §5); other systems' ids are told in full. */
const SHORTEST_NATIVE_PREFIX = 15;

/**
 * Tells the life of a record (by its key `system/tenant/stream/id` or its native id), of an object (by its key) or of a
 * handoff (by its id or the first 8 digits of it, with the records on both sides and what happened to the things that
 * refer to them: an acceptance is often a step's and not the project's). Reads only.
 * @throws HubError HUB-0009 when the store knows nothing of that name.
 */
export async function explain(store: StorePort, id: string): Promise<Explanation> {
  const byId = await tellHandoffs(store, (handoff) => isNamed(handoff, id));
  const keys = byId.length > 0 ? byId.flatMap(({ handoff }) => bothSides(handoff)) : await recordsNamed(store, id);
  const words = await loadLinkWords(store);
  const records: RecordStory[] = [];
  for (const key of keys) {
    const story = await tellRecord(store, words, key, { children: byId.length > 0 });
    if (story !== null) records.push(story);
  }
  const told = (handoffs: readonly HandoffStory[]): readonly ToldHandoff[] =>
    handoffs.map((story) => ({ ...story, life: lifeOf(story, records) }));
  if (byId.length > 0) return { records, handoffs: told(byId) };
  if (records.length === 0) {
    throw new HubError("HUB-0009", `The store knows nothing called "${id}".`, {
      disposition: "operator",
      remedy: "Give a native id, a key system/tenant/stream/id, or a handoff's id from `hub handoffs`.",
    });
  }
  const objects = new Set(records.flatMap((record) => record.objects.map(({ object }) => object.key)));
  const concerned = (key: string | null): boolean => key !== null && objects.has(key);
  const handoffs = await tellHandoffs(
    store,
    ({ sourceKey, targetKey, claimedKeys }) =>
      concerned(sourceKey) || concerned(targetKey) || claimedKeys.some((key) => objects.has(key)),
  );
  return { records, handoffs: told(handoffs) };
}

function isNamed(handoff: Handoff, id: string): boolean {
  return handoff.id === id || (id.length >= SHORTEST_PREFIX && handoff.id.startsWith(id));
}

function bothSides({ sourceKey, targetKey, claimedKeys }: Handoff): readonly RecordKey[] {
  const keys = new Set([sourceKey, targetKey, ...claimedKeys].filter((key) => key !== null).map(withoutPart));
  return [...keys].map(parseRecordKey).filter((key) => key !== undefined);
}

/** Ids are pasted from address bars, too, and without the checksum that some systems write behind them. */
async function recordsNamed(store: StorePort, id: string): Promise<readonly RecordKey[]> {
  const native = lastOfAddress(id.trim());
  const found = await store.records.find(native);
  if (found.length > 0) return found;
  if (native.length >= SHORTEST_NATIVE_PREFIX) {
    const longer = await store.records.find(native, "beginning");
    if (longer.length > 0) return longer;
  }
  const key = parseRecordKey(withoutPart(id));
  return key === undefined ? [] : [key];
}

function lastOfAddress(text: string): string {
  if (!/^https?:/u.test(text) || !URL.canParse(text)) return text;
  return new URL(text).pathname.split("/").findLast((part) => part !== "" && part !== "view") ?? text;
}
