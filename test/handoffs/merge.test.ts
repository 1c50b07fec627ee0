import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { readFileSync } from "node:fs";
import {
  advancedBases,
  compileContract,
  conflictKey,
  handoffSchema,
  proposeOperations,
  reconcile,
} from "../../src/handoffs/index.ts";
import type { Contract, ReconcileInput } from "../../src/handoffs/index.ts";
import type { Canonical, Handoff, LinkedObject, Operation } from "../../src/model/index.ts";
import { actors, calendar, deal, hours, input, onboarding } from "./world.ts";

/** Sales to CS for deals of any size. */
const FILE: object = { ...parse(readFileSync("config/handoffs/sales-to-cs.yaml", "utf8")), where: undefined };

/** Sales to CS with one line of `fields:` of its own. */
function contractWith(amount: object, more: object = {}): Contract {
  return compileContract(
    handoffSchema.parse({ ...FILE, ...more, fields: { amount: { theirs: "deal_amount", ...amount } } }),
    { calendar },
  );
}

const usd = (amount: number): Canonical => ({ amount, currency: "USD", corporate: amount });

interface Case {
  readonly contract: Contract;
  readonly base?: Canonical;
  readonly source: Canonical;
  readonly target: Canonical;
  readonly sourceAt?: number;
  readonly targetAt?: number;
  readonly more?: (id: string) => Partial<ReconcileInput>;
}

interface Outcome {
  readonly handoff: Handoff;
  readonly operations: readonly Operation[];
  readonly bases: readonly (readonly [string, Canonical])[];
}

function merge({ contract, base, source, target, sourceAt, targetAt, more }: Case): Outcome {
  const history = (attribute: string, value: Canonical, at: number | undefined) =>
    at === undefined ? [] : ([[attribute, value, at]] as const);
  const sources = [deal({ attributes: { amount: source }, history: history("amount", source, sourceAt) })];
  const targets = [
    onboarding({
      attributes: { opportunity_id: "006A", deal_amount: target },
      history: history("deal_amount", target, targetAt),
    }),
  ];
  const [first] = reconcile(contract, input(sources, targets, hours(400)));
  const id = first?.id ?? "";
  const bases = new Map(base === undefined ? [] : [[id, { amount: base }]]);
  const given = { bases, ...more?.(id) };
  const [handoff] = reconcile(contract, input(sources, targets, hours(400), given));
  if (handoff === undefined) throw new Error("a handoff was expected");
  const objects = new Map<string, LinkedObject>([...sources, ...targets].map((object) => [object.id, object]));
  const connections = new Map([
    ["asana-main", { system: "asana", tenant: "ws" }],
    ["salesforce-prod", { system: "salesforce", tenant: "org" }],
  ]);
  return {
    handoff,
    operations: proposeOperations(contract, { handoffs: [handoff], objects, actors, connections }),
    bases: advancedBases(contract, {
      handoffs: [handoff],
      objects,
      bases,
      conflictDecisions: given.conflictDecisions ?? new Map(),
    }).flatMap(({ fields }) => Object.entries(fields).filter(([name]) => !name.startsWith("@"))),
  };
}

/** `content change: what is proposed`, with the side that is written. */
function told({ handoff, operations }: Outcome): string {
  const [comparison] = handoff.comparisons;
  const writes = operations.map(({ objectType, field, before, after }) => {
    const text = (value: unknown): string => JSON.stringify(value);
    return `${objectType}.${field}: ${text(before)} → ${text(after)}`;
  });
  return `${handoff.content} ${comparison?.change ?? "-"}: ${writes.join("; ")}`;
}

