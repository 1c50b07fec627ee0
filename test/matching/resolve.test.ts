import { describe, expect, test } from "@jest/globals";
import { array, assert as check, double, integer, property, record } from "fast-check";
import {
  assign,
  candidatePairs,
  COMPANIES,
  CONTACTS,
  estimateChances,
  refineChances,
  resolveBooks,
  scoreOf,
  THRESHOLDS,
} from "../../src/matching/index.ts";
import type { Agreement, CompanyRecord, ContactRecord, Resolution } from "../../src/matching/index.ts";

const CHANCES = {
  name: { same: { m: 0.8, u: 0.1 }, different: { m: 0.2, u: 0.9 } },
  mail: { same: { m: 0.5, u: 0.125 }, different: { m: 0.5, u: 0.875 } },
};

describe("the score", () => {
  test("is the prior and the sum of the weights in bits, as a probability", () => {
    const { probability, breakdown } = scoreOf([{ field: "name", level: "same" }], CHANCES, 0.5);
    expect(breakdown).toEqual([{ field: "name", level: "same", weight: 3 }]);
    expect(probability).toBeCloseTo(8 / 9, 10);
  });

  test("does not move by what a side is silent about", () => {
    expect(scoreOf([], CHANCES, 0.2)).toEqual({ probability: expect.closeTo(0.2, 10), breakdown: [] });
  });

  test("weighs a rare value more than a common one", () => {
    const of = (chance: number): number =>
      scoreOf([{ field: "name", level: "same", chance }], CHANCES, 0.01).probability;
    expect(of(0.001)).toBeGreaterThan(of(0.01));
    expect(of(0.5)).toBe(of(0.1));
  });

  test("counts only the heaviest of fields that tell the same", () => {
    const agreements = [
      { field: "name", level: "same" },
      { field: "mail", level: "same" },
    ];
    expect(scoreOf(agreements, CHANCES, 0.5, [["name", "mail"]]).breakdown.map(({ field }) => field)).toEqual(["name"]);
    expect(scoreOf(agreements, CHANCES, 0.5).breakdown).toHaveLength(2);
  });
});

describe("the assignment", () => {
  const inOrder = (a: { left: string }, b: { left: string }): number => (a.left < b.left ? -1 : 1);
  const pairs = (...all: readonly (readonly [string, string, number])[]): Record<string, readonly string[]> => {
    const scored = all.map(([left, right, probability]) => ({ left, right, probability }));
    const { accepted, queued } = assign(scored, THRESHOLDS, inOrder);
    const say = ({ left, right }: { left: string; right: string }): string => `${left}${right}`;
    return { accepted: accepted.map(say), queued: queued.map(say) };
  };

  test("takes what is sure and ahead, shows what is likely, and forgets the rest", () => {
    expect(pairs(["a", "1", 0.99], ["b", "2", 0.8], ["c", "3", 0.5])).toEqual({ accepted: ["a1"], queued: ["b2"] });
  });

  test("takes neither of two that are as likely", () => {
    expect(pairs(["a", "1", 0.99], ["a", "2", 0.97])).toEqual({ accepted: [], queued: ["a1", "a2"] });
  });

  test("gives one target to one source only, and a rival that is taken elsewhere is none any more", () => {
    expect(pairs(["a", "1", 0.999], ["a", "2", 0.85], ["b", "2", 0.97])).toEqual({
      accepted: ["a1", "b2"],
      queued: [],
    });
  });
});

