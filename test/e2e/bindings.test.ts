import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { z } from "zod";
import { checkDocument } from "../../src/cli/documents/check.ts";
import { configBindingsDocument } from "../../src/cli/documents/names.ts";
import { syncDocument } from "../../src/cli/documents/sync.ts";
import { canonicalJson } from "../../src/model/index.ts";
import { misfits } from "../support/documents.ts";
import { copyConfiguration, hubOn, runCommand, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

jest.setTimeout(60_000);

const HOUR = 3_600_000;
const boardsSchema = z.object({
  boards: z.array(
    z.object({ id: z.string(), name: z.string(), columns: z.array(z.object({ id: z.string(), title: z.string() })) }),
  ),
});

let company: Company;
let config: string;

beforeAll(async () => {
  company = await startCompany();
  config = await copyConfiguration(company, "pinned");
  await sync();
});

afterAll(async () => {
  await company.close();
});

async function ask<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  argv: readonly string[],
): Promise<{ readonly code: number; readonly document: z.output<Schema> }> {
  const { code, out } = await runCommand(company, [
    ...argv,
    "--json",
    "--config",
    config,
    "--db",
    company.database("x"),
  ]);
  const document: unknown = JSON.parse(out);
  expect(misfits(name, document)).toEqual([]);
  return { code, document: schema.parse(document) };
}

const sync = () => ask("sync", syncDocument, ["sync"]);
const bindings = (...argv: readonly string[]) =>
  ask("config-bindings", configBindingsDocument, ["config", "bindings", ...argv]);

/** What is mapped, and what no mapping knows. */
async function model(): Promise<{ readonly unmapped: unknown; readonly mapped: readonly string[] }> {
  const hub = await hubOn(company, { db: company.database("x"), config });
  const { mapping, model: stored } = hub.hub.store;
  const mapped: string[] = [];
  try {
    for await (const page of stored.objects()) {
      for (const { key, attributes, history } of page) mapped.push(canonicalJson({ key, attributes, history }));
    }
    for await (const page of stored.events()) mapped.push(...page.map((event) => canonicalJson({ ...event })));
    return { unmapped: await mapping.unmapped(), mapped };
  } finally {
    await hub.close();
  }
}

async function organise(change: object): Promise<void> {
  await company.advance(HOUR);
  await company.control("/organisation", "POST", change);
  await company.advance(HOUR);
}

async function stageColumn(): Promise<{ readonly system: string; readonly board: string; readonly column: string }> {
  const { boards } = boardsSchema.parse(
    await company.monday("query { boards(limit: 50) { id name columns { id title } } }"),
  );
  for (const { id, columns } of boards) {
    const column = columns.find(({ title }) => title === "Stage");
    if (column !== undefined) return { system: "monday", board: id, column: column.id };
  }
  throw new Error("No board has a stage.");
}

/** What a name is pinned to in a list whose key begins so. */
async function idOf(name: string, list: string): Promise<string> {
  const { document } = await bindings();
  const names = document.connections.flatMap((each) => each.names);
  return names.find((each) => each.name === name && each.list.startsWith(list))?.id ?? "";
}

