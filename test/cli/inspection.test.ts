import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { copyFile, readFile, readdir, writeFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { certificateDocument } from "../../src/cli/documents/certificate.ts";
import { checkDocument } from "../../src/cli/documents/check.ts";
import { configCheckDocument, configSchemaDocument } from "../../src/cli/documents/config.ts";
import { discoverDocument } from "../../src/cli/documents/discover.ts";
import { explainDocument } from "../../src/cli/documents/explain.ts";
import { handoffsDocument } from "../../src/cli/documents/handoffs.ts";
import { hyperInstallDocument } from "../../src/cli/documents/hyper.ts";
import { planDocument } from "../../src/cli/documents/plan.ts";
import { rejectsDocument, rejectsReplayDocument, rejectsShowDocument } from "../../src/cli/documents/rejects.ts";
import { remapDocument } from "../../src/cli/documents/remap.ts";
import { openStore } from "../../src/store/index.ts";
import { AS_OF, copyConfiguration, runCommand, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";
import { misfits } from "../support/documents.ts";
import { begin, fixedClock } from "../support/store.ts";

let company: Company;
let db: string;

beforeAll(async () => {
  company = await startCompany();
  db = company.database("inspected");
  for (const verb of ["sync", "plan"]) {
    const { code, err } = await run(verb, "--quiet");
    if (code !== 0) throw new Error(`hub ${verb} ended with ${code}: ${err}`);
  }
}, 120_000);

afterAll(() => company.close());

function run(...argv: readonly string[]): ReturnType<typeof runCommand> {
  return runCommand(company, [...argv, "--db", db]);
}

/** The one document on standard output, held against its published schema. */
async function ask<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly answer: z.output<Schema> }> {
  const { code, out } = await run(...argv, "--json");
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  return { code, answer: read(name, schema, out) };
}

function read<Schema extends z.ZodType>(name: string, schema: Schema, out: string): z.output<Schema> {
  const document: unknown = JSON.parse(out);
  expect(misfits(name, document)).toEqual([]);
  return schema.parse(document);
}

/** A copy of the configuration with one file changed; the options that name it. */
async function changed(name: string, file: string, change: (text: string) => string): Promise<readonly string[]> {
  const directory = await copyConfiguration(company, name);
  const path = join(directory, file);
  const text = await readFile(path, "utf8");
  const after = change(text);
  expect(after).not.toBe(text);
  await writeFile(path, after);
  return ["--config", directory];
}

describe("hub check", () => {
  test("signs in to every connection, the Tableau target included, and tells tenant, user and version", async () => {
    const { code, answer } = await ask("check", checkDocument, "check");
    expect(code).toBe(0);
    expect(answer.connections.map((each) => [each.connection, each.ok, each.uses, each.signedIn?.apiVersion])).toEqual([
      ["salesforce-prod", true, ["read", "write"], "64.0"],
      ["asana-main", true, ["read", "write"], "1.0"],
      ["monday-product", true, ["read"], "2026-10"],
      ["tableau-cloud", true, ["publish"], expect.any(String)],
    ]);
    expect(answer.connections[0]?.quota?.limit).toBeGreaterThan(0);
  });

  test("tells each missing variable and each refused credential, and goes on with the others", async () => {
    const { MONDAY_PRODUCT_TOKEN: _, ...rest } = company.environment;
    const environment = { ...rest, ASANA_MAIN_TOKEN: "wrong-and-secret" };
    const { code, out, err } = await runCommand(company, ["check", "--db", db, "--json"], environment);
    const answer = read("check", checkDocument, out);
    expect(code).toBe(2);
    const codes = answer.connections.map((each) => [each.connection, ...each.problems.map((one) => one.code)]);
    expect(codes).toEqual([
      ["salesforce-prod"],
      ["asana-main", "HUB-1401"],
      ["monday-product", "HUB-1101"],
      ["tableau-cloud"],
    ]);
    expect(answer.connections[2]?.problems[0]?.message).toContain("MONDAY_PRODUCT_TOKEN");
    expect(out + err).not.toContain("wrong-and-secret");
  });

  test("signs in to no Tableau with a token that another process on the store is signed in with, and says whose turn it is", async () => {
    const other = company.database("held");
    const store = openStore(other, fixedClock);
    const { TABLEAU_CLOUD_BASE_URL = "", TABLEAU_CLOUD_TOKEN_NAME = "" } = company.environment;
    const holder = { owner: "elsewhere:1", isAlive: () => true, wallNow: () => Date.now() };
    await store.holds.take(`tableau ${TABLEAU_CLOUD_BASE_URL} ${TABLEAU_CLOUD_TOKEN_NAME}`, holder);
    await store.close();
    const { code, out } = await runCommand(company, ["check", "--db", other, "--json"]);
    expect(code).toBe(75);
    const problems = read("check", checkDocument, out).connections.flatMap((each) => each.problems);
    expect(problems).toEqual([
      expect.objectContaining({ code: "HUB-5119", message: expect.stringContaining("elsewhere:1") }),
    ]);
  });

  test("compares the tenant with the pinned one, which it never sets", async () => {
    const other = company.database("pinned");
    const store = openStore(other, fixedClock);
    const fence = await begin(store);
    const pin = { connection: "asana-main", system: "asana", tenant: "999", name: "Another company", at: AS_OF };
    await store.records.pinTenant(fence, pin);
    await store.runs.end(fence, { outcome: "complete", endedAt: AS_OF, summary: null });
    await store.close();
    for (const _ of ["first", "again"]) {
      const { code, out } = await runCommand(company, ["check", "--db", other, "--json"]);
      const { connections } = read("check", checkDocument, out);
      expect(code).toBe(2);
      expect(connections.map(({ pinned, problems }) => [pinned?.tenant, problems[0]?.code])).toEqual([
        [undefined, undefined],
        ["999", "HUB-1105"],
        [undefined, undefined],
        [undefined, undefined],
      ]);
    }
  });

  test("names the mapping whose field the system does not have", async () => {
    const options = await changed("unknown-field", "mappings/lead.yaml", (text) =>
      text.replace("company: Company", "company: Compani"),
    );
    const { code, answer } = await ask("check", checkDocument, "check", ...options);
    expect(code).toBe(2);
    expect(answer.connections[0]?.problems).toMatchObject([
      { code: "HUB-2109", place: { connection: "salesforce-prod", stream: "Lead" }, remedy: 'Did you mean "Company"?' },
    ]);
  });

  test("exits 3 when a system cannot be reached", async () => {
    const environment = { ...company.environment, TABLEAU_CLOUD_BASE_URL: "http://127.0.0.1:9" };
    const { code, out } = await runCommand(company, ["check", "--db", db], environment);
    expect(code).toBe(3);
    expect(out).toContain("PROBLEM tableau-cloud");
  });
});

describe("hub discover", () => {
  test("lists a connection's streams with what is read of them", async () => {
    const { code, answer } = await ask("discover", discoverDocument, "discover", "salesforce-prod");
    const lead = answer.streams.find((stream) => stream.name === "Lead");
    expect(code).toBe(0);
    expect(lead).toMatchObject({ role: "entity", read: true, mappings: ["lead"] });
    expect(lead?.stored?.live).toBeGreaterThan(50);
    expect(answer.fields).toBeNull();
  });

  test("describes a stream's fields as the system has them now", async () => {
    const { answer } = await ask("discover", discoverDocument, "discover", "salesforce-prod", "Opportunity");
    expect(answer.fields).toContainEqual({ name: "StageName", label: "Stage", type: "picklist", asked: true });
  });

  test("suggests the stream that was meant", async () => {
    const { code, out, err } = await run("discover", "salesforce-prod", "Oportunity", "--json");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("HUB-0008");
    expect(err).toContain('Did you mean "Opportunity"?');
  });
});

describe("hub certificate", () => {
  test("shows how complete each stream of the latest reading is", async () => {
    const { code, answer } = await ask("certificate", certificateDocument, "certificate");
    expect(code).toBe(0);
    expect(answer).toMatchObject({ complete: true, run: { kind: "sync", outcome: "complete" } });
    const opportunities = answer.certificates.find((each) => each.stream === "Opportunity");
    expect(opportunities?.stored).toBe(opportunities?.sourceCount);
    expect(opportunities?.covered).toHaveLength(1);

    const { answer: byId } = await ask("certificate", certificateDocument, "certificate", "--run", answer.run.id);
    expect(byId).toEqual(answer);
  });

  test("exits 3 and says why when a stream was not read in full", async () => {
    const other = company.database("half");
    const environment = {
      ...company.environment,
      SALESFORCE_PROD_CLIENT_SECRET: "no",
      SALESFORCE_PROD_ACCESS_TOKEN: "",
    };
    const options = await changed("hidden", "mappings/lead.yaml", (text) =>
      text.replace("company: Company", "company: Compani"),
    );
    await runCommand(company, ["sync", "--db", other, "--quiet", "--connection", "salesforce-prod", ...options]);
    const { code, out } = await runCommand(company, ["certificate", "--db", other], environment);
    expect(code).toBe(3);
    expect(out).toMatch(/Lead +INCOMPLETE/u);
    expect(out).toContain("HUB-1306");
  }, 60_000);

  test("tells a run without one from a store without any", async () => {
    const unknown = await run("certificate", "--run", "nope");
    const empty = await runCommand(company, ["certificate", "--db", company.database("empty")]);
    expect([unknown.code, unknown.err.slice(0, 8)]).toEqual([2, "HUB-0006"]);
    expect([empty.code, empty.err.slice(0, 8)]).toEqual([2, "HUB-0005"]);
  });
});

describe("hub remap", () => {
  test("--dry-run finds nothing to change where nothing changed", async () => {
    const { code, answer } = await ask("remap", remapDocument, "remap", "--dry-run");
    expect(code).toBe(0);
    expect(answer).toMatchObject({ dryRun: true, pending: 0, examples: [], rejects: [], unmapped: [] });
    expect(answer.dryRun ? answer.entities : 0).toBeGreaterThan(100);
  });

  test("--dry-run tells what a changed mapping would do and leaves it undone; a remap does just that", async () => {
    const other = company.database("remapped");
    await copyFile(db, other);
    const options = await changed("renamed", "mappings/contact.yaml", (text) =>
      text.replace(/^ {2}email: /mu, "  mail: "),
    );
    const remap = async (...argv: readonly string[]) => {
      const { code, out } = await runCommand(company, [
        "remap",
        "--db",
        other,
        "--json",
        "--quiet",
        ...options,
        ...argv,
      ]);
      expect(code).toBe(0);
      return read("remap", remapDocument, out);
    };
    for (const _ of ["first", "again"]) {
      const told = await remap("--dry-run");
      if (!told.dryRun) throw new Error("stored");
      const contacts = told.changes.filter((each) => each.changed > 0);
      expect(contacts).toMatchObject([{ kind: "object", type: "contact", added: 0, removed: 0, unchanged: 0 }]);
      expect(told.examples).toHaveLength(Math.min(20, contacts[0]?.changed ?? 0));
      expect(told.examples[0]?.differences.map(({ path }) => path)).toEqual(["attributes.email", "attributes.mail"]);
    }
    expect(await remap()).toMatchObject({ dryRun: false, rejected: 0 });
    expect(await remap("--dry-run")).toMatchObject({ examples: [] });
  }, 60_000);

  test("--dry-run replays the history through a changed contract and tells what would come out otherwise, and its cost", async () => {
    const options = await changed("later", "handoffs/sales-to-cs.yaml", (text) =>
      text.replace(/^since: .*$/mu, "since: 2026-11-01T00:00:00Z"),
    );
    const same = await ask("remap", remapDocument, "remap", "--dry-run");
    const later = await ask("remap", remapDocument, "remap", "--dry-run", ...options);
    const [now, then] = [same.answer, later.answer].map((answer) => (answer.dryRun ? answer.handoffs : null));
    expect(now).toMatchObject({ moves: [], examples: [] });
    expect(then?.moves).toContainEqual(
      expect.objectContaining({ contract: "sales-to-cs", before: "missing", after: "historical" }),
    );
    expect(then?.before).toEqual(now?.before);
    expect(then?.after.operations).toBeLessThan(then?.before.operations ?? 0);
    expect(then?.after.calls).toBeLessThan(then?.before.calls ?? 0);
    expect(then?.after.moneyAtStake).toBeLessThan(then?.before.moneyAtStake ?? 0);
    const text = await run("remap", "--dry-run", ...options);
    expect(text.out).toMatch(/handoffs would come out otherwise:/u);
    const { out } = await run("handoffs", "--contract", "sales-to-cs", "--json");
    expect(handoffsDocument.parse(JSON.parse(out)).handoffs.some(({ label }) => label === "missing")).toBe(true);
  }, 60_000);
});

describe("hub explain", () => {
  test("tells an opportunity's life from its native id: versions, people, links, events in time order", async () => {
    const { source } = company.sandbox.truth.handoffs.find((handoff) => handoff.source?.stream === "Opportunity") ?? {};
    const { code, answer } = await ask("explain", explainDocument, "explain", source?.id ?? "");

    expect(code).toBe(0);
    const [record] = answer.records;
    expect(record).toMatchObject({ versions: [{ removed: null }], objects: [{ type: "opportunity" }] });
    expect(record?.objects[0]?.references).toContainEqual(
      expect.objectContaining({ name: "account", method: "record", object: expect.stringContaining("/Account/") }),
    );
    expect(record?.objects[0]?.persons["owner"]).toMatchObject({ name: expect.any(String), why: expect.any(String) });
    const times = record?.events.map((event) => event.at) ?? [];
    expect(times).toEqual([...times].sort());
    expect(record?.events.at(-1)?.source).toContain("/OpportunityHistory/");
    expect(answer.handoffs.map((handoff) => handoff.source)).toContain(record?.key);

    const { answer: byKey } = await ask("explain", explainDocument, "explain", record?.key ?? "");
    expect({ ...byKey, asked: "" }).toEqual({ ...answer, asked: "" });
  });

  test("tells a handoff with its evidence and the records on both sides", async () => {
    const { out } = await run("handoffs", "--all", "--json");
    const matched = handoffsDocument
      .parse(JSON.parse(out))
      .handoffs.find(({ link, source, target }) => link === "matched" && target !== source);
    if (matched === undefined) throw new Error("Nothing was handed over in this company.");

    const { answer } = await ask("explain", explainDocument, "explain", matched.id);

    expect(answer.handoffs).toEqual([expect.objectContaining(matched)]);
    expect(answer.records.map((record) => record.key)).toEqual([matched.source, matched.target]);
    const text = await run("explain", matched.id.slice(0, 10));
    expect(text.out).toContain(matched.because);
    expect(text.out).toContain(matched.evidence[0]?.why ?? "nothing");
  });

  test("shows with an onboarding what happened to the steps of its project, and who did it", async () => {
    const { out } = await run("handoffs", "--all", "--contract", "sales-to-cs", "--json");
    const onboarding = handoffsDocument.parse(JSON.parse(out)).handoffs.find(({ target }) => target !== null);

    const { answer } = await ask("explain", explainDocument, "explain", onboarding?.id ?? "");

    const project = answer.records.find(({ key }) => key === onboarding?.target);
    const step = project?.events.find(({ type, by }) => type === "step completed" && by.person?.name != null);
    expect(step).toMatchObject({
      object: expect.stringContaining("/tasks/"),
      source: expect.stringContaining("asana/"),
    });
    const times = project?.events.map(({ at }) => at) ?? [];
    expect(times).toEqual([...times].sort());
    const text = await run("explain", onboarding?.id ?? "");
    expect(text.out).toContain(
      `step completed (step ${JSON.stringify(step?.attributes["step"]).slice(1, -1)}) of ${step?.object ?? ""}  by ${step?.by.person?.name ?? ""} (human)`,
    );
  });

  test("tells a handoff's life in the order of time: trigger, due dates, acceptance and who did it where, the plan", async () => {
    const { out } = await run("handoffs", "--all", "--contract", "product-to-engineering", "--json");
    const accepted = handoffsDocument
      .parse(JSON.parse(out))
      .handoffs.find(({ label, acceptedAt }) => label === "matched" && acceptedAt !== null);
    const [repair] = planDocument.parse(JSON.parse((await run("plan", "--json")).out)).operations;

    const { answer } = await ask("explain", explainDocument, "explain", accepted?.id ?? "");
    const planned = await ask("explain", explainDocument, "explain", repair?.handoff ?? "");

    const life = answer.handoffs[0]?.life ?? [];
    expect(life.map(({ at }) => at)).toEqual(life.map(({ at }) => at).toSorted());
    const known = Object.fromEntries(life.map((moment) => [moment.what, moment]));
    expect(known["triggered"]).toMatchObject({ at: accepted?.triggeredAt, where: "monday", by: expect.any(String) });
    expect(known["triggered"]?.detail).toContain("Committed entered");
    expect(known["accepted"]).toMatchObject({ at: accepted?.acceptedAt, where: "asana" });
    expect(known["due"]).toMatchObject({ by: null, where: "hub" });
    const plan = planned.answer.handoffs[0]?.life.findLast(({ what }) => what === "planned");
    expect(plan?.detail).toContain(`${repair?.action ?? ""} in plan`);
    expect((await run("explain", accepted?.id ?? "")).out).toMatch(
      /triggered by [A-Z]\S+ [A-Z]\S+ in monday: Committed/u,
    );
  });

  test("finds a record by the short form of its id and by its address", async () => {
    const { out } = await run("handoffs", "--contract", "marketing-to-sales", "--all", "--json");
    const [handoff] = handoffsDocument.parse(JSON.parse(out)).handoffs;
    const id = handoff?.source?.split("/").at(-1) ?? "";
    const whole = await ask("explain", explainDocument, "explain", id);
    const short = await ask("explain", explainDocument, "explain", id.slice(0, 15));
    const address = await ask(
      "explain",
      explainDocument,
      "explain",
      `https://acme.example/lightning/r/Lead/${id}/view`,
    );
    expect(id).toHaveLength(18);
    expect(short.answer.records).toEqual(whole.answer.records);
    expect(address.answer.records).toEqual(whole.answer.records);
  });

  test("says so when nothing is known by that name", async () => {
    const { code, out, err } = await run("explain", "nope", "--json");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("HUB-0009");
  });
});

test("hub discover shows how a stream differs from what was accepted, and accepts it", async () => {
  const { answer } = await ask("discover", discoverDocument, "discover", "salesforce-prod", "Lead");
  expect(answer).toMatchObject({ changes: [], accepted: false });
  const object = { change: "add", object: "Lead", field: "Fresh__c", type: "string" };
  await company.control("/dials", "POST", { system: "salesforce", fault: "schema", times: 1, ...object });

  const changed = await ask("discover", discoverDocument, "discover", "salesforce-prod", "Lead");
  expect(changed.answer.changes).toMatchObject([{ kind: "added", field: "Fresh__c", before: null }]);
  const accepted = await run("discover", "salesforce-prod", "Lead", "--accept");
  expect(accepted.out).toContain("Accepted what has changed:\n  + Fresh__c (string)");
  const after = await ask("discover", discoverDocument, "discover", "salesforce-prod", "Lead");
  expect(after.answer.changes).toEqual([]);
});

describe("hub rejects", () => {
  test("lists nothing where everything fitted, and knows no record that was not rejected", async () => {
    const { code, answer } = await ask("rejects", rejectsDocument, "rejects");
    expect([code, answer]).toEqual([0, { rejects: [] }]);
    const show = await run("rejects", "show", "nope");
    expect([show.code, show.err.slice(0, 8)]).toEqual([2, "HUB-0007"]);
  });

  test("shows a record two mappings quarrel over, whole and with the reason", async () => {
    const other = company.database("quarrel");
    const text = await readFile("config/mappings/account.yaml", "utf8");
    const directory = await copyConfiguration(company, "twice");
    await writeFile(join(directory, "mappings", "again.yaml"), text.replace("mapping: account", "mapping: again"));
    const options = ["--db", other, "--config", directory];
    const sync = await runCommand(company, ["sync", ...options, "--quiet", "--connection", "salesforce-prod"]);
    expect(sync.code).toBe(3);
    const list = await runCommand(company, ["rejects", ...options, "--json"]);
    const [first] = read("rejects", rejectsDocument, list.out).rejects;
    expect(first).toMatchObject({ stream: "Account", problem: { code: "HUB-2110" } });
    const show = await runCommand(company, ["rejects", "show", first?.key ?? "", ...options, "--json"]);
    expect(read("rejects-show", rejectsShowDocument, show.out).rejects[0]?.content).toHaveProperty("Name");

    // Nothing new is mapped, and yesterday's reject is still out.
    expect((await runCommand(company, ["sync", ...options, "--quiet", "--connection", "salesforce-prod"])).code).toBe(
      3,
    );
    const inVain = await runCommand(company, ["rejects", "replay", first?.key ?? "", ...options, "--json", "--quiet"]);
    expect(inVain.code).toBe(3);
    const answer = read("rejects-replay", rejectsReplayDocument, inVain.out);
    expect(answer).toMatchObject({ tried: 1, accepted: 0, remaining: [{ key: first?.key }], problems: [] });
    await rm(join(directory, "mappings", "again.yaml"));
    const mended = await runCommand(company, ["rejects", "replay", ...options, "--quiet"]);
    expect(mended.code).toBe(0);
    expect((await runCommand(company, ["rejects", ...options])).out).toBe("No record was rejected.\n");
  }, 60_000);
});

describe("hub config", () => {
  test("check says TechFlow's configuration back", async () => {
    const { code, answer } = await ask("config-check", configCheckDocument, "config", "check");
    expect(code).toBe(0);
    expect(answer).toMatchObject({ ok: true, problems: [] });
    expect(answer.explanation[0]).toContain("TechFlow Solutions reports in America/Los_Angeles");
  });

  test("check tells every slip with its line, and a failing test of a mapping file", async () => {
    const directory =
      (await changed("slips", "hub.yaml", (text) => text.replace("us-business", "us-busines")))[1] ?? "";
    const mapping = join(directory, "mappings", "lead.yaml");
    await writeFile(mapping, (await readFile(mapping, "utf8")).replace("      stage: MQL\n", "      stage: SAL\n"));
    const { code, answer } = await ask("config-check", configCheckDocument, "config", "check", "--config", directory);
    expect(code).toBe(2);
    expect(
      answer.problems.map((each) => [each.code, (each.place.line ?? 0) > 0, (each.place.column ?? 0) > 0]),
    ).toEqual([
      ["HUB-2027", true, true],
      ["HUB-2108", true, true],
    ]);
  });

  test("every verb tells all slips, not only the first", async () => {
    const [, directory = ""] = await changed("two", "hub.yaml", (text) => text.replace("us-business", "us-busines"));
    const mapping = join(directory, "mappings", "lead.yaml");
    await writeFile(
      mapping,
      (await readFile(mapping, "utf8")).replace("company: Company", "company: { txt: Company }"),
    );
    const { code, out, err } = await run("check", "--config", directory, "--json");
    expect([code, out]).toEqual([2, ""]);
    expect(new Set(err.match(/^HUB-\d{4}/gmu))).toEqual(new Set(["HUB-2027", "HUB-2101"]));
  });

  test("schema writes one file per kind, or one document", async () => {
    const folder = join(company.directory, "schemas");
    expect((await run("config", "schema", "--out", folder)).code).toBe(0);
    const { answer } = await ask("config-schema", configSchemaDocument, "config", "schema");
    const kinds = Object.keys(answer.schemas).sort();
    expect(kinds).toEqual(["bindings", "calendar", "handoff", "hub", "kpi", "mapping", "people", "process", "waivers"]);
    expect((await readdir(folder)).sort()).toEqual(kinds.map((kind) => `${kind}.schema.json`));
  });
});

test("hub publish to a system that takes no data sources is told with HUB-5031, and the files are there", async () => {
  const options = await changed("publish-to-asana", "hub.yaml", (text) =>
    text.replace("connection: tableau-cloud", "connection: asana-main"),
  );
  const out = join(company.directory, "not-published");
  const { code, err } = await run("publish", "--format", "parquet", "--out", out, ...options);
  expect([code, err]).toEqual([3, expect.stringContaining("HUB-5031")]);
  expect((await readdir(out, { recursive: true })).filter((name) => name.endsWith(".parquet")).length).toBeGreaterThan(
    5,
  );
}, 60_000);

test("hub hyper install tells where an engine is that is there already", async () => {
  const engine = join(company.directory, "hyperd");
  await writeFile(engine, "");
  const environment = { ...company.environment, HUB_HYPERD: engine };
  const { code, out } = await runCommand(company, ["hyper", "install", "--json"], environment);
  expect([code, read("hyper-install", hyperInstallDocument, out)]).toEqual([0, { engine }]);
  const missing = await runCommand(company, ["hyper", "install"], { HUB_HYPERD: join(company.directory, "nowhere") });
  expect([missing.code, missing.err]).toEqual([2, expect.stringContaining("HUB-5002")]);
});
