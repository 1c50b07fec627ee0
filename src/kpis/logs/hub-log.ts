import { formatRecordKey, parseRecordKey, toIso } from "../../model/index.ts";
import type { Canonical, Instant, ModelEvent, ModelObject, ModelPort } from "../../model/index.ts";
import type { LogAbout } from "./about.ts";
import type { LogAttribute, LogSink, Moment } from "./log.ts";
import { LogWriter } from "./log-writer.ts";
import { EPOCH } from "./ocel/put.ts";

/** What of the store a log of the hub's own objects and events is made of. */
export type HubModel = Pick<ModelPort, "objects" | "events" | "objectLinks" | "referenceLinks">;

/**
 * Writes the hub's own objects and events as a log, up to an instant. An event belongs to the object it happened to and to those
 * that this one refers to (the step's onboarding, the opportunity's account). Merged objects speak through the one they were merged
 * into; persons are the account ids of their systems, never names.
 * @throws HubError HUB-2415 when the log's file cannot be written
 */
export async function hubLog(model: HubModel, asOf: Instant, path: string): Promise<LogAbout> {
  const writer = await LogWriter.open({ path, source: "the hub", strict: false });
  try {
    await fill(model, asOf, writer);
    return await writer.finish({
      format: "hub",
      source: "the hub",
      importedAt: asOf,
      zone: null,
      csv: null,
      xes: null,
      caseType: null,
    });
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

async function fill(model: HubModel, asOf: Instant, sink: LogSink): Promise<void> {
  const merged = new Map((await model.objectLinks()).map(({ objectKey, objectId }) => [objectKey, objectId]));
  const idOf = (key: string): string => merged.get(key) ?? key;
  const ids = new Set<string>();
  const types = { object: new Set<string>(), event: new Set<string>() };
  const declare = (kind: "object" | "event", type: string): void => {
    if (types[kind].has(type)) return;
    types[kind].add(type);
    sink.declare({ kind, type, attribute: null, dataType: null });
  };
  for await (const page of model.objects()) {
    for (const object of page) {
      if (merged.has(object.key)) continue;
      declare("object", object.type);
      ids.add(object.key);
      sink.object({ id: object.key, type: object.type, attributes: attributesOf(object), line: null });
    }
  }
  const references = new Map<string, { readonly to: string; readonly qualifier: string }[]>();
  for (const { objectKey, name, objectId } of await model.referenceLinks()) {
    const [from, to] = [idOf(objectKey), idOf(objectId)];
    if (!ids.has(from) || !ids.has(to)) continue;
    sink.objectObject({ from, to, qualifier: name, line: null });
    const known = references.get(from) ?? [];
    known.push({ to, qualifier: name });
    references.set(from, known);
  }
  for await (const page of model.events()) {
    for (const event of page) {
      if (event.occurredAt > asOf) continue;
      declare("event", event.type);
      sink.event({
        id: event.id,
        caseId: null,
        activity: event.type,
        at: { ...momentOf(event.occurredAt), dayOnly: event.precision === "day" },
        resource: event.by.person,
        lifecycle: null,
        attributes: eventAttributes(event),
        line: null,
      });
      const related = new Map<string, { readonly to: string; readonly qualifier: string }>();
      for (const { to, qualifier } of [...relationsOf(event), ...(references.get(idOf(event.objectKey)) ?? [])]) {
        if (ids.has(idOf(to))) related.set(`${qualifier}\0${idOf(to)}`, { to: idOf(to), qualifier });
      }
      for (const { to, qualifier } of related.values()) {
        sink.eventObject({ from: event.id, to, qualifier, line: null });
      }
    }
  }
}

/** The object it happened to, and the records its references name. */
function relationsOf(event: ModelEvent): readonly { readonly to: string; readonly qualifier: string }[] {
  const own = parseRecordKey(event.objectKey);
  const others = event.references.flatMap(({ name, to }) =>
    own === undefined || to.kind !== "record"
      ? []
      : [{ to: formatRecordKey({ ...own, stream: to.stream, id: to.id }), qualifier: name }],
  );
  return [{ to: event.objectKey, qualifier: "subject" }, ...others];
}

function eventAttributes({ attributes, stage, fromStage, by }: ModelEvent): readonly LogAttribute[] {
  const more: Readonly<Record<string, string | null>> = {
    stage,
    "from stage": fromStage,
    "by kind": by.kind,
    "by client": by.client ?? null,
  };
  return [
    ...Object.entries(attributes).flatMap(([name, value]) => plain(name, value)),
    ...Object.entries(more).flatMap(([name, value]) => (name in attributes ? [] : plain(name, value))),
  ];
}

/** Current values since ever; attributes with a history by their changes. */
function attributesOf({ attributes, history, url }: ModelObject): readonly LogAttribute[] {
  const changed = new Map<string, LogAttribute[]>();
  for (const { attribute, value, validAt } of history) {
    const list = changed.get(attribute) ?? [];
    list.push(...plain(attribute, value).map((each) => ({ ...each, at: momentOf(validAt) })));
    changed.set(attribute, list);
  }
  return [
    ...Object.entries(attributes).flatMap(([name, value]) =>
      changed.has(name) ? [] : plain(name, value).map((each) => ({ ...each, at: EPOCH })),
    ),
    ...[...changed.values()].flat(),
    ...(url === null || "url" in attributes ? [] : [{ name: "url", type: "string", value: url, at: EPOCH }]),
  ];
}

/** A value as attributes of one level each; nothing for null. */
function plain(name: string, value: Canonical): readonly LogAttribute[] {
  const of = (type: string, text: string, suffix = ""): LogAttribute => ({
    name: `${name}${suffix}`,
    type,
    value: text,
  });
  if (value === null) return [];
  if (typeof value === "string") return [of("string", value)];
  if (typeof value === "boolean") return [of("boolean", String(value))];
  if (typeof value === "number") return [of(Number.isInteger(value) ? "integer" : "float", String(value))];
  if (isList(value)) return [of("string", JSON.stringify(value))];
  if ("day" in value) return [of("string", value.day)];
  if ("at" in value) return [of("time", toIso(value.at))];
  if ("person" in value) return [of("string", value.person)];
  return [
    of("float", String(value.amount)),
    of("string", value.currency, " currency"),
    ...(value.corporate === null ? [] : [of("float", String(value.corporate), " corporate")]),
  ];
}

function isList(value: Canonical): value is readonly string[] {
  return Array.isArray(value);
}

function momentOf(instant: Instant): Moment {
  return { micros: BigInt(Math.round(instant)) * 1000n, offset: 0, dayOnly: false };
}