describe("names whose ids are pinned", () => {
  test("are looked up as they are until somebody pins them, and no run writes the file", async () => {
    expect(await readdir(config)).not.toContain("bindings.lock.yaml");
    const { code, document } = await bindings();
    expect(code).toBe(0);
    const names = document.connections.flatMap((each) => each.names);
    expect(names.length).toBeGreaterThan(20);
    expect(new Set(names.map(({ state }) => state))).toEqual(new Set(["fresh"]));
  });

  test("are not pinned before anything was read", async () => {
    const argv = ["config", "bindings", "--accept", "--config", config, "--db", company.database("empty")];
    const { code, out } = await runCommand(company, argv);
    expect(code).toBe(0);
    expect(out).toContain("sync first");
    expect(await readdir(config)).not.toContain("bindings.lock.yaml");
  });

  test("are pinned by one command, in the same words each time, and that changes nothing", async () => {
    const before = await model();
    const first = await bindings("--accept");
    expect(first.document).toMatchObject({ written: true, offers: [], refused: [] });
    const text = await readFile(join(config, "bindings.lock.yaml"), "utf8");
    await bindings("--accept");
    expect(await readFile(join(config, "bindings.lock.yaml"), "utf8")).toBe(text);
    expect((await sync()).document).toMatchObject({ complete: true, mapped: 0, names: { offers: [], refused: [] } });
    expect(await model()).toEqual(before);
  });

  test("go on being mapped when they are renamed, are offered, and accepted by one command", async () => {
    const before = await model();
    const section = await idOf("Equipment", "section @");
    await organise({ system: "asana", do: "rename-section", section, to: "Laptop and desk" });
    await organise({ ...(await stageColumn()), do: "rename-label", from: "Launched", to: "Shipped" });
    await organise({ system: "salesforce", do: "rename-stage", from: "Solution Fit", to: "Technical Fit" });
    const { code, document } = await sync();
    expect(code).toBe(0);
    expect(document.names.refused).toEqual([]);
    expect(document.names.offers.map(({ code: found, message }) => `${found} ${message}`).sort()).toEqual([
      expect.stringMatching(/^HUB-2014 "Equipment" in tasks.section of Hiring is called "Laptop and desk" now/u),
      expect.stringMatching(/^HUB-2014 "Launched" in items.Stage of .* is called "Shipped" now/u),
      expect.stringMatching(/^HUB-2014 "Solution Fit" in Opportunity.StageName is called "Technical Fit" now/u),
    ]);
    expect(await model()).toEqual(before);
    const checked = await ask("check", checkDocument, ["check"]);
    expect(checked.code).toBe(0);
    expect(checked.document.connections.flatMap(({ offers }) => offers)).toHaveLength(3);
    expect((await bindings("--accept")).document.offers).toEqual([]);
    const after = await sync();
    expect(after.document.names).toEqual({ offers: [], refused: [] });
    expect(await model()).toEqual(before);
    expect(await readFile(join(config, "bindings.lock.yaml"), "utf8")).toContain("now: Shipped");
  });

  test("are offered when a project or a column is renamed", async () => {
    const before = await model();
    const { board, column } = await stageColumn();
    const hiring = await idOf("Hiring", "project.name");
    await company.advance(HOUR);
    await company.asana("PUT", `/projects/${hiring}`, { name: "Recruiting" });
    const rename = `mutation { change_column_title(board_id: ${board}, column_id: "${column}", title: "Phase") { id } }`;
    await company.monday(rename);
    await company.advance(HOUR);
    const { code, document } = await sync();
    expect(document.names.refused).toEqual([]);
    expect(document.names.offers.map(({ message }) => message).sort()).toEqual([
      '"Hiring" in tasks.project.name is called "Recruiting" now.',
      expect.stringContaining('"Stage" among the fields of items of'),
    ]);
    expect(code).toBe(0);
    expect(await model()).toEqual(before);
    expect((await ask("check", checkDocument, ["check"])).code).toBe(0);
    await bindings("--accept");
    const accepted = await sync();
    expect(accepted.document).toMatchObject({ complete: true, names: { offers: [], refused: [] } });
    expect(await model()).toEqual(before);
    await company.monday(rename.replace("Phase", "Stage"));
    await company.advance(HOUR);
    expect((await sync()).document.names.offers).toEqual([]);
    expect(await model()).toEqual(before);
  });

  test("are refused when a label's index stands for something else, and what holds it stays as it was", async () => {
    const before = await model();
    const column = await stageColumn();
    await organise({ ...column, do: "reuse-id", from: "Shipped", label: "Parked", isDone: false });
    const { code, document } = await sync();
    expect(code).toBe(3);
    expect(document.complete).toBe(false);
    expect(document.held).toBeGreaterThan(0);
    expect(document.names.refused).toMatchObject([
      { code: "HUB-2015", message: expect.stringContaining('"Launched" in items.Stage') },
    ]);
    expect(await model()).toEqual(before);
    const all = await bindings("--accept");
    expect(all.code).toBe(3);
    expect(all.document.refused).toHaveLength(1);
    const named = await bindings("--accept", "Launched");
    expect(named).toMatchObject({ code: 0, document: { refused: [] } });
    const after = await sync();
    expect(after).toMatchObject({ code: 0, document: { complete: true, held: 0 } });
    expect(JSON.stringify((await model()).unmapped)).toContain("Parked");
  });

  test("are refused when a stage's API name comes to count as something else", async () => {
    await organise({
      system: "salesforce",
      do: "reuse-id",
      from: "Qualification",
      label: "Walked away",
      isClosed: true,
    });
    const { code, document } = await sync();
    expect(code).toBe(3);
    expect(document.names.refused).toMatchObject([
      { code: "HUB-2015", place: { connection: "salesforce-prod", stream: "Opportunity" } },
    ]);
    const { code: looked } = await ask("check", checkDocument, ["check"]);
    expect(looked).toBe(2);
  });

  test("cannot be accepted when there is no such name", async () => {
    const { code, err } = await runCommand(company, [
      "config",
      "bindings",
      "--accept",
      "Comittted",
      "--config",
      config,
      "--db",
      company.database("x"),
    ]);
    expect(code).toBe(2);
    expect(err).toContain("HUB-0008");
  });
});
