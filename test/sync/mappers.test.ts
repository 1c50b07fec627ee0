import { expect, test } from "@jest/globals";
import type { RunContext } from "../../src/sync/context.ts";
import { createMapper } from "../../src/sync/mappers.ts";
import { AS_OF, begin, memoryStore } from "../support/store.ts";

const NOTHING = { objects: [], events: [], unmapped: [] };

/** A configuration with one connection that maps things, by this name. */
function configurationOf(name: string): RunContext["configuration"] {
  const connector = { streams: () => [], normaliser: () => () => ({ fields: {} }) };
  const mappings = { selection: () => ({ things: [] }), apply: (by: string) => ({ ...NOTHING, by }) };
  return {
    connections: new Map([[name, { name, connector, settings: {} }]]),
    mappings,
  } as unknown as RunContext["configuration"];
}

test("what a connection read under its old name is mapped under its new one", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  for (const connection of ["crm", "salesforce-prod"]) {
    await store.records.pinTenant(fence, { connection, system: "salesforce", tenant: "t1", name: "Org", at: AS_OF });
  }

  const context = { configuration: configurationOf("salesforce-prod"), store };
  const mapper = await createMapper(context, "salesforce", "t1", undefined, new Map());

  expect(mapper).not.toBeNull();
  expect(await createMapper(context, "salesforce", "t2", undefined, new Map())).toBeNull();
});
