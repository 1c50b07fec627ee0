import { describe, expect, test } from "@jest/globals";
import type { NameList } from "../../src/connectors/kit/index.ts";
import { resolveNames } from "../../src/configuration/index.ts";
import type { PinnedNames } from "../../src/configuration/index.ts";
import type { FieldValue, NormalisedEntity, Transition } from "../../src/model/index.ts";
import { homeNamed, inShownWords, acceptBindings, toldOf, translatorOf } from "../../src/sync/bindings/index.ts";
import type { ConnectionBindings, ListBindings } from "../../src/sync/bindings/index.ts";

const SCOPE = { field: "board", id: "b1", title: "Roadmap", known: {} };

function list(
  shown: Readonly<Record<string, string>>,
  pins: PinnedNames,
  options: Partial<Pick<NameList, "field" | "holds" | "scope">> = {},
): ListBindings {
  const { field = "Stage", holds = "options", scope = null } = options;
  const names = Object.entries(shown).map(([id, name]) => ({ id, name }));
  return {
    connection: "product",
    list: { stream: "items", field, holds, scope, shown: names },
    field,
    key: field ?? "(fields)",
    bindings: resolveNames(pins, Object.keys(pins), names, holds === "ids"),
  };
}

function entity(fields: Readonly<Record<string, FieldValue>>, to: FieldValue = null): NormalisedEntity {
  const change: Transition = {
    field: "Stage",
    from: null,
    to,
    at: 0,
    precision: "s",
    sequence: 0,
    by: { person: null, kind: "unknown" },
    source: { stream: "log", id: "1" },
  };
  return {
    key: { system: "s", tenant: "t", stream: "items", id: "1" },
    fields,
    transitions: to === null ? [] : [change],
    created: null,
    removed: null,
    url: null,
    gaps: ["Stage"],
  };
}

const option = (id: string, name: string): FieldValue => ({ option: id, name });
const PINS: PinnedNames = { Open: { id: "0" }, Done: { id: "1", now: "Ready" } };

describe("pinned names stand in for those shown now", () => {
  const translator = translatorOf([list({ 0: "Open", 1: "Shipped" }, PINS, { scope: SCOPE })]);
  const translate = (fields: Readonly<Record<string, FieldValue>>, to?: FieldValue) =>
    translator?.entity(entity(fields, to));

  test("now and since the last accepted name, in lists as well, and only on their board", () => {
    const board = option("b1", "Roadmap");
    const stages = [option("1", "Shipped"), option("0", "Open")];
    expect(translate({ board, Stage: stages }, option("1", "Ready"))).toMatchObject({
      fields: { board, Stage: [option("1", "Done"), option("0", "Open")] },
      transitions: [{ to: option("1", "Done") }],
    });
    expect(translate({ board: option("b2", "Other"), Stage: stages })?.fields["Stage"]).toEqual(stages);
  });

  test("but not for another label that had the id before", () => {
    const translated = translate({ board: option("b1", "Roadmap") }, option("1", "Cancelled"));
    expect(translated?.transitions[0]?.to).toEqual(option("1", "Cancelled"));
  });

  test("where records hold ids or names as text", () => {
    const byId = translatorOf([list({ "01": "Shipped" }, { Done: { id: "01" } }, { holds: "ids" })]);
    expect(byId?.entity(entity({ Stage: "01" }))?.fields).toEqual({ Stage: "Done" });
    const byName = translatorOf([list({ 7: "Recruiting" }, { Hiring: { id: "7" } }, { holds: "names" })]);
    expect(byName?.entity(entity({ Stage: "Recruiting" }))?.fields).toEqual({ Stage: "Hiring" });
    expect(byName?.facts({ Stage: "Recruiting" })).toEqual({ Stage: "Hiring" });
  });

  test("also for fields, with their changes and gaps, after the values in them", () => {
    const both = translatorOf([
      list({ status: "Phase" }, { Stage: { id: "status" } }, { field: null }),
      { ...list({ 1: "Shipped" }, { Done: { id: "1" } }, { field: "Phase" }), field: "Stage" },
    ]);
    const seen = entity({ Phase: option("1", "Shipped") }, option("1", "Shipped"));
    const given = {
      ...seen,
      gaps: ["Phase"],
      transitions: seen.transitions.map((each) => ({ ...each, field: "Phase" })),
    };
    expect(both?.entity(given)).toMatchObject({
      fields: { Stage: option("1", "Done") },
      transitions: [{ field: "Stage", to: option("1", "Done") }],
      gaps: ["Stage"],
    });
  });

  test("and nothing is done while all are called what they were", () => {
    expect(translatorOf([list({ 0: "Open", 1: "Done" }, { Open: { id: "0" }, Done: { id: "1" } })])).toBeNull();
  });
});

