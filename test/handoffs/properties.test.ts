import { describe, expect, test } from "@jest/globals";
import { array, assert, boolean, constantFrom, integer, property, record } from "fast-check";
import { essentialsOf, KeptObjects, reconcile } from "../../src/handoffs/index.ts";
import type { LinkedObject } from "../../src/model/index.ts";
import { actors, contractFile, deal, hours, input, onboarding } from "./world.ts";

const contract = contractFile("sales-to-cs");
const RUNS = { seed: 20_261_102, numRuns: 150 };

const stages = array(constantFrom("Proposal", "Closed Won", "Negotiation", "Closed Lost"), { maxLength: 6 }).map(
  (names) => names.map((name, n) => [name, n * 40] as const),
);

const deals = array(
  record({
    stages,
    key: constantFrom("C-1", "C-2", null),
    account: constantFrom("acme", "acme2"),
    gone: boolean(),
  }),
  { maxLength: 5 },
).map((all) =>
  all.map(({ stages, key, account, gone }, n) =>
    deal({
      id: `006${n}`,
      stages,
      references: { account },
      attributes: { contract_number: key },
      removed: gone ? { at: hours(250), cause: "deleted" } : null,
    }),
  ),
);

const onboardings = array(
  record({
    link: constantFrom("0060", "0061", "006ZZ", null),
    key: constantFrom("C-1", "C-2", null),
    at: integer({ min: -50, max: 300 }),
  }),
  { maxLength: 6 },
).map((all) =>
  all.map(({ link, key, at }, n) =>
    onboarding({ id: `12${n}`, at: hours(at), attributes: { opportunity_id: link, contract_number: key } }),
  ),
);

describe("reconciling", () => {
  test("gives the same whatever the order of its input", () => {
    assert(
      property(deals, onboardings, integer({ min: 0, max: 400 }), (sources, targets, at) => {
        const once = reconcile(contract, input(sources, targets, hours(at)));
        const turned = reconcile(contract, input(sources.toReversed(), targets.toReversed(), hours(at)));
        expect(turned).toEqual(once);
      }),
      RUNS,
    );
  });

  test("never gives one target to two handoffs, nor a target by name alone", () => {
    assert(
      property(deals, onboardings, (sources, targets) => {
        const taken = reconcile(contract, input(sources, targets, hours(400))).filter(
          (handoff) => handoff.targetKey !== null,
        );
        expect(new Set(taken.map(({ targetKey }) => targetKey)).size).toBe(taken.length);
        for (const { link, evidence } of taken) if (link === "matched") expect(evidence[0]?.rung).toBeLessThan(3);
      }),
      RUNS,
    );
  });

  test("keeps ids and occurrences as time goes on, and what was revoked stays so", () => {
    assert(
      property(
        deals,
        onboardings,
        integer({ min: 0, max: 200 }),
        integer({ min: 0, max: 200 }),
        (sources, targets, first, more) => {
          const later = new Map(
            reconcile(contract, input(sources, targets, hours(first + more))).map((handoff) => [handoff.id, handoff]),
          );
          for (const handoff of reconcile(contract, input(sources, targets, hours(first)))) {
            if (handoff.link === "orphan") continue;
            const then = later.get(handoff.id);
            expect([then?.occurrence, then?.triggeredAt]).toEqual([handoff.occurrence, handoff.triggeredAt]);
            if (handoff.link === "revoked")
              expect([then?.link, then?.revokedAt]).toEqual(["revoked", handoff.revokedAt]);
          }
        },
      ),
      RUNS,
    );
  });

  test("looks at its objects in proportion to their number", () => {
    const looks = (n: number): number => {
      let count = 0;
      const watched = (linked: LinkedObject): LinkedObject => ({
        ...linked,
        get object() {
          count += 1;
          return linked.object;
        },
      });
      const sources: LinkedObject[] = [];
      const targets: LinkedObject[] = [];
      for (let i = 0; i < n; i += 1) {
        sources.push(watched(deal({ id: `006${i}`, references: {}, attributes: { contract_number: `C-${i}` } })));
        if (i % 3 === 0) continue;
        const attributes = i % 3 === 1 ? { opportunity_id: `006${i}` } : { contract_number: `C-${i}` };
        targets.push(watched(onboarding({ id: `12${i}`, attributes })));
      }
      expect(reconcile(contract, input(sources, targets, hours(400)))).toHaveLength(n);
      return count;
    };

    // Anything that compares all with all would look 64 times as often.
    expect(looks(2_400) / looks(300)).toBeLessThan(9);
  });
});

describe("what a contract does not look at", () => {
  test("may be left away, and the rest be kept as text: the same handoffs come of what is left", () => {
    const kept = (side: "source" | "target", objects: readonly LinkedObject[]): KeptObjects => {
      const [essentials, left] = [essentialsOf(contract, side), new KeptObjects(actors)];
      for (const object of objects) left.add(essentials(object));
      return left;
    };
    assert(
      property(deals, onboardings, integer({ min: 0, max: 400 }), (sources, targets, at) => {
        const left = reconcile(contract, input(kept("source", sources), kept("target", targets), hours(at)));
        expect(left).toEqual(reconcile(contract, input(sources, targets, hours(at))));
      }),
      RUNS,
    );
  });

  test("keeps the steps that decide and the first sign of work", () => {
    const project = onboarding({
      at: hours(5),
      attributes: { opportunity_id: "0060" },
      steps: [
        ["Welcome mail", 6],
        ["Accept handoff", 9],
        ["Kickoff call", 30],
      ],
    });
    const slim = essentialsOf(contract, "target")(project);
    expect(slim.events.map(({ attributes }) => attributes["step"])).toEqual(["Welcome mail", "Accept handoff"]);
    const whole = reconcile(contract, input([deal({ id: "0060" })], [project], hours(400)));
    expect(reconcile(contract, input([deal({ id: "0060" })], [slim], hours(400)))).toEqual(whole);
    expect(whole[0]).toMatchObject({ firstWorkAt: hours(6), acceptedAt: hours(9) });
  });
});
