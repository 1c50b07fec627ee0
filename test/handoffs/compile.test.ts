import { describe, expect, test } from "@jest/globals";
import { compileContract, explainContract, handoffSchema, tryCompileContract } from "../../src/handoffs/index.ts";
import type { HandoffFile, TypeWords } from "../../src/handoffs/index.ts";
import { calendar, contractFile, deal } from "./world.ts";

const types: ReadonlyMap<string, TypeWords> = new Map([
  [
    "opportunity",
    {
      attributes: new Map([
        ["name", "text"],
        ["kind", "text"],
        ["amount", "money"],
        ["csm", "person"],
        ["contract_number", "text"],
      ]),
      references: ["account"],
      stages: ["Proposal", "Closed Won"],
    },
  ],
  [
    "onboarding",
    {
      attributes: new Map([
        ["name", "text"],
        ["opportunity_id", "text"],
        ["contract_number", "text"],
        ["owner", "person"],
      ]),
      references: ["account"],
      stages: [],
    },
  ],
]);

const base: HandoffFile = handoffSchema.parse({
  handoff: "sales-to-cs",
  since: "2025-11-01",
  from: { when: "opportunity enters Closed Won" },
  to: { expect: "onboarding" },
  due: { created: "24h" },
});

describe("a slip", () => {
  test.each<[string, Partial<HandoffFile>, code: string, path: string, says: RegExp]>([
    [
      "in the trigger",
      { from: { when: "opportunity was won", again: "each time" } },
      "HUB-2202",
      "from.when",
      /is no trigger/u,
    ],
    [
      "in a stage's name",
      { from: { when: "opportunity enters Closed Wonn", again: "each time" } },
      "HUB-2203",
      "from.when",
      /no stage "Closed Wonn"/u,
    ],
    ["in an object type", { to: { expect: "onbording" } }, "HUB-2203", "to.expect", /"onbording"/u],
    ["in an attribute", { match: [{ link: "opp_id" }] }, "HUB-2203", "match.0.link", /no attribute "opp_id"/u],
    ["in a length of time", { due: { created: "soon", grace: "24h" } }, "HUB-2205", "due.created", /"soon"/u],
    ["in a sentence", { accepted_when: "someone likes it" }, "HUB-2202", "accepted_when", /cannot be read/u],
    ["in a condition's name", { where: 'opportunity.knd == "x"' }, "HUB-2204", "where", /knd/u],
    ["in a condition's types", { where: "opportunity.kind > 5" }, "HUB-2204", "where", /overload/u],
    [
      "in what a condition gives",
      { unless: "opportunity.amount.corporate + 1" },
      "HUB-2204",
      "unless",
      /not yes or no/u,
    ],
    ["about presence", { to: { expect: "itself" } }, "HUB-2206", "to.present_when", /when it is present/u],
    [
      "in a rule for conflicts of a field that one side owns",
      { fields: { name: { rule: "source", on_conflict: "most_recent", compare: "folded" } } },
      "HUB-2208",
      "fields.name.on_conflict",
      /belongs to a shared field/u,
    ],
    [
      "in a rule that needs clocks nobody compared",
      { fields: { name: { rule: "shared", on_conflict: "most_recent", compare: "folded" } } },
      "HUB-2208",
      "fields.name.on_conflict",
      /clocks differ by less than a minute/u,
    ],
    [
      "in the clocks' difference",
      { clock_skew: "1 business day" },
      "HUB-2205",
      "clock_skew",
      /no length of clock time/u,
    ],
    [
      "in the connection to create in",
      { to: { expect: "onboarding", create_from: "asna/T" } },
      "HUB-2207",
      "to.create_from",
      /no connection "asna"/u,
    ],
  ])("%s is told with its place", (_where, change, code, path, says) => {
    const { value, problems } = tryCompileContract(
      { ...base, ...change },
      { calendar, types, connections: ["asana-main"] },
    );
    expect(value).toBeNull();
    expect(problems[0]).toMatchObject({ code, message: expect.stringMatching(says) });
    expect(problems[0]?.path.join(".")).toBe(path);
    expect(problems[0]?.remedy).not.toBe("");
  });

  test("is thrown when one contract is compiled alone", () => {
    expect(() => compileContract({ ...base, accepted_when: "?" }, { calendar })).toThrow(
      expect.objectContaining({ code: "HUB-2202", disposition: "operator" }),
    );
  });

  test("in a member's name fails the schema", () => {
    expect(handoffSchema.safeParse({ ...base, duee: {} }).success).toBe(false);
  });
});

describe("conditions", () => {
  const holds = (where: string, attributes = {}): boolean | null | undefined =>
    tryCompileContract({ ...base, where }, { calendar, types }).value?.where?.holds(deal({ attributes }));

  test.each([
    ["opportunity.amount.corporate >= 5000", true],
    ["opportunity.amount.corporate + 1 > 9720", true],
    ["opportunity.amount.currency == 'EUR' && opportunity.kind != '5000'", true],
    ["opportunity.csm == 'dana'", true],
  ])("%s is %s", (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test("that need an empty value are unknown, unless the rest decides", () => {
    expect(holds("opportunity.amount.corporate < 5000", { amount: null })).toBeNull();
    expect(holds('opportunity.kind == "New Business" || opportunity.amount.corporate < 5000', { amount: null })).toBe(
      true,
    );
    expect(holds('opportunity.amount.corporate < 5000 || opportunity.kind == "New Business"', { amount: null })).toBe(
      true,
    );
  });
});

test("a since without a time begins with that day in the calendar's zone", () => {
  expect(compileContract(base, { calendar }).since).toBe(Date.parse("2025-11-01T07:00:00Z"));
});

test("a contract is said back in sentences", () => {
  expect(explainContract(contractFile("marketing-to-sales"))).toEqual([
    "Marketing → Sales: when a lead enters MQL (again only once the one before was decided), its owner is to be a person within 1 business hour.",
    "What happened before 2026-05-01T07:00:00.000Z is counted apart. After a grace of 4h it counts as missing.",
    "It is accepted when the lead enters SAL by a person's hand, due within 1 business day.",
    "It is rejected when the lead enters Recycled or Disqualified before that.",
    "Nothing is expected any more once the lead is deleted.",
    "The hub only watches: it proposes nothing.",
  ]);
  expect(explainContract(contractFile("product-to-engineering")).join(" ")).toContain(
    "An epic belongs to it when its item_id is the feature's id, or else when the feature's engineering_epic is its id, or else when both have the same feature_key.",
  );
});
