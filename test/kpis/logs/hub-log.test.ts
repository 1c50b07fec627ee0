import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { join } from "node:path";
import { hubLog, LogReader, logStats } from "../../../src/kpis/index.ts";
import type { ModelEvent, ModelObject } from "../../../src/model/index.ts";
import { logBench } from "./logs.ts";
import type { LogBench } from "./logs.ts";

let bench: LogBench;
beforeEach(async () => {
  bench = await logBench();
});
afterEach(() => bench.close());

const DAY = Date.parse("2026-03-02T00:00:00Z");
const key = (id: string): string => `salesforce/00D/Opportunity/${id}`;
const object = (id: string, more: Partial<ModelObject> = {}): ModelObject => ({
  key: key(id),
  type: "opportunity",
  mapping: "m",
  attributes: {},
  history: [],
  references: [],
  createdAt: null,
  removed: null,
  url: null,
  ...more,
});
const event = (id: string, of: string, hour: number, more: Partial<ModelEvent> = {}): ModelEvent => ({
  id,
  type: "Won entered",
  objectKey: key(of),
  objectType: "opportunity",
  occurredAt: DAY + hour * 3_600_000,
  precision: "s",
  sequence: 0,
  by: { person: "005", kind: "human" },
  stage: "Won",
  fromStage: null,
  attributes: {},
  references: [],
  source: { stream: "Opportunity", id: of },
  mapping: "m",
  derivation: "d",
  ...more,
});

test("the hub's own objects and events become a log, merged ones under the one they were merged into", async () => {
  const path = join(bench.directory, "hub.duckdb");
  const page = async function* <T>(...items: readonly T[]): AsyncIterable<readonly T[]> {
    yield items;
  };
  const one = object("1", {
    attributes: { amount: { amount: 5, currency: "EUR", corporate: 5.4 }, stage: "Won", closes: { day: "2026-04-01" } },
    history: [{ attribute: "stage", value: "Won", validAt: DAY, observedAt: DAY, source: "history" }],
  });
  await hubLog(
    {
      objects: () => page(one, object("2"), object("3", { type: "account" })),
      events: () =>
        page(
          event("a", "1", 1, {
            references: [{ name: "also", to: { kind: "record", stream: "Opportunity", id: "2" } }],
          }),
          event("b", "2", 2),
          event("later", "1", 48),
        ),
      objectLinks: () =>
        Promise.resolve([{ objectKey: key("2"), objectId: key("1"), method: "merge", confidence: 1, why: "" }]),
      referenceLinks: () =>
        Promise.resolve([{ objectKey: key("1"), name: "account", objectId: key("3"), method: "id" }]),
    },
    DAY + 24 * 3_600_000,
    path,
  );
  const log = await LogReader.open(path, "hub");
  try {
    expect(await log.rows("SELECT event_id, object_id, qualifier FROM event_object ORDER BY seq")).toEqual([
      { event_id: "a", object_id: key("1"), qualifier: "subject" },
      { event_id: "a", object_id: key("1"), qualifier: "also" },
      { event_id: "a", object_id: key("3"), qualifier: "account" },
      { event_id: "b", object_id: key("1"), qualifier: "subject" },
      { event_id: "b", object_id: key("3"), qualifier: "account" },
    ]);
    expect(await log.rows("SELECT source_id, target_id, qualifier FROM object_object")).toEqual([
      { source_id: key("1"), target_id: key("3"), qualifier: "account" },
    ]);
    expect(await log.rows("SELECT id, attributes FROM object WHERE type = 'opportunity'")).toEqual([
      {
        id: key("1"),
        attributes: JSON.stringify([
          ["amount", "float", "5", ["0", 0, false]],
          ["amount currency", "string", "EUR", ["0", 0, false]],
          ["amount corporate", "float", "5.4", ["0", 0, false]],
          ["closes", "string", "2026-04-01", ["0", 0, false]],
          ["stage", "string", "Won", [String(DAY * 1000), 0, false]],
        ]),
      },
    ]);
    expect(await logStats(log, null, "opportunity")).toMatchObject({
      cases: 1,
      events: 2,
      notion: { type: "opportunity" },
    });
  } finally {
    log.close();
  }
});
