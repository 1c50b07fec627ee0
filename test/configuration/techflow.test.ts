import { describe, expect, test } from "@jest/globals";
import {
  checkConfiguration,
  explainConfiguration,
  knownPeople,
  STANDARD_KINDS,
  variableName,
} from "../../src/configuration/index.ts";
import { asana } from "../../src/connectors/asana/index.ts";
import { monday } from "../../src/connectors/monday/index.ts";
import { salesforce } from "../../src/connectors/salesforce/index.ts";
import { tableau } from "../../src/connectors/tableau/index.ts";
import { ROSTER } from "../../src/sandbox/scenario/roster.ts";
import { readFile } from "node:fs/promises";

const OPTIONS = { connectors: [salesforce, asana, monday, tableau], kinds: STANDARD_KINDS, tests: true };

describe("TechFlow's configuration", () => {
  test("fits together, and the tests in its mappings pass", async () => {
    const { configuration, problems } = await checkConfiguration("config", OPTIONS);
    expect(problems).toEqual([]);
    expect([...(configuration?.vocabulary.keys() ?? [])].sort()).toEqual([
      "account",
      "account-quarter",
      "close-period",
      "contact",
      "contact-role",
      "contract-review",
      "contract-term",
      "epic",
      "expansion",
      "feature",
      "hire",
      "incident",
      "lead",
      "onboarding",
      "onboarding-step",
      "opportunity",
      "touch",
    ]);
    if (configuration !== null) expect(explainConfiguration(configuration).join("\n")).not.toContain("undefined");
  });

  test("knows everybody who works at TechFlow, with the team and the backup", async () => {
    const { configuration } = await checkConfiguration("config", OPTIONS);
    const people = knownPeople(configuration?.people ?? [], "2026-11-02");
    const names = new Map(people.map((person) => [person.id, person.name]));
    const known = people
      .filter((person) => person.kind !== "queue")
      .map((person) => ({
        name: person.name,
        team: person.team,
        backup: person.backup === null ? null : (names.get(person.backup) ?? "nobody"),
        salesforce: person.accounts["salesforce-prod"]?.[0] ?? null,
        asana: person.accounts["asana-main"]?.[0] ?? null,
      }));
    expect(known).toEqual(
      ROSTER.map((entry) => ({
        name: entry.name,
        team: entry.service === true ? null : entry.team,
        backup: entry.backup ?? null,
        salesforce: entry.salesforce?.username ?? null,
        asana: entry.asana?.email ?? null,
      })),
    );
  });

  test("has every credential of its connections in .env.example", async () => {
    const { configuration } = await checkConfiguration("config", OPTIONS);
    const example = await readFile(".env.example", "utf8");
    const needed = [...(configuration?.connections.values() ?? [])].flatMap(({ name, connector }) =>
      connector.credentials.filter(({ required }) => required).map(({ key }) => variableName(name, key)),
    );
    expect(needed.length).toBeGreaterThan(3);
    for (const variable of needed) expect(example).toContain(`\n${variable}=`);
  });
});