describe("a field that both sides hold", () => {
  const source = contractWith({});
  const target = contractWith({ rule: "target" });
  const shared = contractWith({ rule: "shared" });

  test.each<
    [fact: string, contract: Contract, base: number | undefined, s: number | null, t: number | null, told: string]
  >([
    ["is in sync when all agree", source, 1, 1, 1, "in_sync -: "],
    ["follows the source that owns it", source, 1, 2, 1, "drifted source_changed: onboarding.deal_amount: 1 → 2"],
    ["is put back where the source owns it", source, 1, 1, 2, "drifted target_changed: onboarding.deal_amount: 2 → 1"],
    ["follows its owner when both changed it", source, 1, 2, 3, "drifted conflict: onboarding.deal_amount: 3 → 2"],
    [
      "is reported at first sync, and written only when approved",
      source,
      undefined,
      1,
      2,
      "drifted first_sync: onboarding.deal_amount: 2 → 1",
    ],
    [
      "is emptied when its owner empties it",
      source,
      1,
      null,
      1,
      "drifted source_changed: onboarding.deal_amount: 1 → null",
    ],
    ["is not compared while the source never said anything", source, undefined, null, 1, "in_sync -: "],
    ["converges without a write", source, 1, 2, 2, "in_sync convergent: "],
    [
      "goes to the source where the target owns it",
      target,
      1,
      1,
      2,
      "drifted target_changed: opportunity.amount: 1 → 2",
    ],
    [
      "is put back in the source where the target owns it",
      target,
      1,
      2,
      1,
      "drifted source_changed: opportunity.amount: 2 → 1",
    ],
    [
      "fills what is empty in the source",
      target,
      undefined,
      null,
      2,
      "drifted first_sync: opportunity.amount: null → 2",
    ],
    [
      "goes from source to target where it is shared",
      shared,
      1,
      2,
      1,
      "drifted source_changed: onboarding.deal_amount: 1 → 2",
    ],
    [
      "goes from target to source where it is shared",
      shared,
      1,
      1,
      2,
      "drifted target_changed: opportunity.amount: 1 → 2",
    ],
    ["waits for a person when both changed it", shared, 1, 2, 3, "conflict conflict: "],
    ["is only reported when nobody ever agreed on it", shared, undefined, 1, 2, "drifted first_sync: "],
  ])("%s", (_fact, contract, base, s, t, expected) => {
    const money = (value: number | null): Canonical => (value === null ? null : usd(value));
    const outcome = merge({
      contract,
      source: money(s),
      target: t,
      ...(base === undefined ? {} : { base: usd(base) }),
    });
    const plain = (text: string): string =>
      text.replaceAll(/\{"amount":(\d+),"currency":"USD","corporate":[^}]*\}/gu, "$1");
    expect(plain(told(outcome))).toBe(expected);
  });

  test("is a conflict that outranks everything but a wrong link, and stops the handoff's other repairs", () => {
    const contract = compileContract(
      handoffSchema.parse({
        ...FILE,
        fields: { amount: { theirs: "deal_amount", rule: "shared" }, due_date: { ours: "go_live" } },
      }),
      { calendar },
    );
    const sources = [deal({ attributes: { amount: usd(2) } })];
    const targets = [
      onboarding({ attributes: { opportunity_id: "006A", deal_amount: 3, due_date: { day: "2026-09-09" } } }),
    ];
    const [first] = reconcile(contract, input(sources, targets, hours(400)));
    const bases = new Map([[first?.id ?? "", { amount: usd(1) }]]);
    const handoffs = reconcile(contract, input(sources, targets, hours(400), { bases }));
    expect(handoffs[0]).toMatchObject({ label: "conflict", plain: "needs your decision" });
    expect(handoffs[0]?.because).toContain("amount was changed on both sides");
    const objects = new Map([...sources, ...targets].map((object) => [object.id, object]));
    const connections = new Map([["asana-main", { system: "asana", tenant: "ws" }]]);
    expect(proposeOperations(contract, { handoffs, objects, actors, connections })).toEqual([]);
  });
});

describe("a conflict of a shared field", () => {
  const conflict = { base: usd(1), source: usd(2), target: 3 };
  const recent = contractWith({ rule: "shared", on_conflict: "most_recent" }, { clock_skew: "20 seconds" });

  test.each<[string, Omit<Case, "base" | "source" | "target">, string | null]>([
    [
      "goes to the later change where field times and clocks are known",
      { contract: recent, sourceAt: 10, targetAt: 11 },
      "target",
    ],
    ["goes to the source when that is the later", { contract: recent, sourceAt: 12, targetAt: 11 }, "source"],
    ["stays open without the time of one side's field", { contract: recent, sourceAt: 12 }, null],
    [
      "stays open when the times lie within the clocks' difference",
      { contract: recent, sourceAt: 12, targetAt: 12.003 },
      null,
    ],
    [
      "goes where a standing decision says",
      { contract: contractWith({ rule: "shared", on_conflict: "target" }), sourceAt: 12 },
      "target",
    ],
    ["stays open by default", { contract: contractWith({ rule: "shared" }), sourceAt: 12, targetAt: 11 }, null],
  ])("%s", (_fact, given, resolution) => {
    expect(merge({ ...conflict, ...given }).handoff.comparisons[0]).toMatchObject({ change: "conflict", resolution });
  });

  test("takes what is not empty where the rule prefers that", () => {
    const contract = contractWith({ rule: "shared", on_conflict: "prefer_non_empty" });
    expect(told(merge({ contract, base: usd(1), source: null, target: 3 }))).toMatch(/^drifted conflict: opportunity/u);
    expect(told(merge({ contract, ...conflict }))).toBe("conflict conflict: ");
  });

  test("is never decided by time for prose", () => {
    const text = compileContract(
      handoffSchema.parse({
        ...FILE,
        clock_skew: "5 seconds",
        fields: { name: { rule: "shared", on_conflict: "most_recent" } },
      }),
      { calendar },
    );
    const at = (name: string, hour: number) => ({ attributes: { name }, history: [["name", name, hour]] as const });
    const sources = [deal(at("one\ntwo", 10))];
    const target = at("one\nthree", 20);
    const targets = [onboarding({ ...target, attributes: { ...target.attributes, opportunity_id: "006A" } })];
    const [first] = reconcile(text, input(sources, targets, hours(400)));
    const bases = new Map([[first?.id ?? "", { name: "one" }]]);
    const [handoff] = reconcile(text, input(sources, targets, hours(400), { bases }));
    expect(handoff?.comparisons[0]).toMatchObject({ change: "conflict", resolution: null });
  });

  test("tells who changed each side and when", () => {
    const { handoff } = merge({ contract: contractWith({ rule: "shared" }), ...conflict, sourceAt: 10, targetAt: 11 });
    expect(handoff.comparisons[0]).toMatchObject({
      base: usd(1),
      sourceChanged: { at: hours(10), by: "dana" },
      targetChanged: { at: hours(11), by: "dana" },
    });
  });

  test("is settled by a person's word until a side changes again", () => {
    const contract = contractWith({ rule: "shared" });
    const decide = (at: number) => (id: string) => ({
      conflictDecisions: new Map([
        [conflictKey(id, "amount"), { take: "target" as const, by: "Dana Ortiz", at: hours(at), reason: "asked" }],
      ]),
    });
    const settled = merge({ contract, ...conflict, sourceAt: 10, targetAt: 11, more: decide(12) });
    expect(told(settled)).toMatch(/^drifted conflict: opportunity\.amount/u);
    expect(settled.operations[0]).toMatchObject({ risk: "high", rule: expect.stringContaining("a person decided") });
    expect(told(merge({ contract, ...conflict, sourceAt: 13, targetAt: 11, more: decide(12) }))).toBe(
      "conflict conflict: ",
    );
    // Both sides came to agree since: the word was spent on that.
    const spent = merge({
      contract,
      ...conflict,
      more: (id) => ({
        ...decide(12)(id),
        bases: new Map([[id, { amount: usd(1), "@spent amount": { at: hours(12) } }]]),
      }),
    });
    expect(told(spent)).toBe("conflict conflict: ");
  });
});

