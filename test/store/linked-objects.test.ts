import { beforeEach, expect, test } from "@jest/globals";
import type { ModelEvent, ModelObject, NamedReference, StorePort } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore, page, record } from "../support/store.ts";

const PLACE = { system: "salesforce", tenant: "t1" };

let store: StorePort;

function keyOf(stream: string, id: string): string {
  return `salesforce/t1/${stream}/${id}`;
}

function pointsTo(name: string, stream: string, id: string): NamedReference {
  return { name, to: { kind: "record", stream, id } };
}

function object(stream: string, id: string, references: readonly NamedReference[] = []): ModelObject {
  const rest = { mapping: "m", attributes: { id }, history: [], createdAt: 0, removed: null, url: null };
  return { key: keyOf(stream, id), type: stream, references, ...rest };
}

function happened({ key, type }: ModelObject): ModelEvent {
  const of = { objectKey: key, objectType: type, source: { stream: type, id: "1" } };
  const at = { occurredAt: 1, precision: "s", sequence: 0, by: { person: null, kind: "human" } } as const;
  const rest = { stage: null, fromStage: null, attributes: {}, references: [], mapping: "m", derivation: "" };
  return { id: `${key} happened`, type: "happened", ...of, ...at, ...rest };
}

async function hold(objects: readonly ModelObject[]): Promise<void> {
  const fence = await begin(store);
  for (const stream of new Set(objects.map(({ type }) => type))) {
    const records = objects
      .filter(({ type }) => type === stream)
      .map(({ key }) => record(key.split("/")[3] ?? "", { key }, { stream }));
    await store.records.commitPage(
      fence,
      page(records, { key: { ...PLACE, stream }, dependents: { [stream]: [stream] } }),
    );
  }
  await store.mapping.mapPending(fence, 100, ({ stream, id }) => {
    const mapped = objects.filter(({ key }) => key === keyOf(stream, id));
    return { outputs: { objects: mapped, events: mapped.map(happened), unmapped: [] } };
  });
  const merged = { objectKey: keyOf("project", "old"), objectId: keyOf("project", "p1"), method: "merged" };
  const word = { objectKey: keyOf("step", "s3"), objectId: keyOf("project", "p2"), method: "key:id" };
  await store.model.replaceLinks(fence, {
    objects: [{ ...merged, confidence: 1, why: "" }],
    keys: [
      { ...word, name: "project" },
      { ...word, objectKey: keyOf("step", "s1"), name: "project" },
    ],
    actors: [],
  });
  await store.runs.end(fence, { outcome: "complete", endedAt: AS_OF, summary: null });
}

beforeEach(async () => {
  store = memoryStore();
  await hold([
    object("project", "p1"),
    object("project", "p2"),
    object("project", "old"),
    // Not in the order of their keys, in which they are told.
    object("step", "s2", [pointsTo("project", "project", "old"), pointsTo("nobody", "project", "p9")]),
    object("step", "s1", [pointsTo("project", "project", "p1")]),
    object("step", "s3"),
    object("step", "s4", [pointsTo("other", "project", "p2")]),
    object("note", "n1", [pointsTo("about", "project", "p2")]),
  ]);
});

test("an object comes with what happened to its children of every join, those of what was merged into it too", async () => {
  const joins = [
    { type: "step", reference: "project" },
    { type: "note", reference: "about" },
  ];
  const projects = (await Array.fromAsync(store.model.linkedObjects("project", joins))).flat();
  const told = projects.map((project) => [
    project.object.attributes["id"],
    project.events.map(({ objectKey }) => objectKey),
    project.childEvents.map(({ objectKey }) => objectKey),
  ]);
  expect(told).toEqual([
    ["old", [keyOf("project", "old")], []],
    ["p1", [keyOf("project", "p1")], [keyOf("step", "s1"), keyOf("step", "s2")]],
    ["p2", [keyOf("project", "p2")], [keyOf("note", "n1"), keyOf("step", "s3")]],
  ]);
});

test("a reference leads to the survivor, to a record before a word, and nowhere where nothing is", async () => {
  const steps = (await Array.fromAsync(store.model.linkedObjects("step", []))).flat();
  expect(steps.map(({ references }) => references)).toEqual([
    { project: keyOf("project", "p1") },
    { project: keyOf("project", "p1") },
    { project: keyOf("project", "p2") },
    { other: keyOf("project", "p2") },
  ]);
});

test("objects are found by their keys, whatever their types; keys of nothing find nothing", async () => {
  const found = await store.model.objectsAt([keyOf("step", "s1"), keyOf("note", "n1"), keyOf("note", "n2")]);
  expect(found.map(({ object: { key } }) => key).sort()).toEqual([keyOf("note", "n1"), keyOf("step", "s1")]);
  expect(found.map(({ events }) => events.length)).toEqual([1, 1]);
});
