import type { EventStory, Explanation, HandoffStory, ObjectStory, RecordStory } from "../explain/index.ts";
import { canonicalJson, formatRecordKey, toIso } from "../model/index.ts";
import type { Canonical, Instant, JsonObject } from "../model/index.ts";

type Person = NonNullable<EventStory["person"]>;

/** An explanation as a person reads it: the handoff first, then each record from what is stored to what became of it. */
export function explanationText({ records, handoffs }: Explanation): string {
  return [...handoffs.map(handoffText), ...records.map(recordText)].join("\n");
}

function handoffText({ handoff, decisions, proposed }: HandoffStory): string {
  const { id, contract, occurrence, plain, label, link, timeliness, content, decision, historical } = handoff;
  const times = [
    ["triggered", handoff.triggeredAt],
    ["due", handoff.dueAt],
    ["grace until", handoff.graceUntil],
    ["target created", handoff.createdAt],
    ["accepted", handoff.acceptedAt],
    ["rejected", handoff.rejectedAt],
    ["revoked", handoff.revokedAt],
  ] as const;
  return lines([
    `Handoff ${id}: ${contract}${occurrence > 0 ? `, occurrence ${occurrence}` : ""}`,
    `  ${historical ? "historical, no state is computed" : `${plain} (${label}: link ${link}, timeliness ${timeliness}, content ${content}, decision ${decision})`}`,
    `  ${handoff.because}`,
    ...(handoff.sourceKey === null ? [] : [`  from  ${handoff.sourceKey}`]),
    ...(handoff.targetKey === null ? [] : [`  to    ${handoff.targetKey}`]),
    ...times.filter(([, at]) => at !== null).map(([name, at]) => `  ${name.padEnd(14)} ${time(at ?? 0)}`),
    ...handoff.evidence.map(
      ({ targetKey, rung, why, confidence }) => `  evidence, rung ${rung} (${confidence}): ${targetKey}: ${why}`,
    ),
    ...handoff.comparisons.map(
      ({ field, source, target, equal }) =>
        `  ${field}: ${value(source)} at the source, ${value(target)} at the target${equal ? "" : ", DIFFERENT"}`,
    ),
    ...decisions.map(
      ({ kind, reason, by, at, until }) =>
        `  ${kind}d ${time(at)} by ${by}${until === null ? "" : ` until ${time(until)}`}: ${reason}`,
    ),
    ...proposed.map(
      ({ action, connection, field, before, after, reason }) =>
        `  proposed: ${action} in ${connection}${field === null ? "" : ` ${field}: ${value(before)} → ${canonicalJson(after)}`} (${reason})`,
    ),
  ]);
}

function recordText({ history, entity, objects, events }: RecordStory): string {
  const { key, partition, firstSeenAt, modifiedAt, removed, versions } = history;
  const own = formatRecordKey(key);
  const owner = formatRecordKey(entity);
  return lines([
    `Record ${own}`,
    ...(owner === own ? [] : [`  a row of the history of ${owner}`]),
    `  first seen ${time(firstSeenAt)} in ${partition}${modifiedAt === null ? "" : `, changed there ${time(modifiedAt)}`}`,
    ...(removed === null
      ? []
      : [
          `  ${removed.cause}${removed.at === null ? "" : ` ${time(removed.at)}`}${removed.mergedInto === undefined ? "" : ` into ${removed.mergedInto}`}`,
        ]),
    ...versions.map(({ seenAt, runId, removed: ended, content }, index) => {
      const what = index === 0 ? fieldList(content) : changes(versions[index - 1]?.content ?? null, content);
      return `  version ${index + 1}, ${time(seenAt)}, run ${runId.slice(0, 8)}: ${ended === null ? what : `${ended}; ${what}`}`;
    }),
    ...(objects.length === 0 ? ["  maps to nothing"] : objects.flatMap(objectLines)),
    ...(events.length === 0 ? [] : ["  events"]),
    ...events.map((each) => eventLine(each, owner)),
  ]);
}

function objectLines({ object, identity, same, references, referencedBy, persons }: ObjectStory): readonly string[] {
  return [
    `  ${object.type} ${object.key} (${object.mapping})`,
    ...(object.url === null ? [] : [`    ${object.url}`]),
    ...(identity === null ? [] : [`    is the same as ${identity.objectId} (${identity.method}): ${identity.why}`]),
    ...same.map((link) => `    so is ${link.objectKey} (${link.method}): ${link.why}`),
    ...Object.entries(object.attributes).map(([name, held]) => {
      const person = persons[name];
      return `    ${name.padEnd(18)} ${person === undefined ? value(held) : personText(person)}`;
    }),
    ...references.map(({ reference, link }) => {
      const says = reference.to.kind === "record" ? reference.to.id : `${reference.to.by} ${reference.to.value}`;
      return `    → ${reference.name.padEnd(16)} ${link === null ? `${says}: not found, or more than one` : `${link.objectId} (by ${link.method})`}`;
    }),
    ...referencedBy.map((link) => `    ← ${link.name.padEnd(16)} ${link.objectKey} (by ${link.method})`),
  ];
}

/** @param owner the record that is told about; of events of others, the object is named, too. */
function eventLine({ event, entity, person }: EventStory, owner: string): string {
  const who = person === null ? event.by.kind : `${person.actor?.name ?? person.account} (${event.by.kind})`;
  const by = event.by.client === undefined ? who : `${who}, ${event.by.client}`;
  const told = Object.entries(event.attributes).map(([name, held]) => `${name} ${value(held)}`);
  const what = told.length === 0 ? "" : ` (${told.join(", ")})`;
  const of = formatRecordKey(entity) === owner ? "" : ` of ${event.objectKey}`;
  return `    ${time(event.occurredAt)}  ${event.type}${what}${of}  by ${by}  from ${event.source.stream} ${event.source.id}, ${event.derivation}`;
}

function personText({ account, actor, method, why }: Person): string {
  return actor === null ? `${account}: nobody of people.yaml` : `${actor.name} (${method ?? ""}: ${why ?? ""})`;
}

function fieldList(content: JsonObject | null): string {
  return content === null ? "no content" : `${Object.keys(content).length} fields`;
}

/** Which top-level fields differ between two versions, with their values where these are short. */
function changes(before: JsonObject | null, after: JsonObject | null): string {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort();
  const different = names.filter((name) => canonicalJson(before?.[name]) !== canonicalJson(after?.[name]));
  if (different.length === 0) return "same content";
  return different.map((name) => `${name} ${short(before?.[name])} → ${short(after?.[name])}`).join("; ");
}

function short(held: unknown): string {
  const text = canonicalJson(held);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function value(held: Canonical): string {
  if (held === null || typeof held !== "object") return String(held ?? "–");
  if ("amount" in held) return `${held.amount.toLocaleString("en-US")} ${held.currency}`;
  if ("day" in held) return held.day;
  if ("at" in held && typeof held.at === "number") return time(held.at);
  if ("person" in held) return held.person;
  return canonicalJson(held);
}

function time(instant: Instant): string {
  return toIso(instant).replace(".000Z", "Z");
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
