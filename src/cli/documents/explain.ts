import { z } from "zod";
import type { EventStory, Explanation, ObjectStory, RecordStory } from "../../explain/index.ts";
import { formatRecordKey, toIso } from "../../model/index.ts";
import { handoffPart, plainJson, toHandoffPart } from "./handoffs.ts";
import { instantText, isoOrNull, jsonValue } from "./parts.ts";

const personPart = z
  .strictObject({
    account: z.string().describe("system/tenant/user id"),
    actor: z.string().nullable().describe("Id in people.yaml; null when nobody was found."),
    name: z.string().nullable(),
    method: z.string().nullable(),
    why: z.string().nullable(),
  })
  .describe("Who a user of a system is.");

const objectPart = z.strictObject({
  key: z.string(),
  type: z.string(),
  mapping: z.string(),
  url: z.string().nullable(),
  createdAt: instantText.nullable(),
  removed: z
    .strictObject({ at: instantText.nullable(), cause: z.string(), mergedInto: z.string().nullable() })
    .nullable(),
  attributes: z.record(z.string(), jsonValue),
  history: z.array(
    z.strictObject({
      attribute: z.string(),
      value: jsonValue,
      validAt: instantText,
      observedAt: instantText,
      source: z.enum(["history", "snapshot"]),
    }),
  ),
  sameAs: z
    .strictObject({ object: z.string(), method: z.string(), confidence: z.number(), why: z.string() })
    .nullable()
    .describe("The object this one turned out to be."),
  same: z.array(z.strictObject({ object: z.string(), method: z.string(), confidence: z.number(), why: z.string() })),
  references: z.array(
    z.strictObject({
      name: z.string(),
      says: jsonValue.describe("What the system's record says."),
      object: z.string().nullable().describe("What link found for it; null when nothing, or more than one thing."),
      method: z.string().nullable(),
    }),
  ),
  referencedBy: z.array(z.strictObject({ object: z.string(), name: z.string(), method: z.string() })),
  persons: z.record(z.string(), personPart),
});

const eventPart = z.strictObject({
  id: z.string(),
  type: z.string(),
  object: z.string(),
  at: instantText,
  precision: z.enum(["ms", "s", "day"]),
  by: z.strictObject({
    kind: z.enum(["human", "automation", "api", "unknown"]),
    client: z.string().nullable(),
    person: personPart.nullable(),
  }),
  stage: z.string().nullable(),
  fromStage: z.string().nullable(),
  attributes: z.record(z.string(), jsonValue),
  source: z.string().describe("The record that told it, system/tenant/stream/id."),
  mapping: z.string(),
  derivation: z.string(),
});

const recordPart = z.strictObject({
  key: z.string(),
  entity: z.string().describe("The record it belongs to; itself unless it is a row of another one's history."),
  partition: z.string(),
  firstSeenAt: instantText,
  modifiedAt: instantText.nullable(),
  removed: z
    .strictObject({
      at: instantText.nullable(),
      seenAt: instantText.nullable(),
      cause: z.string(),
      mergedInto: z.string().nullable(),
    })
    .nullable(),
  versions: z
    .array(
      z.strictObject({
        seenAt: instantText,
        run: z.string(),
        removed: z.string().nullable(),
        content: jsonValue,
      }),
    )
    .describe("Oldest first; the last one is current."),
  objects: z.array(objectPart),
  events: z.array(eventPart).describe("In time order; for a handoff with those of objects that refer to this one."),
});

/** `hub explain ID --json`. */
export const explainDocument = z.strictObject({
  asked: z.string(),
  records: z.array(recordPart),
  handoffs: z.array(
    z.strictObject({
      ...handoffPart.shape,
      decisions: z.array(
        z.strictObject({
          kind: z.enum(["waive", "snooze", "resume"]),
          reason: z.string(),
          by: z.string(),
          until: instantText.nullable(),
          at: instantText,
        }),
      ),
      proposed: z.array(
        z.strictObject({
          operation: z.string(),
          action: z.string(),
          connection: z.string(),
          field: z.string().nullable(),
          before: jsonValue,
          after: jsonValue,
          reason: z.string(),
        }),
      ),
      life: z
        .array(
          z.strictObject({
            at: instantText,
            what: z.string().describe("triggered, due, accepted, planned, approved, write sent, waived …"),
            by: z.string().nullable().describe("Null for what time alone brought about."),
            where: z.string().describe("A system, a connection, or `hub`."),
            detail: z.string().nullable(),
          }),
        )
        .describe("Everything that happened to it or was due, in the order of time."),
      base: z.record(z.string(), jsonValue).nullable().describe("What both sides held when they last agreed."),
      writes: z.array(
        z.strictObject({
          operation: z.string(),
          plan: z.string(),
          connection: z.string(),
          state: z.enum(["planned", "sent", "confirmed", "failed", "unknown", "stale", "half_done"]),
          attempts: z.int(),
          sentAt: instantText.nullable(),
          settledAt: instantText.nullable(),
          request: z.string().nullable(),
          record: z.string().nullable().describe("`system/tenant/stream/id`, once known."),
          problem: z.string().nullable(),
        }),
      ),
    }),
  ),
});

