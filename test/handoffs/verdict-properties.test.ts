import { describe, expect, test } from "@jest/globals";
import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { reconcile } from "../../src/handoffs/index.ts";
import type { MatchDecision } from "../../src/handoffs/index.ts";
import type { Handoff } from "../../src/model/index.ts";
import { contractFile, deal, hours, input, onboarding } from "./world.ts";

const contract = contractFile("sales-to-cs");
const RUNS = { seed: 20_261_102, numRuns: 200 };
const [DEALS, PROJECTS] = [3, 4];
const dealKey = (n: number): string => `salesforce/org/Opportunity/006${n}`;
const projectKey = (n: number): string => `asana/ws/project/12${n}`;

const keys = constantFrom("C-1", "C-2", null);
const links = constantFrom("0060", "0061", "006ZZ", null);
const worlds = record({
  deals: array(keys, { minLength: DEALS, maxLength: DEALS }),
  projects: array(record({ link: links, key: keys }), { minLength: PROJECTS, maxLength: PROJECTS }),
  words: array(
    record({
      source: integer({ min: 0, max: DEALS - 1 }),
      target: integer({ min: 0, max: PROJECTS - 1 }),
      kind: constantFrom("confirm", "reject"),
    }),
    { maxLength: 6 },
  ),
  written: array(
    record({ source: integer({ min: 0, max: DEALS - 1 }), target: integer({ min: 0, max: PROJECTS - 1 }) }),
    { maxLength: 3 },
  ),
}).map(({ deals, projects, words, written }) => ({
  sources: deals.map((contract_number, n) => deal({ id: `006${n}`, attributes: { contract_number } })),
  targets: projects.map(({ link, key }, n) =>
    onboarding({ id: `12${n}`, at: hours(n), attributes: { opportunity_id: link, contract_number: key } }),
  ),
  matchDecisions: words.map(({ source, target, kind }): MatchDecision => ({
    contract: null,
    a: dealKey(source),
    b: projectKey(target),
    kind,
    by: "Rae",
    at: 1,
    reason: "",
  })),
  confirmedLinks: new Map(written.map(({ source, target }) => [projectKey(target), dealKey(source)])),
}));

/** By target, the last word on each source. */
function lastWords(words: readonly MatchDecision[]): ReadonlyMap<string, MatchDecision["kind"]> {
  return new Map(words.map(({ a, b, kind }) => [`${a} ${b}`, kind]));
}

function pairsOf(handoffs: readonly Handoff[]): readonly string[] {
  return handoffs.flatMap(({ sourceKey, evidence }) => evidence.map(({ targetKey }) => `${sourceKey} ${targetKey}`));
}

describe("whatever persons said and the hub wrote", () => {
  test("a rejected pair is never brought up, and no target is held twice", () => {
    assert(
      property(worlds, ({ sources, targets, ...words }) => {
        const handoffs = reconcile(contract, input(sources, targets, hours(400), words));
        const rejected = [...lastWords(words.matchDecisions)].flatMap(([pair, kind]) =>
          kind === "reject" ? [pair] : [],
        );
        for (const pair of pairsOf(handoffs)) expect(rejected).not.toContain(pair);
        const held = handoffs.flatMap(({ targetKey, link }) =>
          targetKey === null || link === "orphan" ? [] : [targetKey],
        );
        expect(new Set(held).size).toBe(held.length);
      }),
      RUNS,
    );
  });

  test("a source with one confirmed target holds it, unless the same target was given to another one later", () => {
    assert(
      property(worlds, ({ sources, targets, ...words }) => {
        const handoffs = reconcile(contract, input(sources, targets, hours(400), words));
        const given = new Map<string, string>();
        for (const { a, b, kind } of words.matchDecisions) {
          if (lastWords(words.matchDecisions).get(`${a} ${b}`) === "confirm" && kind === "confirm") given.set(b, a);
        }
        for (const { sourceKey, targetKey } of handoffs) {
          const own = [...given].flatMap(([target, source]) => (source === sourceKey ? [target] : []));
          if (own.length === 1) expect(targetKey).toBe(own[0]);
        }
      }),
      RUNS,
    );
  });

  test("the order of sources and targets changes nothing", () => {
    assert(
      property(worlds, ({ sources, targets, ...words }) => {
        const once = reconcile(contract, input(sources, targets, hours(400), words));
        expect(reconcile(contract, input(sources.toReversed(), targets.toReversed(), hours(400), words))).toEqual(once);
      }),
      RUNS,
    );
  });
});
