import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { checkConfiguration, explainConfiguration, STANDARD_KINDS } from "../../src/configuration/index.ts";
import type { Configuration } from "../../src/configuration/index.ts";
import { CONNECTORS } from "../../src/connectors/index.ts";

const made: string[] = [];
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

/** TechFlow's configuration with waivers. */
async function read(
  waivers: string,
): Promise<{ readonly configuration: Configuration | null; readonly problems: readonly string[] }> {
  const directory = await mkdtemp(path.join(tmpdir(), "hub-waivers-"));
  made.push(directory);
  await cp("config", directory, { recursive: true });
  await writeFile(path.join(directory, "waivers.yaml"), waivers);
  const { configuration, problems } = await checkConfiguration(directory, {
    connectors: CONNECTORS,
    kinds: STANDARD_KINDS,
  });
  return {
    configuration,
    problems: problems.map(({ code, place, message, remedy }) =>
      `${code} ${path.basename(place.file ?? "")}:${String(place.line)}:${String(place.column)} ${message} ${remedy ?? ""}`.trim(),
    ),
  };
}

const WAIVER = `- process: contract-term
  rule: R1
  case: 8005e0000000Q2mAAE
  reason: The customer asked for a later start.
  approver: Dana Ortiz
  until: 2026-12-31
`;

describe("config/waivers.yaml", () => {
  test("is read, holds to the end of its last local day, and is said back", async () => {
    const { configuration, problems } = await read(WAIVER);
    expect(problems).toEqual([]);
    expect(configuration?.waivers).toEqual([
      {
        process: "contract-term",
        rule: "R1",
        caseId: "8005e0000000Q2mAAE",
        where: {},
        reason: "The customer asked for a later start.",
        approver: "Dana Ortiz",
        until: Date.parse("2027-01-01T00:00:00-08:00"),
      },
    ]);
    expect(configuration === null ? [] : explainConfiguration(configuration)).toContainEqual(
      expect.stringContaining("R1 of contract-term is waived for 8005e0000000Q2mAAE"),
    );
  });

  test("refuses unknown processes, rules and approvers, each with its place", async () => {
    const { problems } = await read(
      `${WAIVER.replace("contract-term", "contract-terms")}${WAIVER.replace("R1", "R9")}${WAIVER.replace("Dana Ortiz", "Dana Orti")}`,
    );
    expect(problems).toEqual([
      'HUB-2046 waivers.yaml:1:12 The waiver names the unknown process "contract-terms". Did you mean `contract-term`?',
      expect.stringMatching(/^HUB-2046 waivers\.yaml:8:9 The process contract-term has no rule "R9"/u),
      'HUB-2029 waivers.yaml:17:13 The approver "Dana Orti" is no person of people.yaml. Did you mean `Dana Ortiz`?',
    ]);
  });

  test("must say for which case it is, or where", async () => {
    const { problems } = await read(WAIVER.replace(/^ {2}case: .*\n/mu, ""));
    expect(problems).toEqual([expect.stringMatching(/^HUB-2017 waivers\.yaml:1:3 .*which case, or where/u)]);
  });
});
