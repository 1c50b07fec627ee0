import type { EventStory, Explanation, ObjectStory, RecordStory, ToldHandoff } from "../explain/index.ts";
import { historyOf } from "../handoffs/index.ts";
import { canonicalJson, formatRecordKey, toIso } from "../model/index.ts";
import type { Canonical, Instant, JsonObject, Operation } from "../model/index.ts";
import { weightText } from "./match-text.ts";

type Person = NonNullable<EventStory["person"]>;

/** An explanation as a person reads it: the handoff first, then each record from what is stored to what became of it. */
export function explanationText({ records, handoffs }: Explanation): string {
  const names = namesIn(records);
  return [...handoffs.map((told) => handoffText(told, records, names)), ...records.map(recordText)].join("\n");
}

/** `system/tenant/user id` → the person's name, of everybody whom the records name. */
type Names = ReadonlyMap<string, string>;

function namesIn(records: readonly RecordStory[]): Names {
  const found = records.flatMap(({ objects, events }) => [
    ...objects.flatMap(({ persons }) => Object.values(persons)),
    ...events.map(({ person }) => person).filter((person) => person !== null),
  ]);
  return new Map(found.flatMap(({ account, actor }) => (actor === null ? [] : [[account, actor.name] as const])));
}

function handoffText(told: ToldHandoff, records: readonly RecordStory[], names: Names): string {
  const { handoff, life, proposed, base } = told;
  const { id, contract, occurrence, plain, label, link, timeliness, content, decision, historical } = handoff;
  return lines([
    `Handoff ${id}: ${contract}${occurrence > 0 ? `, occurrence ${occurrence}` : ""}`,
    `  ${historical ? "historical, no state is computed" : `${plain} (${label}: link ${link}, timeliness ${timeliness}, content ${content}, decision ${decision})`}`,
    `  ${handoff.because}`,
    ...sideLines("from", handoff.sourceKey, records),
    ...sideLines("to", handoff.targetKey, records),
    ...handoff.evidence.map(
      ({ targetKey, rung, why, confidence, breakdown = [] }) =>
        `  evidence, rung ${rung} (${confidence}): ${targetKey}${named(targetKey, records)}: ${[why, ...breakdown.map(weightText)].join("; ")}`,
    ),
    ...handoff.comparisons.map(({ field, source, target, equal, owner }) => {
      const agreed = base?.[field];
      const before = agreed === undefined ? "" : `, last agreed on ${value(agreed)}`;
      const sides = `${sideValue(source, handoff.sourceKey, names)} at the source, ${sideValue(target, handoff.targetKey, names)} at the target`;
      return `  ${field} (${owner}): ${sides}${before}${equal ? "" : ", DIFFERENT"}`;
    }),
    ...proposed.map(({ action, connection, field, before, after, reason, system }) => {
      const write = (held: Canonical): string => personOf(held, system, names) ?? value(held);
      const what = field === null ? "" : ` ${field}: ${write(before)} → ${afterText(after, write)}`;
      return `  proposed: ${action} in ${connection}${what} (${reason})`;
    }),
    "  its states",
    ...historyOf(handoff).map(
      ({ at, label: became, because, ...fields }) =>
        `    ${time(at)}  ${Object.entries(fields)
          .map(([name, to]) => `${name} ${to}`)
          .join(", ")} → ${became}: ${because}`,
    ),
    "  its life",
    ...life.map(({ at, what, by, where, detail }) => {
      const who = by === null ? "" : ` by ${by}`;
      return `    ${time(at)}  ${what}${who} in ${where}${detail === null ? "" : `: ${detail}`}`.replace(" in hub", "");
    }),
  ]);
}

function sideLines(word: string, key: string | null, records: readonly RecordStory[]): readonly string[] {
  if (key === null) return [];
  const url = objectOf(key, records)?.object.url ?? null;
  return [`  ${word.padEnd(5)} ${key}${named(key, records)}`, ...(url === null ? [] : [`        ${url}`])];
}

function objectOf(key: string, records: readonly RecordStory[]): ObjectStory | undefined {
  return records.flatMap(({ objects }) => objects).find(({ object }) => object.key === key);
}

function named(key: string, records: readonly RecordStory[]): string {
  const name = objectOf(key, records)?.object.attributes["name"];
  return typeof name === "string" ? ` "${name}"` : "";
}

/** A value as its side's system means it: a user id there is a person here. */
function sideValue(held: Canonical, key: string | null, names: Names): string {
  const [system = "", tenant = ""] = key?.split("/") ?? [];
  const name = isPerson(held) ? names.get(`${system}/${tenant}/${held.person}`) : undefined;
  return name ?? value(held);
}

function personOf(held: Canonical, system: string, names: Names): string | null {
  if (!isPerson(held)) return null;
  const account = [...names].find(([key]) => key.startsWith(`${system}/`) && key.endsWith(`/${held.person}`));
  return account?.[1] ?? null;
}

function isPerson(held: Canonical): held is { readonly person: string } {
  return typeof held === "object" && held !== null && "person" in held;
}

function afterText(after: Operation["after"], write: (held: Canonical) => string): string {
  return isCanonical(after)
    ? write(after)
    : Object.entries(after)
        .map(([name, held]) => `${name} ${write(held)}`)
        .join(", ");
}

/** A creation holds its fields by name, everything else one value. */
function isCanonical(after: Operation["after"]): after is Canonical {
  if (typeof after !== "object" || after === null || Array.isArray(after)) return true;
  return ["amount", "day", "at", "person"].some((name) => name in after && Object.keys(after).length <= 3);
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