describe("a reused id", () => {
  const swapped = list({ 0: "Done", 1: "Open" }, { Open: { id: "0" }, Done: { id: "1" } });
  const translator = translatorOf([swapped]);

  test("holds back what carries it now, and nothing else", () => {
    expect(translator?.entity(entity({ Stage: option("0", "Done") }))).toBeNull();
    expect(translator?.entity(entity({ Stage: option("7", "Other") }, option("1", "Open")))).toBeNull();
    const told = entity({ Stage: option("7", "Other") }, option("0", "Open"));
    expect(translator?.entity(told)).toBe(told);
  });

  test("is refused as HUB-2015 until it is accepted by name", () => {
    const resolved = bindings([swapped]);
    expect(toldOf(resolved).refused.map(({ code }) => code)).toEqual(["HUB-2015", "HUB-2015"]);
    const lock = { product: { items: { Stage: { Open: "0", Done: "1" } } } };
    expect(acceptBindings(lock, resolved, null)).toEqual(lock);
    expect(acceptBindings(lock, resolved, ["open", "Done"])).toEqual({
      product: { items: { Stage: { Open: "1", Done: "0" } } },
    });
  });
});

describe("what is gone", () => {
  test("is told as HUB-2016, kept while other names are accepted, and let go of with everything", () => {
    const resolved = bindings([list({ 1: "Shipped" }, { Open: { id: "0" }, Done: { id: "1" } })], "Sprint");
    expect(toldOf(resolved).offers.map(({ code }) => code)).toEqual(["HUB-2016", "HUB-2014", "HUB-2016"]);
    const lock = { product: { items: { Stage: { Open: "0", Done: "1" }, Sprint: { One: "5" } } }, other: {} };
    expect(acceptBindings(lock, resolved, ["Done"])).toEqual({
      product: { items: { Stage: { Open: "0", Done: { id: "1", now: "Shipped" } }, Sprint: { One: "5" } } },
      other: {},
    });
    expect(acceptBindings(lock, resolved, null)).toEqual({
      product: { items: { Stage: { Done: { id: "1", now: "Shipped" } } } },
      other: {},
    });
  });
});

function bindings(lists: readonly ListBindings[], vanished?: string): ReadonlyMap<string, ConnectionBindings> {
  const gone = vanished === undefined ? [] : [{ stream: "items", key: vanished }];
  return new Map([["product", { lists, vanished: gone, translate: null, effect: "" }]]);
}

describe("what is to be written", () => {
  const renamed = [
    list({ f1: "Deal value" }, { Amount: { id: "f1" } }, { field: null }),
    list({ 0: "Open", 1: "Shipped" }, PINS, { scope: SCOPE }),
  ];

  test("is said in the words that the system shows now: fields, choices, and lists of them", () => {
    expect(inShownWords(renamed, "items", { Amount: 5, Stage: "Done", Tags: ["Done"] })).toEqual({
      "Deal value": 5,
      Stage: "Shipped",
      Tags: ["Done"],
    });
    expect(inShownWords(renamed, "items", { Stage: ["Open", "Done"] })).toEqual({ Stage: ["Open", "Shipped"] });
    expect(inShownWords(renamed, "others", { Amount: 5 })).toEqual({ Amount: 5 });
  });

  test("keeps a choice that two boards call differently", () => {
    const other = list({ 1: "Live" }, PINS, { scope: { ...SCOPE, id: "b2" } });
    expect(inShownWords([...renamed, other], "items", { Stage: "Done" })).toEqual({ Stage: "Done" });
  });

  test("is said in the words of the board it goes to, which a creation names by title or id", () => {
    const both = [...renamed, list({ 1: "Live" }, PINS, { scope: { ...SCOPE, id: "b2", title: "Road/map 2" } })];
    const places = ["roadmap", "Roadmap/Doing", "b2", "Road/Map 2", "Road/map 2/Doing", "Elsewhere/Doing"];
    expect(places.map((place) => homeNamed(both, "items", place))).toEqual(["b1", "b1", "b2", "b2", "b2", null]);
    expect(inShownWords(both, "items", { Stage: "Done", Amount: 5 }, "b1")).toEqual({
      Stage: "Shipped",
      "Deal value": 5,
    });
    expect(inShownWords(both, "items", { Stage: "Done" }, "b2")).toEqual({ Stage: "Live" });
  });
});
