import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { checkConfiguration, STANDARD_KINDS } from "../../src/configuration/index.ts";
import { CONNECTORS } from "../../src/connectors/index.ts";
import { DAY, HOUR } from "../../src/model/index.ts";

const made: string[] = [];
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

/** TechFlow's configuration with another hub.yaml. */
async function read(change: (hub: string) => string) {
  const directory = await mkdtemp(path.join(tmpdir(), "hub-trust-"));
  made.push(directory);
  await cp("config", directory, { recursive: true });
  const file = path.join(directory, "hub.yaml");
  await writeFile(file, change(await readFile(file, "utf8")));
  return checkConfiguration(directory, { connectors: CONNECTORS, kinds: STANDARD_KINDS });
}

const withFreshness = (setting: string) => (hub: string) =>
  hub.replace("    system: salesforce\n", `    system: salesforce\n    freshness: ${setting}\n`);

describe("how old a reading may be", () => {
  test("is a day, unless the connection or the stream says otherwise", async () => {
    const { configuration, problems } = await read(withFreshness("{ within: 3 days, streams: { Lead: 2 hours } }"));
    expect(problems).toEqual([]);
    const of = (connection: string, stream: string) => configuration?.connections.get(connection)?.allowedAgeMs(stream);
    expect(of("salesforce-prod", "Lead")).toBe(2 * HOUR);
    expect(of("salesforce-prod", "Opportunity")).toBe(3 * DAY);
    expect(of("asana-main", "tasks")).toBe(DAY);
  });

  test("is refused for a stream that is not there", async () => {
    const { problems } = await read(withFreshness("{ streams: { Leads: 2 hours } }"));
    expect(problems.map(({ code, remedy }) => [code, remedy])).toEqual([["HUB-2022", "Did you mean `Lead`?"]]);
  });
});

test("clients that are automations are named in hub.yaml", async () => {
  const { configuration } = await read((hub) => `${hub}\nautomation: { clients: [Zap of onboarding] }\n`);
  expect(configuration?.automationClients).toEqual(["Zap of onboarding"]);
});
