import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { checkConfiguration, configurationSchemas, STANDARD_KINDS } from "../../src/configuration/index.ts";
import { asana } from "../../src/connectors/asana/index.ts";
import { monday } from "../../src/connectors/monday/index.ts";
import { salesforce } from "../../src/connectors/salesforce/index.ts";
import { tableau } from "../../src/connectors/tableau/index.ts";

const CONNECTORS = [salesforce, asana, monday, tableau];

const PROCESS = `process: hiring
version: 1
effective_from: 2025-05-01
case: hire
team: People Ops
starts: hire created
ends: Day one
stages: [Offer accepted, Contract signed, Equipment, Accounts ready, Day one]
steps: { Equipment: { routine: true } }
owner: assignee
rules: { R1: Contract signed before Day one }
`;

const KPI = `kpi: hiring-time
question: How long does it take from the offer to the first day?
owner: Bridget Moore
measure: cycle time
of: hiring
windows: [12 months]
`;

const made: string[] = [];
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

/** TechFlow's connections, people, calendars, mappings and handoffs with one small process and KPI. */
async function problemsOf(
  process: string,
  kpi = KPI,
  handoff = (text: string): string => text,
  another: string | null = null,
): Promise<readonly string[]> {
  const directory = await mkdtemp(path.join(tmpdir(), "hub-kinds-"));
  made.push(directory);
  for (const name of ["hub.yaml", "people.yaml", "calendars", "mappings"]) {
    await cp(path.join("config", name), path.join(directory, name), { recursive: true });
  }
  for (const folder of ["handoffs", "processes", "kpis"]) await mkdir(path.join(directory, folder));
  const contract = await readFile(path.join("config", "handoffs", "sales-to-cs.yaml"), "utf8");
  await writeFile(path.join(directory, "handoffs", "sales-to-cs.yaml"), handoff(contract));
  if (another !== null) await writeFile(path.join(directory, "handoffs", "another.yaml"), another);
  await writeFile(path.join(directory, "processes", "hiring.yaml"), process);
  await writeFile(path.join(directory, "kpis", "hiring-time.yaml"), kpi);
  const options = { connectors: CONNECTORS, kinds: STANDARD_KINDS, tests: true };
  const { problems } = await checkConfiguration(directory, options);
  return problems.map(
    ({ code, message, place, remedy }) =>
      `${code} ${path.relative(directory, place.file ?? "")}:${String(place.line)}${place.file?.includes("handoffs") === true ? `:${String(place.column)}` : ""} ${message} ${remedy ?? ""}`,
  );
}

describe("processes, handoffs and KPIs", () => {
  test("that name what the mappings make have no problem", async () => {
    expect(await problemsOf(PROCESS)).toEqual([]);
  });

  test.each([
    [
      "case: hire",
      "case: hier",
      'HUB-2023 processes/hiring.yaml:4 No mapping makes objects of the type "hier". Did you mean `hire`?',
    ],
    [
      "signed, Equipment, Acc",
      "signed, Equipmnt, Acc",
      'HUB-2032 processes/hiring.yaml:8 No mapping of this process knows the stage or event "Equipmnt". Did you mean `Equipment`?',
    ],
    ["owner: assignee", "owner: asignee", "HUB-2024 processes/hiring.yaml:10"],
    ["team: People Ops", "team: Peeple Ops", "HUB-2030 processes/hiring.yaml:5"],
    [
      "starts: hire created",
      "starts: opportunity enters Closed Won\nthrough: sales-to-css",
      'HUB-2031 processes/hiring.yaml:7 There is no handoff "sales-to-css". Did you mean `sales-to-cs`?',
    ],
    [
      "effective_from: 2025-05-01",
      "effective_from: May 2025",
      'HUB-2301 processes/hiring.yaml:3 `effective_from` is not a day as YYYY-MM-DD; found "May 2025".',
    ],
    ["R1: Contract signed before", "R1: Contract signed befor", "processes/hiring.yaml:11"],
  ])("tell a slip in a process (%s)", async (right, wrong, expected) => {
    expect((await problemsOf(PROCESS.replace(right, wrong))).join("\n")).toContain(expected);
  });

  test.each([
    ["of: hiring", "of: hirring", "kpis/hiring-time.yaml:5"],
    ["owner: Bridget Moore", "owner: Bridget Moor", "HUB-2029 kpis/hiring-time.yaml:3"],
    ["measure: cycle time", "measure: cycel time", "Did you mean `cycle time`?"],
  ])("tell a slip in a KPI (%s)", async (right, wrong, expected) => {
    expect((await problemsOf(PROCESS, KPI.replace(right, wrong))).join("\n")).toContain(expected);
  });

  test("tell a slip in a contract's own words", async () => {
    const problems = await problemsOf(PROCESS, KPI, (text) =>
      text.replace("expect: onboarding", "expects: onboarding"),
    );
    expect(problems.join("\n")).toContain("HUB-2201 handoffs/sales-to-cs.yaml");
    expect(problems.join("\n")).toContain("Did you mean `expect`?");
  });

  test("tell an unknown stage and attribute of a contract", async () => {
    const problems = await problemsOf(PROCESS, KPI, (text) =>
      text
        .replace("opportunity enters Closed Won", "opportunity enters Closed Wun")
        .replace("same: [contract_number]", "same: [contract_no]"),
    );
    expect(problems.join("\n")).toContain('have no stage "Closed Wun"');
    expect(problems.join("\n")).toContain('have no attribute "contract_no"');
  });
});

