import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfiguration, STANDARD_KINDS } from "../../src/configuration/index.ts";
import type { Configuration } from "../../src/configuration/index.ts";
import { CONNECTORS } from "../../src/connectors/index.ts";

const ROOT = join(import.meta.dirname, "..", "..");

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-limits-"));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** The sample configuration with one text of hub.yaml replaced. */
async function read(before: string, after: string): Promise<Configuration> {
  await cp(join(ROOT, "config"), directory, { recursive: true });
  const file = join(directory, "hub.yaml");
  await writeFile(file, (await readFile(file, "utf8")).replace(before, after));
  return readConfiguration(directory, { connectors: CONNECTORS, kinds: STANDARD_KINDS });
}

describe("what hub.yaml says about the calls of a connection", () => {
  test("is known for every system, beside the system's own settings", async () => {
    const { connections } = await read(
      "system: monday\n",
      "system: monday\n    concurrency: 20\n    partitions: 4\n    quota: { perMinute: 900, perDay: 9000 }\n    sweeps: { budget: 10 % }\n",
    );
    expect(connections.get("monday-product")).toMatchObject({
      limits: { concurrency: 20, rules: { perMinute: 900, perDay: 9000, sweeps: { share: 0.1 } } },
      partitionsAtOnce: 4,
      settings: { boards: { workspace: "Product" } },
    });
    expect(connections.get("asana-main")?.limits).toBeUndefined();
  });

  test("may give sweeps a number of calls instead of a share", async () => {
    const { connections } = await read("system: asana\n", "system: asana\n    sweeps: { budget: 500 }\n");
    expect(connections.get("asana-main")?.limits?.rules).toEqual({ sweeps: { calls: 500 } });
  });

  test.each([
    ["sweeps: { budget: 110 % }", "sweeps.budget"],
    ["quota: { perHour: 10 }", "quota"],
    ["concurrency: 0", "concurrency"],
  ])("is refused with its place where it makes no sense: %s", async (line, place) => {
    await expect(read("system: monday\n", `system: monday\n    ${line}\n`)).rejects.toMatchObject({
      code: "HUB-2010",
      place: { file: join(directory, "hub.yaml"), line: expect.any(Number) },
      message: expect.stringContaining(place),
    });
  });

  test("goes with a schedule that sweeps", async () => {
    const { schedule } = await read('  publish: "0 6', '  sweep: "30 2 * * *"\n  publish: "0 6');
    expect(schedule).toMatchObject({ sweep: "30 2 * * *", missed: "run once" });
  });
});

describe("how long earlier contents are kept", () => {
  test("is for ever, or as many days as hub.yaml says", async () => {
    expect((await read("\nschedule:", "\nschedule:")).retention).toEqual({ versionsMs: null });
    const { retention } = await read("\nschedule:", "\nretention: { versions: 400 days }\n\nschedule:");
    expect(retention).toEqual({ versionsMs: 400 * 86_400_000 });
  });

  test("is refused in words that are no time", async () => {
    const wrong = read("\nschedule:", "\nretention: { versions: 0 days }\n\nschedule:");
    await expect(wrong).rejects.toMatchObject({ code: "HUB-2010" });
  });
});
