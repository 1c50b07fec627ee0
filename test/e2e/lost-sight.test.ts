import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { hubOn, runCommand, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

let company: Company;

beforeAll(async () => {
  company = await startCompany();
});

afterAll(async () => {
  await company.close();
});

test("records that go out of sight are kept, named as such and not taken for deleted", async () => {
  const db = company.database("sight");
  const hub = await hubOn(company, { db });
  await hub.sync();
  const { tenant = "" } = (await hub.hub.store.records.pins()).find(({ system }) => system === "salesforce") ?? {};
  const key = { system: "salesforce", tenant, stream: "Account" };
  const ids: string[] = [];
  for await (const page of hub.hub.store.records.live(key)) ids.push(...page.map(({ id }) => id));
  const [hidden = ""] = ids;
  await hub.close();
  await company.control("/organisation", "POST", { system: "salesforce", do: "hide", record: hidden });

  expect((await runCommand(company, ["sync", "--sweep", "--stream", "Account", "--db", db])).code).toBe(0);

  const certificate = await runCommand(company, ["certificate", "--db", db]);
  expect(certificate.out).toMatch(/Out of sight: 1 records of salesforce-prod Account that .* sees no more/u);
  const again = await hubOn(company, { db });
  const history = await again.hub.store.records.history({ ...key, id: hidden });
  expect(history?.removed?.cause).toBe("visibility lost");
  expect(history?.versions.at(-1)?.content).toHaveProperty("Name");
  await again.close();
});