describe("a contract that cannot be kept", () => {
  const BACK = `handoff: back
since: 2026-01-01
mode: propose
from: { when: opportunity enters Proposal }
to: { expect: onboarding }
due: { created: 24h }
fields:
  value: { ours: amount, theirs: deal_amount, rule: target }
`;

  test.each<[string, string, string, string]>([
    [
      "an unknown field",
      "amount: { theirs: deal_amount }",
      "amount: { theirs: deal_amuont }",
      'HUB-2203 handoffs/sales-to-cs.yaml:17:21 Objects of the type onboarding have no attribute "deal_amuont". Did you mean `deal_amount`?',
    ],
    [
      "a needed attribute that is not there",
      "needs: [amount, csm,",
      "needs: [amount, csn,",
      'HUB-2203 handoffs/sales-to-cs.yaml:13:17 Objects of the type opportunity have no attribute "csn". Did you mean `csm`?',
    ],
    ["a stage", "enters Closed Won", "enters Closed Wun", 'have no stage "Closed Wun". Did you mean `Closed Won`?'],
    ["an impossible due rule", "created: 24h,", "created: 0h,", "HUB-2211 handoffs/sales-to-cs.yaml:8:"],
    [
      "a missing connection",
      "create_from: asana-main/",
      "create_from: asana-mian/",
      'HUB-2207 handoffs/sales-to-cs.yaml:7:64 There is no connection "asana-mian". Did you mean `asana-main`?',
    ],
    [
      "a missing template",
      "create_from: asana-main/Customer Onboarding v4",
      "create_from: asana-main",
      'HUB-2207 handoffs/sales-to-cs.yaml:7:64 "asana-main" names no template.',
    ],
    [
      "a creation where nobody would look for it",
      "create_from: asana-main/Customer Onboarding v4",
      "create_from: salesforce-prod/Opportunity",
      "objects of the type onboarding are read from asana-main",
    ],
    [
      "an escalation to nobody",
      "to: Customer Success }\nmoney",
      "to: Customer Sucess }\nmoney",
      'HUB-2029 handoffs/sales-to-cs.yaml:20:42 "Customer Sucess" is neither a person nor a team of people.yaml. Did you mean `Customer Success`?',
    ],
    [
      "a stand-in who is nobody",
      "expect: onboarding,",
      "expect: onboarding, backup: Dana Ortis,",
      '"Dana Ortis" is no person of people.yaml. Did you mean `Dana Ortiz`?',
    ],
    [
      "two owners for one field",
      "  owner: {",
      "  price: { ours: amount, theirs: contract_number }\n  kind: { theirs: contract_number }\n  owner: {",
      "HUB-2210 handoffs/sales-to-cs.yaml:19:9 onboarding.contract_number has two owners",
    ],
    [
      "a test that does not hold",
      "operations: [update onboarding.deal_amount to 9000]",
      "operations: [update onboarding.deal_amount to 8000]",
      "HUB-2212 handoffs/sales-to-cs.yaml:",
    ],
  ])("is told with place and remedy: %s", async (_what, right, wrong, expected) => {
    const problems = await problemsOf(PROCESS, KPI, (text) => {
      expect(text).toContain(right);
      return text.replace(right, wrong);
    });
    expect(problems.join("\n")).toContain(expected);
  });

  test("is told where two contracts write in a circle", async () => {
    const problems = await problemsOf(PROCESS, KPI, (text) => text, BACK);
    expect(problems.join("\n")).toContain(
      "HUB-2209 handoffs/sales-to-cs.yaml:17:11 What is written would come back: onboarding.deal_amount → opportunity.amount → onboarding.deal_amount",
    );
  });
});

describe("JSON Schemas", () => {
  test("exist for every kind of file and know each connector's settings", () => {
    const schemas = configurationSchemas(CONNECTORS, STANDARD_KINDS);
    expect(Object.keys(schemas)).toEqual([
      "hub",
      "people",
      "calendar",
      "waivers",
      "bindings",
      "mapping",
      "handoff",
      "process",
      "kpi",
    ]);
    expect(JSON.stringify(schemas["hub"])).toContain('"system":{"const":"asana"}');
  });
});
