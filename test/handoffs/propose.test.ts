import { describe, expect, test } from "@jest/globals";
import { planHash, proposeOperations, reconcile } from "../../src/handoffs/index.ts";
import type { Contract } from "../../src/handoffs/index.ts";
import type { LinkedObject, Operation } from "../../src/model/index.ts";
import { actors, contractFile, deal, hours, input, onboarding } from "./world.ts";

const contract = contractFile("sales-to-cs");
const linked = { opportunity_id: "006A" };

function propose(
  sources: readonly LinkedObject[],
  targets: readonly LinkedObject[],
  how: Contract = contract,
  more = {},
): readonly Operation[] {
  return proposeOperations(how, {
    handoffs: reconcile(how, input(sources, targets, hours(400), more)),
    objects: new Map([...sources, ...targets].map((object) => [object.id, object])),
    actors,
    connections: new Map([["asana-main", { system: "asana", tenant: "ws" }]]),
  });
}

describe("a plan", () => {
  test("creates what is missing from its template, with the link and what the source owns", () => {
    const [operation, more] = propose([deal()], []);
    expect(more).toBeUndefined();
    expect(operation).toMatchObject({
      action: "create",
      connection: "asana-main",
      system: "asana",
      objectType: "onboarding",
      targetKey: null,
      after: {
        template: "Customer Onboarding v4",
        opportunity_id: "006A",
        contract_number: "C-1",
        deal_amount: 9000,
        owner: { person: "dana" },
        due_date: { day: "2026-07-01" },
      },
    });
  });

  test("brings a drifted field to what the source says", () => {
    expect(propose([deal()], [onboarding({ attributes: { ...linked, deal_amount: 1 } })])).toMatchObject([
      {
        action: "update",
        targetKey: "asana/ws/project/120",
        field: "deal_amount",
        before: 1,
        after: 9000,
        precondition: "deal_amount is unchanged",
      },
    ]);
  });

  test("never names an owner who has left: the backup takes over", () => {
    const left = deal({ attributes: { csm: { person: "gone" } } });
    expect(propose([left], [])[0]?.after).toMatchObject({ owner: { person: "kate" } });
    expect(propose([left], [onboarding({ attributes: { ...linked, owner: { person: "kate" } } })])).toEqual([]);
    expect(propose([left], [onboarding({ attributes: { ...linked, owner: { person: "gone" } } })])).toEqual([]);
  });

  test.each<[string, readonly LinkedObject[], readonly LinkedObject[]]>([
    [
      "a duplicate",
      [deal()],
      [onboarding({ attributes: linked }), onboarding({ id: "121", attributes: { ...linked, deal_amount: 1 } })],
    ],
    ["what is ambiguous", [deal()], [onboarding()]],
    [
      "what was revoked",
      [
        deal({
          stages: [
            ["Closed Won", 0],
            ["Proposal", 5],
          ],
        }),
      ],
      [],
    ],
    ["an orphan", [], [onboarding({ attributes: { name: "x" } })]],
    ["what is historical", [deal({ stages: [["Closed Won", -24 * 300]] })], []],
  ])("leaves %s alone", (_what, sources, targets) => {
    expect(propose(sources, targets)).toEqual([]);
  });

  test("leaves what is waived alone, and everything when the contract observes", () => {
    const [handoff] = reconcile(contract, input([deal()], [], hours(400)));
    const waivers = new Map([[handoff?.id ?? "", { reason: "r", by: "b", until: null }]]);
    expect(propose([deal()], [], contract, { waivers })).toEqual([]);
    expect(propose([deal()], [], { ...contract, mode: "observe" })).toEqual([]);
  });
});

describe("the hash of a plan", () => {
  const operations = propose(
    [deal(), deal({ id: "006B", references: {}, attributes: { contract_number: "C-2" } })],
    [],
  );

  test("does not change with order, score, cost or reason", () => {
    const same = operations
      .toReversed()
      .map((operation) => ({ ...operation, confidence: 0.1, calls: 99, reason: "other" }));
    expect(planHash(same)).toBe(planHash(operations));
  });

  test("changes with what is done", () => {
    const other = operations.map((operation) => ({ ...operation, after: { name: "Other" } }));
    expect(planHash(other)).not.toBe(planHash(operations));
    expect(planHash(operations.slice(1))).not.toBe(planHash(operations));
  });
});
