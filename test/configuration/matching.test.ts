import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainConfiguration, readConfiguration, STANDARD_KINDS } from "../../src/configuration/index.ts";
import type { Configuration } from "../../src/configuration/index.ts";
import { CONNECTORS } from "../../src/connectors/index.ts";

const ROOT = join(import.meta.dirname, "..", "..");

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-matching-"));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** The sample configuration with another `matching:`. */
async function read(matching: string): Promise<Configuration> {
  await cp(join(ROOT, "config"), directory, { recursive: true });
  const file = join(directory, "hub.yaml");
  const text = (await readFile(file, "utf8")).replace(/^matching:.*\n(?: .*\n)*/mu, `matching: ${matching}\n`);
  await writeFile(file, text);
  return readConfiguration(directory, { connectors: CONNECTORS, kinds: STANDARD_KINDS });
}

describe("matching in hub.yaml", () => {
  test("sets thresholds, aliases and chances, and leaves the rest as it is", async () => {
    const { matching } = await read(
      `{ accept: 0.9, companies: [account.name], aliases: { companies: { "Big Blue, Inc.": IBM }, domains: { www.old.example: new.example } }, chances: { name: { alike: { m: 0.2, u: 0.01 } } } }`,
    );
    expect(matching).toMatchObject({
      thresholds: { accept: 0.9, margin: 0.1, queue: 0.7 },
      companies: new Set(["account.name"]),
      aliases: { companies: new Map([["big blue", "IBM"]]), domains: new Map([["old.example", "new.example"]]) },
      chances: { name: { alike: { m: 0.2, u: 0.01 }, same: { m: expect.any(Number) } } },
    });
  });

  test("is said back in sentences", async () => {
    const said = explainConfiguration(
      await read("{ accept: 0.9, companies: [account.name], domains: [account.domain] }"),
    );
    expect(said).toContain(
      "References by account.name are also found in other spellings, where one company is 90 % likely and 10 % ahead of any other.",
    );
    expect(said).toContain("References by account.domain go by the registrable domain; free mail refers to nobody.");
    expect(explainConfiguration(await read("{}")).join()).not.toContain("References by");
  });

  test.each([
    ["{ accept: 1.5 }", "HUB-2010"],
    ["{ accept: 0.5, queue: 0.6 }", "HUB-2010"],
    ["{ companies: [firm.name] }", "HUB-2023"],
    ["{ companies: [account.nmae] }", "HUB-2024"],
    ["{ chances: { nmae: { same: { m: 0.9, u: 0.1 } } } }", "HUB-2045"],
    ["{ chances: { name: { smae: { m: 0.9, u: 0.1 } } } }", "HUB-2045"],
  ])("is refused with its place where it makes no sense: %s", async (text, code) => {
    await expect(read(text)).rejects.toMatchObject({
      code,
      place: { file: join(directory, "hub.yaml"), line: expect.any(Number) },
    });
  });
});
