import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { main } from "../../src/cli/main.ts";
import { openStore } from "../../src/store/index.ts";
import { AS_OF, copyConfiguration, runCommand, startCompany, testMachine, withAsOf } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

let company: Company;

beforeAll(async () => {
  company = await startCompany();
}, 120_000);

afterAll(() => company.close());

test("hub serve sweeps at once when a sweep was missed, as a run of its own that its certificates tell apart", async () => {
  const config = await copyConfiguration(company, "sweeping");
  const file = join(config, "hub.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/schedule:\n(?: .*\n)+/u, 'schedule:\n  sweep: "30 2 * * *"\n'));
  const db = company.database("sweeping");
  const options = ["--config", config, "--db", db];
  expect((await runCommand(company, ["sync", ...options])).code).toBe(0);

  const machine = testMachine(company.environment);
  const { terminal } = machine;
  const stopping = {
    ...machine,
    terminal: {
      ...terminal,
      err: (line: string) => {
        terminal.err(line);
        if (/^link /mu.test(line)) setImmediate(() => machine.controller.abort(new Error("enough")));
      },
    },
  };
  expect(await main(withAsOf(["serve", ...options, "--out", join(company.directory, "out")]), stopping)).toBe(0);

  const store = openStore(db, { now: () => AS_OF });
  expect(await store.runs.latest("sweep")).toMatchObject({ outcome: "complete" });
  await store.close();
  const { out } = await runCommand(company, ["certificate", ...options]);
  expect(out).toMatch(/, sweep, started/u);
  expect(out).toMatch(/complete, swept/u);
}, 60_000);
