import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { checkConfiguration, handoffKind, STANDARD_KINDS } from "../../src/configuration/index.ts";
import type { Configuration } from "../../src/configuration/index.ts";
import { CONNECTORS } from "../../src/connectors/index.ts";
import { proposeOperations, reconcile } from "../../src/handoffs/index.ts";
import type { Handoff, LinkedObject, Operation } from "../../src/model/index.ts";
import { actors, deal, feature, hours, input } from "./world.ts";

// What an admin writes, and nothing else: a lost deal that waits for a feature is told to product, in monday.com.
const CONTRACT = `handoff: sales-to-product
since: 2026-01-01
mode: propose
from: { team: Sales, when: opportunity enters Closed Lost }
where: opportunity.kind == "New Business"
to:
  team: Product
  expect: feature
  create_from: monday-product/Roadmap 2026/Requests
  begins: { stage: Discovery }
due: { created: 2 business days }
match:
  - link: feature_key
accepted_when: feature enters Planning
fields:
  name: { rule: create_once }
  target: { ours: go_live, rule: target }
  points: { ours: amount, rule: create_once }
tests:
  - at: 2026-06-20T00:00:00Z
    sources: [{ id: "006A", attributes: { name: Acme, kind: New Business }, stages: [{ Closed Lost: 2026-06-01T16:00:00Z }] }]
    expect: { label: missing, operations: [create feature] }
`;

let directory: string;
let configuration: Configuration;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-fifth-"));
  await cp("config", directory, { recursive: true });
  await writeFile(join(directory, "handoffs", "sales-to-product.yaml"), CONTRACT);
  const checked = await checkConfiguration(directory, { connectors: CONNECTORS, kinds: STANDARD_KINDS, tests: true });
  if (checked.configuration === null || checked.problems.length > 0) throw new Error(JSON.stringify(checked.problems));
  ({ configuration } = checked);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Found {
  readonly handoff: Handoff | undefined;
  readonly operations: readonly Operation[];
}

function decide(sources: readonly LinkedObject[], targets: readonly LinkedObject[]): Found {
  const contract = configuration.compiled(handoffKind).find(({ name }) => name === "sales-to-product");
  if (contract === undefined) throw new Error("the contract is not there");
  const handoffs = reconcile(contract, input(sources, targets, hours(400)));
  const operations = proposeOperations(contract, {
    handoffs,
    objects: new Map([...sources, ...targets].map((object) => [object.id, object])),
    actors,
    connections: new Map([
      ["monday-product", { system: "monday", tenant: "acc" }],
      ["salesforce-prod", { system: "salesforce", tenant: "org" }],
    ]),
  });
  return { handoff: handoffs.find(({ sourceKey }) => sourceKey !== null), operations };
}

const lost = deal({ stages: [["Closed Lost", 0]] });
const request = (target: string | null): LinkedObject =>
  feature({
    at: hours(5),
    stages: [
      ["Discovery", 5],
      ["Planning", 30],
    ],
    attributes: { feature_key: "006A", target: target === null ? null : { day: target } },
  });

test("a fifth contract needs YAML alone, between Salesforce and monday.com: a missing item is created", () => {
  const { handoff, operations } = decide([lost], []);
  expect(handoff?.label).toBe("missing");
  expect(operations).toMatchObject([
    {
      action: "create",
      connection: "monday-product",
      system: "monday",
      after: {
        template: "Roadmap 2026/Requests",
        stage: "Discovery",
        feature_key: "006A",
        name: "Acme deal",
        points: 9000,
      },
    },
  ]);
});

test("and the other way: what product decides is written to the deal", () => {
  const { handoff, operations } = decide([lost], [request("2026-09-01")]);
  expect(handoff).toMatchObject({ link: "matched", decision: "accepted", content: "drifted" });
  expect(operations).toMatchObject([
    {
      action: "update",
      connection: "salesforce-prod",
      objectType: "opportunity",
      targetKey: lost.id,
      field: "go_live",
      before: { day: "2026-07-01" },
      after: { day: "2026-09-01" },
    },
  ]);
  expect(decide([lost], [request("2026-07-01")]).operations).toEqual([]);
});
