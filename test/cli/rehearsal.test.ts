import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { rehearsalDocument } from "../../src/cli/documents/rehearsal.ts";
import { planDocument } from "../../src/cli/documents/plan.ts";
import { tell } from "../../src/cli/rehearsal.ts";
import { openStore } from "../../src/store/index.ts";
import { copyConfiguration, runCommand, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";
import { misfits } from "../support/documents.ts";
import { begin, fixedClock } from "../support/store.ts";

jest.setTimeout(120_000);

let company: Company;
let db: string;
let rehearsed: string;

beforeAll(async () => {
  company = await startCompany({ seed: 11 });
  db = company.database("rehearsed");
  const { code, err } = await runCommand(company, ["sync", "--quiet", "--db", db]);
  if (code !== 0) throw new Error(`hub sync ended with ${code}: ${err}`);
});

afterAll(() => company.close());

describe("hub plan --rehearse", () => {
  test("carries the plan out in a sandbox of its own and tells what each operation and the handoffs came to", async () => {
    await company.forgetCalls();
    const { out, err } = await runCommand(company, ["plan", "--rehearse", "--json", "--db", db]);
    const answer: unknown = out === "" ? err : JSON.parse(out);
    expect(misfits("plan-rehearse", answer)).toEqual([]);
    const rehearsal = rehearsalDocument.parse(answer);
    rehearsed = rehearsal.hash;

    const made = rehearsal.operations.filter(({ action, state }) => action === "create" && state === "confirmed");
    expect(made.length).toBeGreaterThan(0);
    expect(made.every(({ target }) => target !== null)).toBe(true);
    expect(rehearsal.operations.filter(({ state }) => state !== "confirmed" && state !== "held")).toEqual([]);
    expect(rehearsal.handoffs.moves).toContainEqual(expect.objectContaining({ before: "missing", after: "late" }));
    for (const system of ["salesforce", "asana", "monday"] as const)
      expect(await company.calls(system)).toMatchObject({ total: 0 });
  });

  test("leaves the store as it was: nothing is approved, sent or linked, and the next plan is the same", async () => {
    const store = openStore(db, fixedClock);
    expect(await store.outbox.approvals()).toEqual([]);
    expect(await store.outbox.entries()).toEqual([]);
    expect(await store.handoffs.confirmedLinks()).toEqual([]);
    await store.close();
    const { out } = await runCommand(company, ["plan", "--json", "--quiet", "--db", db]);
    expect(planDocument.parse(JSON.parse(out)).hash).toBe(rehearsed);
  });
});

test("a sandbox that does not take the records ends the rehearsal with what it said (HUB-0013)", async () => {
  const refusal = tell(company.sandbox.description.control, "/load", { asana: { records: {} } });
  await expect(refusal).rejects.toMatchObject({ code: "HUB-0013", message: expect.stringContaining("tenant") });
});

test("two accounts of one system cannot be rehearsed, because the sandbox plays one (HUB-0012)", async () => {
  const store = openStore(db, fixedClock);
  const fence = await begin(store);
  const config = await copyConfiguration(company, "two-orgs");
  const file = join(config, "hub.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/^ {2}salesforce-prod:/mu, "  salesforce-old: { system: salesforce }\n$&"));
  const second = {
    connection: "salesforce-old",
    system: "salesforce",
    tenant: "00D000000000099AAA",
    name: "Old",
    at: 0,
  };
  await store.records.pinTenant(fence, second);
  await store.runs.end(fence, { outcome: "complete", endedAt: 0, summary: null });
  await store.close();
  const { code, err } = await runCommand(company, ["plan", "--rehearse", "--db", db, "--config", config]);
  expect([code, err]).toEqual([2, expect.stringContaining("HUB-0012")]);
});