test("whatever the pairs and their order, nobody is given twice, and nothing below a threshold is taken", () => {
  const scored = array(
    record({
      left: integer({ min: 0, max: 5 }),
      right: integer({ min: 0, max: 5 }),
      probability: double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 30 },
  ).map((all) => [...new Map(all.map((pair) => [`${pair.left} ${pair.right}`, pair])).values()]);
  const inOrder = (a: { left: number; right: number }, b: { left: number; right: number }): number =>
    a.left - b.left || a.right - b.right;
  check(
    property(scored, (pairs) => {
      const { accepted, queued } = assign(pairs, THRESHOLDS, inOrder);
      for (const side of ["left", "right"] as const) {
        expect(new Set(accepted.map((pair) => pair[side])).size).toBe(accepted.length);
      }
      expect(accepted.every(({ probability }) => probability >= THRESHOLDS.accept)).toBe(true);
      expect(queued.every(({ probability }) => probability >= THRESHOLDS.queue)).toBe(true);
      expect(assign(pairs.toReversed(), THRESHOLDS, inOrder)).toEqual({ accepted, queued });
    }),
    { seed: 20_261_102, numRuns: 300 },
  );
});

test("a block of too many records is skipped and told of, and its records meet by other keys", () => {
  const many = Array.from({ length: 5 }, (_, n) => `x${n}`);
  const { pairs, skipped } = candidatePairs(many, many, (text) => ["all", text], 4);
  expect(skipped).toEqual([{ key: "all", size: 5 }]);
  expect([...pairs]).toHaveLength(5);
});

function company(id: string, more: Partial<CompanyRecord>): CompanyRecord {
  return { id, name: null, addresses: [], phone: null, country: null, externalIds: [], ...more };
}

function contact(id: string, more: Partial<ContactRecord>): ContactRecord {
  return { id, name: null, email: null, phone: null, company: null, ...more };
}

const crowd = Array.from({ length: 40 }, (_, n) =>
  company(`crowd ${n}`, { name: `Bystander ${n}`, addresses: [`bystander-${n}.example`] }),
);

function among(left: CompanyRecord, ...right: readonly CompanyRecord[]): Resolution {
  return resolveBooks(COMPANIES, [left, ...crowd], right);
}

const acme = company("acme", { name: "Acme Robotics Inc.", addresses: ["https://www.acme.example"], country: "US" });

describe("a company", () => {
  test.each([
    ["misspelt", { name: "Acme Robtoics", addresses: ["info@acme.example"] }],
    ["under a former domain", { name: "Acme Robotics", addresses: ["old-acme.example"] }],
    ["with only free mail", { name: "ACME Robotics, LLC", addresses: ["acme@gmail.com"], country: "US" }],
  ])("is found %s", (_how, more) => {
    const aliases = { domains: new Map([["old-acme.example", "acme.example"]]), companies: new Map() };
    const { accepted } = resolveBooks(COMPANIES, [acme, ...crowd], [company("b", more)], { aliases });
    expect(accepted.map(({ left }) => left)).toEqual(["acme"]);
  });

  test.each([
    ["by its domain alone", { addresses: ["acme.example"] }],
    ["by a domain under another name", { name: "Zenith Freight", addresses: ["acme.example"] }],
    ["for its subsidiary", { name: "Acme Robotics GmbH", addresses: ["acme-robotics-gmbh.example"], country: "DE" }],
    ["for a stranger of nearly the same name", { name: "Acme Robotics Consulting", addresses: ["arc.example"] }],
  ])("is not taken %s", (_how, more) => {
    expect(among(acme, company("b", more)).accepted).toEqual([]);
  });

  test("tells field by field why it was taken", () => {
    const [found] = among(acme, company("b", { name: "Acme Robotics", addresses: ["acme.example"] })).accepted;
    expect(found?.breakdown.map(({ field, level }) => `${field}: ${level}`)).toEqual(["name: same", "domain: same"]);
    expect(found?.breakdown.every(({ weight }) => weight > 0)).toBe(true);
  });
});

describe("a person", () => {
  const dana = contact("dana", { name: "Dana Ortiz", email: "dana.ortiz@acme.example", company: "Acme" });
  const others = Array.from({ length: 40 }, (_, n) =>
    contact(`other ${n}`, { name: `Given${n} Family${n}`, email: `g${n}@other-${n}.example` }),
  );
  const find = (more: Partial<ContactRecord>): readonly string[] =>
    resolveBooks(CONTACTS, [dana, ...others], [contact("b", more)]).accepted.map(({ left }) => left);

  test("is found by name and address in another form", () => {
    expect(find({ name: "Ortiz, Dana", email: "d.ortiz@acme.example" })).toEqual(["dana"]);
  });

  test("is not taken for a colleague, a namesake, or a mailbox that many read", () => {
    expect(find({ name: "Kate Roth", email: "kate.roth@acme.example", company: "Acme" })).toEqual([]);
    expect(find({ name: "Dana Ortiz", email: "dana.ortiz@zenith.example" })).toEqual([]);
    expect(find({ email: "info@acme.example" })).toEqual([]);
  });
});

describe("chances", () => {
  const same = [{ field: "name", level: "same" }];
  const different = [{ field: "name", level: "different" }];

  test("are counted over labelled pairs, and no level is impossible", () => {
    const labelled = [1, 2, 3, 4, 5, 6, 7, 8].flatMap(() => [
      { agreements: same, match: 1 },
      { agreements: different, match: 0 },
    ]);
    expect(estimateChances(labelled, { name: CHANCES.name })).toEqual({
      name: { same: { m: 8.5 / 9, u: 0.5 / 9 }, different: { m: 0.5 / 9, u: 8.5 / 9 } },
    });
  });

  test("come nearer to what is so without labels", () => {
    const both = (times: number, level: string): readonly (readonly Agreement[])[] =>
      Array.from({ length: times }, () => ["name", "mail"].map((field) => ({ field, level })));
    const pairs = [...both(30, "same"), ...both(70, "different")];
    const refined = refineChances(pairs, CHANCES, 0.3);
    expect(refined["mail"]?.["same"]?.m).toBeGreaterThan(0.95);
    expect(refined["mail"]?.["same"]?.u).toBeLessThan(0.05);
  });
});
