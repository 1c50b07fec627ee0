import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { compileContract, handoffSchema, runContractTests } from "../../src/handoffs/index.ts";
import { calendar } from "./world.ts";

const people = [
  { id: "dana", name: "Dana Ortiz", kind: "human" as const, team: "Customer Success", backup: "kate" },
  { id: "kate", name: "Kate Lim", kind: "human" as const, team: "Customer Success", backup: null },
];
const kinds = (all: Readonly<Record<string, string>>) => ({
  attributes: new Map(Object.entries(all)),
  references: ["account"],
  stages: null,
});
const types = new Map([
  [
    "opportunity",
    kinds({ name: "text", kind: "option", amount: "money", csm: "person", go_live: "date", contract_number: "text" }),
  ],
  [
    "onboarding",
    kinds({
      name: "text",
      account_name: "text",
      opportunity_id: "text",
      contract_number: "text",
      deal_amount: "number",
      owner: "person",
      due_date: "date",
    }),
  ],
]);

const DEAL = `{ id: "006A", attributes: { name: Acme, kind: New Business, csm: Dana Ortiz, go_live: 2026-07-01,
  amount: { amount: 9000, currency: USD, corporate: 9000 } },
  stages: [{ Proposal: 2026-05-28T16:00:00Z }, { name: Closed Won, at: 2026-06-01T16:00:00Z, by: Kate Lim }] }`;

/** What a contract's one test comes to: each slip as `path: message`. */
function slips(yaml: string): readonly string[] {
  const file = handoffSchema.parse({
    ...(parse(readFileSync("config/handoffs/sales-to-cs.yaml", "utf8")) as object),
    tests: [parse(`at: 2026-06-20T00:00:00Z\nsources: [${DEAL}]\n${yaml}`)],
  });
  const contract = compileContract(file, { calendar, types });
  return runContractTests(contract, file, { calendar, people, types }).map(
    ({ code, path, message }) => `${code} ${path.join(".")}: ${message}`,
  );
}

/** An onboarding that agrees with the deal, but for what is said. */
function project(more: object): string {
  const attributes = {
    opportunity_id: "006A",
    deal_amount: 9000,
    owner: "Dana Ortiz",
    due_date: "2026-07-01",
    ...more,
  };
  const steps = [{ "Accept handoff": "2026-06-02T16:00:00Z" }];
  return `targets: ${JSON.stringify([{ id: "12", created: "2026-06-01T20:00:00Z", attributes, steps }])}`;
}

describe("the tests of a contract", () => {
  test.each([
    [
      "what is missing and would be created",
      "expect: { label: missing, state: late or missing, target: null, operations: [create onboarding] }",
    ],
    [
      "what is in order",
      `${project({})}\nexpect: { label: matched, decision: accepted, target: "12", operations: [] }`,
    ],
    [
      "what drifted, with the value that would be written",
      `${project({ deal_amount: 1 })}\nexpect: { content: drifted, operations: [update onboarding.deal_amount to 9000] }`,
    ],
    [
      "what was agreed before",
      `${project({ deal_amount: 1 })}\nagreed: { amount: 9000, owner: Dana Ortiz }\nexpect: [{ source: "006A", because: amount differs, operations: [update onboarding.deal_amount] }]`,
    ],
    [
      "who takes over",
      `left: [Dana Ortiz]\n${project({ owner: null })}\nexpect: { operations: [update onboarding.owner to Kate Lim] }`,
    ],
  ])("hold for %s", (_what, yaml) => {
    expect(slips(yaml)).toEqual([]);
  });

  test.each([
    [
      "another label",
      "expect: { label: matched }",
      'HUB-2212 tests.0.expect.label: test 1: label is "missing", expected "matched".',
    ],
    [
      "a repair that is not proposed",
      `${project({})}\nexpect: { operations: [update onboarding.deal_amount] }`,
      'HUB-2212 tests.0.expect.operations: test 1: operations is nothing, expected "update onboarding.deal_amount".',
    ],
    [
      "a repair that nobody expected",
      "expect: { operations: [] }",
      'HUB-2212 tests.0.expect.operations: test 1: operations is "create onboarding", expected nothing.',
    ],
    [
      "somebody whom nobody knows",
      "left: [Nobody]\nexpect: {}",
      'HUB-2212 tests.0: test 1: nobody is called "Nobody".',
    ],
    ["a handoff where none was expected", "expect: []", "there is a handoff (missing), expected none."],
    [
      "another reason",
      "name: won\nexpect: [{ because: budget }]",
      'HUB-2212 tests.0.expect.0.because: won: because is "',
    ],
    [
      "a handoff that is not there",
      'expect: { source: "006B" }',
      "HUB-2212 tests.0.expect: test 1: there is no handoff of 006B, expected one.",
    ],
  ])("tell %s", (_what, yaml, expected) => {
    expect(slips(yaml)).toEqual([expect.stringContaining(expected)]);
  });
});
