import { formatRecordKey, parseRecordKey } from "../model/index.ts";
import type { Instant, RecordKey, StorePort } from "../model/index.ts";
import { withoutPart } from "./record-story.ts";

/** What is to be traced back to records. */
export interface Traced {
  /** A case's system and its own id there; null without a case. */
  readonly system: string | null;
  readonly caseId: string | null;
  /** Keys of objects. */
  readonly objects: readonly string[];
  /** Ids of events. */
  readonly events: readonly string[];
}

/** A source record that something rests on, as it is stored now. */
export interface Origin {
  /** `system/tenant/stream/id`. */
  readonly record: string;
  /** What the object made of it is called; null when nothing or nobody says. */
  readonly name: string | null;
  readonly url: string | null;
  /** The run that stored its current version, and when. */
  readonly run: string;
  readonly seenAt: Instant;
  /** When it was seen first. */
  readonly firstSeenAt: Instant;
}

/** The records behind each of `rows`, in their order: the case's own, those of its objects, those that told its events. */
export async function originsOf(
  store: Pick<StorePort, "records" | "model">,
  rows: readonly Traced[],
): Promise<readonly (readonly Origin[])[]> {
  const told = await recordsOfEvents(store, new Set(rows.flatMap(({ events }) => events)));
  const known = new Map<string, Origin | null>();
  const origins: (readonly Origin[])[] = [];
  for (const { system, caseId, objects, events } of rows) {
    const own = caseId === null ? [] : await recordsCalled(store, system, caseId);
    const keys = [
      ...own,
      ...objects.map((key) => parseRecordKey(withoutPart(key))).filter((key) => key !== undefined),
      ...events.flatMap((id) => told.get(id) ?? []),
    ];
    const found: Origin[] = [];
    for (const text of new Set(keys.map(formatRecordKey))) {
      let origin = known.get(text);
      if (origin === undefined) {
        origin = await originOf(store, text);
        known.set(text, origin);
      }
      if (origin !== null) found.push(origin);
    }
    origins.push(found);
  }
  return origins;
}

async function recordsCalled(
  { records }: Pick<StorePort, "records">,
  system: string | null,
  id: string,
): Promise<readonly RecordKey[]> {
  return (await records.find(id)).filter((key) => key.system === system);
}

/** The records that told some events, found in one pass over all of them. */
async function recordsOfEvents(
  { model }: Pick<StorePort, "model">,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, RecordKey>> {
  const found = new Map<string, RecordKey>();
  if (wanted.size === 0) return found;
  for await (const events of model.events()) {
    for (const { id, objectKey, source } of events) {
      const object = wanted.has(id) ? parseRecordKey(objectKey) : undefined;
      if (object !== undefined) found.set(id, { ...object, stream: source.stream, id: source.id });
    }
    if (found.size === wanted.size) break;
  }
  return found;
}

async function originOf(
  { records, model }: Pick<StorePort, "records" | "model">,
  text: string,
): Promise<Origin | null> {
  const key = parseRecordKey(text);
  const history = key === undefined ? null : await records.history(key);
  const current = history?.versions.at(-1);
  if (history === null || current === undefined) return null;
  const { objects } = await model.ofEntity(history.entity);
  const object = objects.find((each) => withoutPart(each.key) === text);
  const name = object?.attributes["name"];
  return {
    record: text,
    name: typeof name === "string" ? name : null,
    url: object?.url ?? null,
    run: current.runId,
    seenAt: current.seenAt,
    firstSeenAt: history.firstSeenAt,
  };
}
