import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { z } from "zod";
import { cycleDocument, measureDocument, publishDocument } from "../../src/cli/documents/cycle.ts";
import { handoffsDocument, handoffsTryDocument, handoffsWordDocument } from "../../src/cli/documents/handoffs.ts";
import { planDocument } from "../../src/cli/documents/plan.ts";
import { syncDocument } from "../../src/cli/documents/sync.ts";
import { misfits } from "../support/documents.ts";
import { copyConfiguration, runCommand, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

jest.setTimeout(60_000);

let company: Company;
let directory: string;

beforeAll(async () => {
  company = await startCompany();
  directory = await mkdtemp(join(tmpdir(), "hub-river-"));
});

afterAll(async () => {
  await company.close();
  await rm(directory, { recursive: true, force: true });
});

/** Runs a verb and holds the one document on standard output against its published schema. */
async function ask<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = company.environment,
): Promise<{ readonly code: number; readonly document: z.output<Schema> }> {
  const { code, out } = await runCommand(company, [...argv, "--json", "--db", company.database("river")], environment);
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  const document: unknown = JSON.parse(out);
  expect(misfits(name, document)).toEqual([]);
  return { code, document: schema.parse(document) };
}

const out = (name: string): readonly string[] => ["--out", join(directory, name)];

// In the order in which somebody new would try them; each stands on what the ones before have stored.
describe("the document of", () => {
  test("sync tells what was read, also when a system was not", async () => {
    const partly = await ask("sync", syncDocument, ["sync"], { ...company.environment, ASANA_MAIN_TOKEN: undefined });
    expect(partly.code).toBe(3);
    expect(partly.document.complete).toBe(false);
    expect(partly.document.connections.map(({ problem }) => problem?.code)).toContain("HUB-1101");
    const { code, document } = await ask("sync", syncDocument, ["sync"]);
    expect(code).toBe(0);
    expect(document.complete).toBe(true);
    expect(document.objects).toBeGreaterThan(0);
  });

  test("plan tells the writes that would repair the handoffs", async () => {
    const { code, document } = await ask("plan", planDocument, ["plan"]);
    expect(code).toBe(0);
    expect(document.hash).not.toBe("");
    const again = await ask("plan", planDocument, ["plan"]);
    // Looking up what creations name takes calls itself.
    const costs = document.costs.map((cost) => ({ ...cost, room: cost.room === null ? null : expect.any(Number) }));
    expect(again.document).toEqual({ ...document, costs });
  });

  test("handoffs tells every state with why, and a waiver in it", async () => {
    const { code, document } = await ask("handoffs", handoffsDocument, ["handoffs"]);
    expect(code).toBe(0);
    expect(document.handoffs.every(({ because }) => because !== "")).toBe(true);
    const found = document.handoffs.find(({ historical, state }) => !historical && state === "late or missing");
    const id = found?.id ?? "";
    const words = ["--reason", "agreed by phone", "--by", "dana ortiz"];
    const until = ["--until", "2026-12-01"];
    const snoozed = await ask("handoffs-snooze", handoffsWordDocument, ["handoffs", "snooze", id, ...words, ...until]);
    const by = "Dana Ortiz";
    const told = { id, reason: "agreed by phone", by, until: "2026-12-01T00:00:00.000Z" };
    expect(snoozed.document).toEqual({ ...told, kind: "snooze" });
    const stateOf = async (): Promise<unknown> => {
      const { document } = await ask("handoffs", handoffsDocument, ["handoffs"]);
      return document.handoffs.find((each) => each.id === id);
    };
    // At once, and again after everything was decided anew.
    expect(await stateOf()).toMatchObject({ state: "ignored", waiver: { by } });
    await ask("plan", planDocument, ["plan"]);
    expect(await stateOf()).toMatchObject({ state: "ignored", waiver: { by } });
    await ask("handoffs-resume", handoffsWordDocument, ["handoffs", "resume", id, ...words]);
    expect(await stateOf()).toMatchObject({ state: "late or missing", waiver: null });
    await ask("handoffs-waive", handoffsWordDocument, ["handoffs", "waive", id, ...words]);
    expect(await stateOf()).toMatchObject({ state: "ignored", waiver: { by, until: null } });
  });

  test("handoffs try tells what a contract makes of one handoff, and stores nothing", async () => {
    const { document } = await ask("handoffs", handoffsDocument, ["handoffs"]);
    const missing = document.handoffs.find(({ label, contract }) => label === "missing" && contract === "sales-to-cs");
    const id = missing?.id ?? "";
    const same = await ask("handoffs-try", handoffsTryDocument, ["handoffs", "try", id]);
    expect(same.document.after).toEqual(same.document.before);
    const config = await copyConfiguration(company, "tried");
    const file = join(config, "handoffs", "sales-to-cs.yaml");
    const contract = (await readFile(file, "utf8")).split("tests:")[0] ?? "";
    await writeFile(file, contract.replace("grace: 24h", "grace: 9000 days"));
    const tried = await ask("handoffs-try", handoffsTryDocument, ["handoffs", "try", id, "--config", config]);
    expect(tried.document.after?.label).toBe("late");
    const after = await ask("handoffs", handoffsDocument, ["handoffs"]);
    expect(after.document).toEqual(document);
  });

  test("measure tells each value with what is needed to doubt it", async () => {
    const { code, document } = await ask("measure", measureDocument, ["measure"]);
    expect(code).toBe(0);
    expect(document.kpis.length).toBeGreaterThan(20);
    expect(document.kpis.every(({ sentence }) => sentence !== "")).toBe(true);
  });

  test("publish tells files, data sources and what was not sent, and why", async () => {
    const csv = await ask("publish", publishDocument, ["publish", "--format", "csv", ...out("csv")]);
    expect(csv.code).toBe(0);
    expect(csv.document.published).toEqual([]);
    expect(csv.document.notes).toEqual([
      "Nothing was sent: data sources are published from hyper or parquet, and neither was asked for.",
    ]);
    const environment = { ...company.environment, TABLEAU_CLOUD_TOKEN_SECRET: "wrong" };
    const words = ["publish", "--format", "parquet", ...out("refused")];
    const refused = await ask("publish", publishDocument, words, environment);
    expect(refused.code).toBe(3);
    expect(refused.document.problems.map(({ code }) => code)).toEqual(["HUB-5101"]);
    expect(refused.document.files.length).toBeGreaterThan(0);
  });

  test("publish leaves no table of an earlier set in a format that is no longer asked for", async () => {
    const folder = out("formats").at(-1) ?? "";
    await ask("publish", publishDocument, ["publish", "--format", "csv", ...out("formats")]);
    await writeFile(join(folder, "csv", "notes.csv"), "mine");
    await ask("publish", publishDocument, ["publish", "--format", "parquet", ...out("formats")]);
    expect(await readdir(join(folder, "csv"))).toEqual(["notes.csv"]);
    expect(await readdir(join(folder, "parquet"))).toContain("fact_case.parquet");
  });

  test("figures stand under a gate while the last reading of a stream is not complete, whichever run that was", async () => {
    const gates = async (name: string): Promise<string> => {
      await ask("publish", publishDocument, ["publish", "--format", "csv", ...out(name)]);
      return readFile(join(directory, name, "csv", "fact_kpi_snapshot.csv"), "utf8");
    };
    await company.control("/dials", "POST", {
      system: "asana",
      route: "GET /tasks",
      fault: "error",
      status: 500,
      times: 500,
    });
    const partly = await ask("sync", syncDocument, ["sync", "--full", "--connection", "asana-main"]);
    expect(partly.code).toBe(3);
    await company.control("/dials", "DELETE");
    await ask("sync", syncDocument, ["sync", "--connection", "monday-product"]);
    expect(await gates("gated")).toContain("not read in full: asana-main");
    await ask("sync", syncDocument, ["sync", "--full", "--connection", "asana-main"]);
    expect(await gates("free")).not.toContain("not read in full");
  });

  test("run tells the whole cycle, also when no system was to be had", async () => {
    const config = await copyConfiguration(company, "without-hyper");
    const file = join(config, "hub.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("formats: [hyper, parquet, csv]", "formats: [parquet]"));
    const words = ["run", "--config", config];
    const { code, document } = await ask("run", cycleDocument, [...words, ...out("run")]);
    expect(code).toBe(0);
    expect(document.complete).toBe(true);
    expect(document.publish.published).toHaveLength(10);
    expect(document.handoffs.map(({ contract }) => contract)).toContain("sales-to-cs");
    const nowhere = Object.fromEntries(
      Object.entries(company.environment).map(([name, value]) => [
        name,
        /URL|ENDPOINT/u.test(name) ? "http://127.0.0.1:1" : value,
      ]),
    );
    const dark = await ask("run", cycleDocument, [...words, ...out("dark")], nowhere);
    expect(dark.code).toBe(1);
    expect(dark.document.complete).toBe(false);
    expect(dark.document.sync.connections.every(({ problem }) => problem !== null)).toBe(true);
    expect(dark.document.publish.problems).toHaveLength(1);
  });
});
