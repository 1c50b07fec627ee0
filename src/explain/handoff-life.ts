import type { ActorEvidence, EntityKey, Handoff, HandoffDecision, Instant, OutboxReceipt } from "../model/index.ts";
import { formatRecordKey } from "../model/index.ts";
import type { HandoffStory } from "./handoff-story.ts";
import type { RecordStory } from "./record-story.ts";

/** Something that happened to a handoff, or was due. */
export interface Moment {
  readonly at: Instant;
  readonly what: string;
  /** Who did it, by name where that is known; null for what time alone brought about. */
  readonly by: string | null;
  /** In which system, or `hub`. */
  readonly where: string;
  /** What tells it: an event's type and record, a person's reason, a request id. */
  readonly detail: string | null;
}

const OWN_TIMES = [
  ["triggeredAt", "triggered"],
  ["createdAt", "target created"],
  ["assignedAt", "assigned"],
  ["firstWorkAt", "first work"],
  ["acceptedAt", "accepted"],
  ["rejectedAt", "rejected"],
  ["revokedAt", "revoked"],
] as const satisfies readonly (readonly [keyof Handoff, string])[];

const DUE_TIMES = [
  ["dueAt", "due"],
  ["graceUntil", "end of grace"],
  ["acceptDueAt", "acceptance due"],
] as const satisfies readonly (readonly [keyof Handoff, string])[];

const SAID: Readonly<Record<HandoffDecision["kind"], string>> = {
  waive: "waived",
  snooze: "snoozed",
  resume: "taken up again",
};

/**
 * The whole life of a handoff in the order of time: what triggered it and who did what in which system, what was due,
 * plans, approvals, writes with their request ids, and what persons decided.
 * @param records both sides, with the events of what refers to them
 */
export function lifeOf(story: HandoffStory, records: readonly RecordStory[]): readonly Moment[] {
  const { handoff, decisions, matchDecisions, conflictDecisions, plans, approvals, writes } = story;
  const moments: Moment[] = [];
  for (const [name, what] of OWN_TIMES) {
    const at = handoff[name];
    if (at !== null) moments.push(happened(at, what, records));
  }
  for (const [name, what] of DUE_TIMES) {
    const at = handoff[name];
    if (at !== null) moments.push({ at, what, by: null, where: "hub", detail: null });
  }
  for (const { at, kind, by, reason, until } of decisions) {
    const detail = until === null ? reason : `until ${new Date(until).toISOString()}: ${reason}`;
    moments.push({ at, what: SAID[kind], by, where: "hub", detail });
  }
  for (const { at, kind, by, reason, a, b } of matchDecisions) {
    const what = kind === "confirm" ? "match confirmed" : "match rejected";
    moments.push({ at, what, by, where: "hub", detail: `${a} and ${b}: ${reason}` });
  }
  for (const { at, field, take, by, reason } of conflictDecisions) {
    moments.push({ at, what: "conflict decided", by, where: "hub", detail: `${field}: the ${take} holds. ${reason}` });
  }
  for (const { hash, createdAt: at, operations } of plans) {
    const deeds = operations.map(({ action, field }) => (field === null ? action : `${action} ${field}`)).join(", ");
    moments.push({ at, what: "planned", by: null, where: "hub", detail: `${deeds} in plan ${hash.slice(0, 12)}` });
  }
  for (const { at, kind, by, until, planHash } of approvals) {
    const what = kind === "person" ? "approved" : "approved by contract";
    const detail = `plan ${planHash.slice(0, 12)}, until ${new Date(until).toISOString()}`;
    moments.push({ at, what, by, where: "hub", detail });
  }
  for (const { entry, receipts } of writes) {
    for (const receipt of receipts) moments.push(written(entry.connection, receipt));
  }
  return moments.toSorted((left, right) => left.at - right.at);
}

/** A time of the handoff is that of an event, of a change of an attribute (an assignee set), or of a record's creation. */
function happened(at: Instant, what: string, records: readonly RecordStory[]): Moment {
  const event = records.flatMap(({ events }) => events).find(({ event: { occurredAt } }) => occurredAt === at);
  if (event !== undefined) {
    const { type, source } = event.event;
    const by = doer(event.event.by, event.person?.actor?.name ?? event.person?.account ?? null);
    return { at, what, by, where: event.entity.system, detail: `${type}, ${source.stream} ${source.id}` };
  }
  for (const { entity, objects } of records) {
    const where = entity.system;
    const change = objects.flatMap(({ object }) => object.history).find(({ validAt }) => validAt === at);
    if (change !== undefined) {
      const by = change.by === undefined ? null : doer(change.by, nameOf(change.by, entity, records));
      return { at, what, by, where, detail: `${change.attribute} set, ${formatRecordKey(entity)}` };
    }
    if (objects.some(({ object }) => object.createdAt === at)) {
      return { at, what, by: null, where, detail: `${formatRecordKey(entity)} created` };
    }
  }
  return { at, what, by: null, where: "hub", detail: null };
}

function doer(by: ActorEvidence, name: string | null): string | null {
  return name ?? by.client ?? (by.kind === "automation" ? "an automation" : null);
}

function nameOf({ person }: ActorEvidence, entity: EntityKey, records: readonly RecordStory[]): string | null {
  if (person === null) return null;
  const account = `${entity.system}/${entity.tenant}/${person}`;
  for (const { objects, events } of records) {
    const found = [...objects.flatMap(({ persons }) => Object.values(persons)), ...events.map((each) => each.person)];
    const actor = found.find((each) => each?.account === account)?.actor;
    if (actor !== null && actor !== undefined) return actor.name;
  }
  return account;
}

function written(connection: string, { at, event, requestId, nativeId, detail }: OutboxReceipt): Moment {
  const parts = [
    detail,
    nativeId === null ? null : `record ${nativeId}`,
    requestId === null ? null : `request ${requestId}`,
  ];
  const told = parts.filter((part) => part !== null);
  return {
    at,
    what: `write ${event}`,
    by: null,
    where: connection,
    detail: told.length === 0 ? null : told.join(", "),
  };
}
