import { describe, expect, test } from "@jest/globals";
import { PLAIN_RULES } from "../../src/matching/index.ts";
import type { MatchingRules } from "../../src/matching/index.ts";
import type { AttributeChange, KeyReference, ModelObject } from "../../src/model/index.ts";
import { findByWords } from "../../src/sync/business-keys.ts";

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

async function find(by: string, value: string, rules: MatchingRules = RULES): Promise<string | null> {
  const reference = { name: "account", type: "account", by, value };
  const asked: readonly KeyReference[] = [{ objectKey: "asana/ws/projects/1", objectType: "onboarding", reference }];
  const identity = (key: string): string => (key.endsWith("/loser") ? key.replace("loser", "acme") : key);
  const found = (
    await findByWords(
      async function* () {
        yield ACCOUNTS;
      },
      asked,
      identity,
      rules,
    )
  )(reference);
  return found === null ? null : `${found.objectId.split("/").at(-1)} ${found.method}`;
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
    expect(await find(by, value)).toBe(expected);
  });

  test.each([
    ["several carry the words", "name", "Twin Foods"],
    ["another company is only called alike", "name", "Cedar Paper"],
    ["it is a part of the company", "name", "Acme Robotics Europe"],
    ["it is of a company that has been deleted", "name", "Gone Glass"],
    ["an id is written nearly alike", "id", "cedra"],
    ["a domain is free mail", "domain", "acme@gmail.com"],
  ])("leads nowhere where %s", async (_why, by, value) => {
    expect(await find(by, value)).toBeNull();
  });

  test("is never found by likeness where nobody said that the attribute holds a company's name", async () => {
    expect(await find("name", "ACME Robotics, Inc.", PLAIN_RULES)).toBeNull();
  });
});
