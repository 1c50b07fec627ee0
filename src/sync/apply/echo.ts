import { HOUR, MINUTE, toIso } from "../../model/index.ts";
import type {
  ActorEvidence,
  Canonical,
  Instant,
  LinkedObject,
  ModelEvent,
  OutboxEntry,
  OutboxPort,
} from "../../model/index.ts";
import { stands, wantedOf } from "./values.ts";

/** Clocks differ a little, and a system may note a change some time after it took the call. */
const BEFORE_MS = 5 * MINUTE;
const AFTER_MS = HOUR;

/** Both values are of one attribute, so that no instant is ever held against a day. */
const ANY_ZONE = { localDay: (at: Instant) => toIso(at).slice(0, 10) };

/** Knows the hub's own writes when they come back in what is read. */
export type EchoFilter = (object: LinkedObject) => LinkedObject;

/**
 * Marks changes that the hub itself made as automation, whoever's account it writes under: what comes back with the
 * value of an outbox entry, at its time and in its account's name, is no word of a person (reference §3.5).
 */
export async function createEchoFilter(outbox: OutboxPort): Promise<EchoFilter> {
  const byTarget = new Map<string, OutboxEntry[]>();
  for (const entry of await outbox.entries({ states: ["confirmed", "half_done", "unknown", "sent"] })) {
    if (entry.targetKey === null || entry.account === null || entry.sentAt === null) continue;
    byTarget.set(entry.targetKey, [...(byTarget.get(entry.targetKey) ?? []), entry]);
  }
  return (linked) => {
    const entries = byTarget.get(linked.id);
    if (entries === undefined) return linked;
    const { object, events } = linked;
    return {
      ...linked,
      object: {
        ...object,
        history: object.history.map((change) => {
          const { by, attribute, value, validAt } = change;
          const ours = by !== undefined && entries.some((entry) => wrote(entry, by, validAt, attribute, value));
          return ours ? { ...change, by: asAutomation(by) } : change;
        }),
      },
      events: events.map((event) =>
        entries.some((entry) => made(entry, event)) ? { ...event, by: asAutomation(event.by) } : event,
      ),
    };
  };
}

function asAutomation(by: ActorEvidence): ActorEvidence {
  return { ...by, kind: "automation", client: "process-hub" };
}

function wrote(entry: OutboxEntry, by: ActorEvidence, at: Instant, attribute: string, value: Canonical): boolean {
  if (!isOurs(entry, by, at)) return false;
  const wanted = wantedOf(entry)[attribute];
  return wanted !== undefined && stands(wanted, value, ANY_ZONE);
}

/** What happened to an object while the hub made it, or right when it set the field. */
function made(entry: OutboxEntry, event: ModelEvent): boolean {
  if (!isOurs(entry, event.by, event.occurredAt)) return false;
  if (event.stage !== null) return wantedOf(entry)["stage"] === event.stage;
  return entry.action === "create" && event.objectKey === entry.targetKey;
}

function isOurs({ account, sentAt, settledAt }: OutboxEntry, by: ActorEvidence, at: Instant): boolean {
  if (by.person !== account || sentAt === null) return false;
  return at >= sentAt - BEFORE_MS && at <= (settledAt ?? sentAt) + AFTER_MS;
}
