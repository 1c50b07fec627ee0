import { describe, expect, test } from "@jest/globals";
import { PLAIN_RULES } from "../../src/matching/index.ts";
import type { MatchingRules } from "../../src/matching/index.ts";
import type { AttributeChange, KeyReference, ModelObject } from "../../src/model/index.ts";
import { findByWords } from "../../src/sync/business-keys.ts";
import { skippedNames } from "../../src/sync/skipped-names.ts";

interface Made {
  readonly name: string;
  readonly domain?: string;
  readonly was?: string;
  readonly removed?: ModelObject["removed"];
}

function account(id: string, { name, domain, was, removed = null }: Made): ModelObject {
  const history: readonly AttributeChange[] = [was ?? name, name].map((value, at) => ({
    attribute: "name",
    value,
    validAt: at,
    observedAt: at,
    source: "history",
  }));
  return {
    key: `salesforce/org/Account/${id}`,
    type: "account",
    mapping: "account",
    attributes: { name, ...(domain === undefined ? {} : { domain }) },
    history: was === undefined ? [] : history,
    references: [],
    createdAt: 0,
    removed,
    url: null,
  };
}

const RULES: MatchingRules = {
  ...PLAIN_RULES,
  companies: new Set(["account.name"]),
  domains: new Set(["account.domain"]),
  aliases: {
    companies: new Map([["big blue", "Indigo Business Machines"]]),
    domains: new Map([["old-acme.example", "acme.example"]]),
  },
};

const bystanders = Array.from({ length: 30 }, (_, n) => account(`by${n}`, { name: `Bystander ${n} Freight` }));

const ACCOUNTS = [
  account("acme", { name: "Acme Robotics", domain: "acme.example" }),
  account("cedar", { name: "Cedar Power" }),
  account("twin 1", { name: "Twin Foods" }),
  account("twin 2", { name: "Twin Foods" }),
  account("ibm", { name: "Indigo Business Machines" }),
  account("renamed", { name: "Zenith Systems", was: "Orion Optics" }),
  account("loser", { name: "Acme Robots", removed: { at: 1, cause: "merged", mergedInto: "acme" } }),
  account("gone", { name: "Gone Glass", removed: { at: 1, cause: "deleted" } }),
  ...bystanders,
];

function search(
  references: readonly KeyReference["reference"][],
  accounts: readonly ModelObject[] = ACCOUNTS,
  rules: MatchingRules = RULES,
): ReturnType<typeof findByWords> {
  const identity = (key: string): string => (key.endsWith("/loser") ? key.replace("loser", "acme") : key);
  async function* objects(): AsyncIterable<readonly ModelObject[]> {
    yield accounts;
  }
  const asked = references.map((reference, n) => ({
    objectKey: `asana/ws/projects/${n}`,
    objectType: "onboarding",
    reference,
  }));
  return findByWords(objects, asked, identity, rules);
}

async function found(by: string, value: string, rules: MatchingRules = RULES): Promise<string | null> {
  const reference = { name: "account", type: "account", by, value };
  const { find } = await search([reference], ACCOUNTS, rules);
  const hit = find(reference);
  return hit === null ? null : `${hit.objectId.split("/").at(-1)} ${hit.method}`;
}

describe("a reference by words", () => {
  test.each([
    ["name", " acme  ROBOTICS", "acme key:name"],
    ["name", "Orion Optics", "renamed former:name"],
    ["name", "Acme Robots", "acme former:name"],
    ["name", "ACME Robotics, Inc.", "acme alike:name 0.97"],
    ["name", "Big Blue", "ibm key:name"],
    ["id", "cedar", "cedar key:id"],
    ["id", "loser", "acme former:id"],
    ["domain", "mail.acme.example", "acme key:domain"],
    ["domain", "info@old-acme.example", "acme key:domain"],
  ])("by %s, %j, leads to %j", async (by, value, expected) => {
    expect(await found(by, value)).toBe(expected);
  });

  test.each([
    ["several carry the words", "name", "Twin Foods"],
    ["another company is only called alike", "name", "Cedar Paper"],
    ["it is a part of the company", "name", "Acme Robotics Europe"],
    ["it is of a company that has been deleted", "name", "Gone Glass"],
    ["an id is written nearly alike", "id", "cedra"],
    ["a domain is free mail", "domain", "acme@gmail.com"],
  ])("leads nowhere where %s", async (_why, by, value) => {
    expect(await found(by, value)).toBeNull();
  });

  test("is never found by likeness where nobody said that the attribute holds a company's name", async () => {
    expect(await found("name", "ACME Robotics, Inc.", PLAIN_RULES)).toBeNull();
  });
});

test("two spellings of one name lead to the one company, and names that too many share are told of", async () => {
  const spellings = ["ACME Robotics, Inc.", "Acme Robotics GmbH"].map((value) => ({
    name: "account",
    type: "account",
    by: "name",
    value,
  }));
  const { find, skipped } = await search(spellings);
  expect(spellings.map((words) => find(words)?.objectId)).toEqual([
    "salesforce/org/Account/acme",
    "salesforce/org/Account/acme",
  ]);
  expect(skipped).toEqual([]);

  const crowd = Array.from({ length: 501 }, (_, n) => account(`a${n}`, { name: `Acme ${n} Works` }));
  const crowded = await search(spellings.slice(0, 1), crowd);
  expect(skippedNames("link", crowded.skipped)).toEqual([
    expect.objectContaining({ code: "HUB-4022", message: expect.stringContaining('"name acme " (501)') }),
  ]);
  expect(skippedNames("link", [])).toEqual([]);
});