describe("the base", () => {
  const contract = contractWith({});

  test.each<[string, Omit<Case, "contract">, readonly (readonly [string, Canonical])[]]>([
    ["is set at a first sync that finds both sides equal", { source: usd(2), target: 2 }, [["amount", usd(2)]]],
    ["is not set while they differ", { source: usd(2), target: 3 }, []],
    ["stays while nothing changes", { base: usd(2), source: usd(2), target: 2 }, []],
    ["advances when both came to the same", { base: usd(1), source: usd(2), target: 2 }, [["amount", usd(2)]]],
    ["waits while a repair is only proposed", { base: usd(1), source: usd(2), target: 1 }, []],
  ])("%s", (_fact, given, expected) => {
    expect(merge({ contract, ...given }).bases).toEqual(expected);
  });

  test("that was agreed with another target says nothing of this one", () => {
    const agreed = { amount: usd(1), "@target": "asana/ws/project/999", "@fields": ["amount"] };
    const { handoff } = merge({
      contract,
      source: usd(1),
      target: 2,
      more: (id) => ({ bases: new Map([[id, agreed]]) }),
    });
    expect(handoff.comparisons[0]?.change).toBe("first_sync");
  });

  test("names a person so that both systems' accounts can be held against it", () => {
    const owner = compileContract(handoffSchema.parse({ ...FILE, fields: { owner: { ours: "csm" } } }), { calendar });
    const sources = [deal()];
    const targets = [onboarding({ attributes: { opportunity_id: "006A" } })];
    const handoffs = reconcile(owner, input(sources, targets, hours(400)));
    const objects = new Map([...sources, ...targets].map((object) => [object.id, object]));
    const given = { handoffs, objects, bases: new Map(), conflictDecisions: new Map() };
    expect(advancedBases(owner, given)[0]?.fields["owner"]).toEqual({ person: "dana" });
  });
});

describe("a list that only grows", () => {
  const contract = contractWith({ ours: "tags", theirs: "tags", rule: "append_only" });
  const propose = (ours: Canonical, theirs: Canonical): unknown => {
    const sources = [deal({ attributes: { tags: ours } })];
    const targets = [onboarding({ attributes: { opportunity_id: "006A", tags: theirs } })];
    const handoffs = reconcile(contract, input(sources, targets, hours(400)));
    const objects = new Map([...sources, ...targets].map((object) => [object.id, object]));
    const connections = new Map([["asana-main", { system: "asana", tenant: "ws" }]]);
    return proposeOperations(contract, { handoffs, objects, actors, connections })[0]?.after;
  };

  test("gets what it lacks and loses nothing", () => {
    expect(propose(["a", "B"], ["b", "c"])).toEqual(["b", "c", "a"]);
    expect(propose(["a"], ["A", "c"])).toBeUndefined();
  });

  test("is never put together from prose", () => {
    expect(propose("one", "two")).toBeUndefined();
    expect(propose("one", null)).toBe("one");
  });
});
