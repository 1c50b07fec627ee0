import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { z } from "zod";
import { checkDocument } from "../../src/cli/documents/check.ts";
import { planDocument } from "../../src/cli/documents/plan.ts";
import { misfits } from "../support/documents.ts";
import { copyConfiguration, runCommand, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

jest.setTimeout(60_000);

const listing = z.object({ data: z.array(z.object({ gid: z.string(), name: z.string() })) });

let company: Company;

beforeAll(async () => {
  company = await startCompany({ scale: 0.1 });
});

afterAll(() => company.close());

/** The sample company's contracts with one text of one of them replaced. */
async function contractSaying(name: string, contract: string, text: string, instead: string): Promise<string> {
  const config = await copyConfiguration(company, name);
  const file = join(config, "handoffs", `${contract}.yaml`);
  const before = await readFile(file, "utf8");
  expect(before).toContain(text);
  await writeFile(file, before.replace(text, instead));
  return config;
}

test.each([
  [
    "a project template",
    "sales-to-cs",
    "Onboarding v4 }",
    "Onboarding v9 }",
    "asana-main",
    "HUB-1418",
    { line: 7, path: "to.create_from" },
    /There are: .*Customer Onboarding v4/u,
  ],
  [
    "a section of a project",
    "product-to-engineering",
    "Engineering Delivery }",
    "Engineering Delivery/Nowhere }",
    "asana-main",
    "HUB-1418",
    { line: 6, path: "to.create_from" },
    /There are: .*In sprint/u,
  ],
  [
    "a record type",
    "cs-to-sales",
    "salesforce-prod/Opportunity",
    "salesforce-prod/Expansion Deal",
    "salesforce-prod",
    "HUB-1324",
    { line: 10, path: "to.create_from" },
    /./u,
  ],
] as const)(
  "`hub check` refuses %s that does not exist where its contract names it, with what there is",
  async (_what, contract, text, instead, connection, code, place, remedy) => {
    const config = await contractSaying(`check-${contract}`, contract, text, instead);
    const { code: exit, out } = await runCommand(company, [
      "check",
      "--json",
      "--config",
      config,
      "--db",
      company.database(`check-${contract}`),
    ]);
    const answer = checkDocument.parse(JSON.parse(out));
    expect(exit).toBe(2);
    expect(answer.connections.filter(({ ok }) => !ok).map((each) => each.connection)).toEqual([connection]);
    const problems = answer.connections.flatMap((each) => each.problems);
    expect(problems[0]).toMatchObject({
      code,
      place: { ...place, file: join(config, "handoffs", `${contract}.yaml`), column: expect.any(Number) },
    });
    expect(new Set(problems.map((problem) => problem.place.path))).toEqual(new Set([place.path]));
    expect(problems[0]?.remedy).toMatch(remedy);
  },
);

test("`hub plan` leaves out what cannot be created, says so where the contract names it, and ends with 3", async () => {
  const db = company.database("planned");
  const config = await contractSaying("plan", "sales-to-cs", "Onboarding v4 }", "Onboarding v9 }");
  expect((await runCommand(company, ["sync", "--db", db])).code).toBe(0);
  const before = planDocument.parse(JSON.parse((await runCommand(company, ["plan", "--json", "--db", db])).out));
  const onboardings = before.operations.filter(
    ({ objectType, action }) => objectType === "onboarding" && action === "create",
  );
  expect(onboardings.length).toBeGreaterThan(0);
  // Each is made from a template, compared with the parts hub.yaml tells, and read back.
  expect(onboardings.map(({ calls }) => calls)).toEqual(onboardings.map(() => 19));
  expect(before.refused).toEqual([]);

  await company.forgetCalls();
  const { code, out, err } = await runCommand(company, ["plan", "--json", "--db", db, "--config", config]);
  expect(misfits("plan", JSON.parse(out))).toEqual([]);
  const after = planDocument.parse(JSON.parse(out));
  expect(code).toBe(3);
  expect(after.operations).toHaveLength(before.operations.length - onboardings.length);
  expect(after.refused).toMatchObject([
    { problem: { code: "HUB-1418", place: { line: 7 } }, handoffs: expect.any(Array) },
  ]);
  expect(after.refused[0]?.handoffs.toSorted()).toEqual(onboardings.map(({ handoff }) => handoff).toSorted());
  expect(err).toMatch(/HUB-1418 .*Onboarding v9/u);
  const asked = Object.keys(await company.calls("asana"));
  expect(asked.filter((route) => /^(?:POST|PUT|DELETE)/u.test(route))).toEqual([]);
  const table = await runCommand(company, ["plan", "--db", db, "--config", config]);
  expect(table.out).toMatch(/\d+ creations? (?:is|are) not proposed: .*\(HUB-1418, .*sales-to-cs\.yaml:7:\d+/u);
});

test("a field that was renamed since its name was pinned is looked up under the name it has now", async () => {
  const db = company.database("renamed");
  const config = await copyConfiguration(company, "renamed");
  const run = (...argv: readonly string[]) => runCommand(company, [...argv, "--db", db, "--config", config]);
  await run("sync");
  await run("config", "bindings", "--accept");
  const { data: workspaces } = listing.parse({ data: await company.asana("GET", "/workspaces") });
  const path = `/workspaces/${workspaces[0]?.gid ?? ""}/custom_fields`;
  const { data: fields } = listing.parse({ data: await company.asana("GET", path) });
  const amount = fields.find(({ name }) => name === "Deal amount");
  expect(amount).toBeDefined();
  await company.asana("PUT", `/custom_fields/${amount?.gid ?? ""}`, { name: "Contract value" });
  await run("sync");
  expect((await run("check")).out).not.toContain("HUB-1416");
  const { out } = await run("plan", "--json");
  expect(planDocument.parse(JSON.parse(out)).refused).toEqual([]);
});