export type ExplainDocument = z.infer<typeof explainDocument>;

export function toExplainDocument(asked: string, { records, handoffs }: Explanation): ExplainDocument {
  return {
    asked,
    records: records.map(toRecordPart),
    handoffs: handoffs.map(({ handoff, decisions, proposed, life, base, writes }) => ({
      ...toHandoffPart(handoff),
      decisions: decisions.map(({ kind, reason, by, until, at }) => ({
        kind,
        reason,
        by,
        until: isoOrNull(until),
        at: toIso(at),
      })),
      proposed: proposed.map(({ id, action, connection, field, before, after, reason }) => ({
        operation: id,
        action,
        connection,
        field,
        before: plainJson(before),
        after: plainJson(after),
        reason,
      })),
      life: life.map(({ at, what, by, where, detail }) => ({ at: toIso(at), what, by, where, detail })),
      base: base === null ? null : mapValues(base, plainJson),
      writes: writes.map(({ entry }) => ({
        operation: entry.operationId,
        plan: entry.planHash,
        connection: entry.connection,
        state: entry.state,
        attempts: entry.attempts,
        sentAt: isoOrNull(entry.sentAt),
        settledAt: isoOrNull(entry.settledAt),
        request: entry.requestId,
        record: entry.targetKey,
        problem: entry.problem === null ? null : `${entry.problem.code} ${entry.problem.message}`,
      })),
    })),
  };
}

function toRecordPart({ history, entity, objects, events }: RecordStory): z.infer<typeof recordPart> {
  const { key, partition, firstSeenAt, modifiedAt, removed, versions } = history;
  return {
    key: formatRecordKey(key),
    entity: formatRecordKey(entity),
    partition,
    firstSeenAt: toIso(firstSeenAt),
    modifiedAt: isoOrNull(modifiedAt),
    removed:
      removed === null
        ? null
        : {
            at: isoOrNull(removed.at),
            seenAt: isoOrNull(removed.seenAt),
            cause: removed.cause,
            mergedInto: removed.mergedInto ?? null,
          },
    versions: versions.map(({ seenAt, runId, removed, content }) => ({
      seenAt: toIso(seenAt),
      run: runId,
      removed,
      content: plainJson(content),
    })),
    objects: objects.map(toObjectPart),
    events: events.map(toEventPart),
  };
}

function toObjectPart(story: ObjectStory): z.infer<typeof objectPart> {
  const { object, identity, same, references, referencedBy, persons } = story;
  const { key, type, mapping, url, createdAt, removed, attributes, history } = object;
  return {
    key,
    type,
    mapping,
    url,
    createdAt: isoOrNull(createdAt),
    removed:
      removed === null
        ? null
        : { at: isoOrNull(removed.at), cause: removed.cause, mergedInto: removed.mergedInto ?? null },
    attributes: mapValues(attributes, plainJson),
    history: history.map(({ attribute, value, validAt, observedAt, source }) => ({
      attribute,
      value: plainJson(value),
      validAt: toIso(validAt),
      observedAt: toIso(observedAt),
      source,
    })),
    sameAs:
      identity === null
        ? null
        : { object: identity.objectId, method: identity.method, confidence: identity.confidence, why: identity.why },
    same: same.map(({ objectKey, method, confidence, why }) => ({ object: objectKey, method, confidence, why })),
    references: references.map(({ reference, link }) => ({
      name: reference.name,
      says: plainJson(reference.to),
      object: link?.objectId ?? null,
      method: link?.method ?? null,
    })),
    referencedBy: referencedBy.map(({ objectKey, name, method }) => ({ object: objectKey, name, method })),
    persons: mapValues(persons, toPersonPart),
  };
}

function toEventPart({ event, entity, person }: EventStory): z.infer<typeof eventPart> {
  const { id, type, objectKey, occurredAt, precision, by, stage, fromStage, attributes, source } = event;
  return {
    id,
    type,
    object: objectKey,
    at: toIso(occurredAt),
    precision,
    by: { kind: by.kind, client: by.client ?? null, person: person === null ? null : toPersonPart(person) },
    stage,
    fromStage,
    attributes: mapValues(attributes, plainJson),
    source: formatRecordKey({ ...entity, ...source }),
    mapping: event.mapping,
    derivation: event.derivation,
  };
}

function toPersonPart(person: NonNullable<EventStory["person"]>): z.infer<typeof personPart> {
  const { account, actor, method, why } = person;
  return { account, actor: actor?.id ?? null, name: actor?.name ?? null, method, why };
}

function mapValues<From, To>(values: Readonly<Record<string, From>>, to: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value)]));
}
