import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Entity, RecordKey, StorePort } from "../../src/model/index.ts";
import { openStore } from "../../src/store/index.ts";
import { AS_OF, begin, fixedClock, page, record } from "../support/store.ts";

const KEY = { system: "salesforce", tenant: "t1", stream: "things" };
const SCHEMA = readFileSync(new URL("schema-1.sql", import.meta.url), "utf8");

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-store-"));
  file = join(folder, "hub.sqlite");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A store as the first version left it: records with history, versions and ends, a position, rejects, mapped outputs. */
function firstVersion(): void {
  const db = new DatabaseSync(file);
  db.exec(SCHEMA);
  const a = record("a", { n: 2 });
  const rows = [
    `insert into run (id, kind, started_at, ended_at, as_of, configuration_hash, outcome, summary) values ('r1', 'run', 1, 2, 1, 'c', 'complete', '{}')`,
    `insert into lease values ('writer', 'r1', 1, '', 0)`,
    `insert into connection_pin values ('crm', 'salesforce', 't1', 'Org', 1)`,
    `insert into stream values (1, 'salesforce', 't1', 'things'), (2, 'salesforce', 't1', 'history')`,
    `insert into record (pk, stream_pk, id, partition, entity_stream_pk, entity_id, content, hash, modified_at, first_seen_at, version_seen_at, run_id, removed_cause, removed_at, removal_seen_at)
     values (1, 1, 'a', 'all', 1, 'a', '${a.text}', '${a.hash}', 5, 1, 2, 'r1', null, null, null),
            (2, 1, 'gone', 'all', 1, 'gone', '{"n":9}', 'h9', 5, 1, 2, 'r1', 'deleted', 4, 4),
            (3, 2, 'h1', 'all', 1, 'a', '{"from":1}', 'h1', 5, 1, 1, 'r1', null, null, null),
            (4, 2, 'h2', 'all', 1, 'not yet', '{"from":2}', 'h2', 5, 1, 1, 'r1', null, null, null)`,
    `insert into record_version (record_pk, content, hash, seen_at, run_id) values (1, '{"n":1}', 'old', 1, 'r1')`,
    `insert into position values (1, 'all', '[{"from":0,"to":5}]', '{"after":"a"}', 1, 'r1')`,
    `insert into reject (stream_pk, id, content, code, problem, first_seen_at, run_id)
     values (1, 'a', '{}', 'HUB-2399', '{"code":"HUB-2399","message":"m","place":{}}', 1, 'r1'), (1, 'x', '{}', 'HUB-1399', '{"code":"HUB-1399","message":"m","place":{}}', 1, 'r1')`,
    `insert into certificate (run_id, system, tenant, stream, body) values ('r1', 'salesforce', 't1', 'things', '{"stream":"things","complete":true}')`,
    `insert into mapped_with values ('mappings', 'm1')`,
    `insert into quota values ('salesforce t1', 7, 100, null, 1)`,
    `insert into object (key, type, stream_pk, entity_id, body) values ('salesforce/t1/things/a', 'Thing', 1, 'a', '{"old":"body"}')`,
    `insert into event (id, object_type, object_key, occurred_at, sequence, stream_pk, entity_id, body) values ('e1', 'Thing', 'salesforce/t1/things/a', 1, 0, 1, 'a', '{}')`,
    `insert into reference_link values ('salesforce/t1/things/a', 'account', 'x', 'record')`,
    `insert into kpi_snapshot (run_id, kpi, as_of, body) values ('r1', 'k', 9, '{"definition":"k@1","scope":{"type":"company","key":"all"},"window":{"text":"month","from":1,"to":5},"value":0.25,"numerator":1,"denominator":4,"n":4}')`,
    `insert into handoff_decision (handoff_id, kind, reason, by_whom, at, run_id) values ('h', 'waive', 'why', 'me', 1, 'r1')`,
  ];
  for (const row of rows) db.exec(row);
  db.exec("pragma user_version=1");
  db.close();
}

async function opened<Answer>(look: (store: StorePort) => Promise<Answer>): Promise<Answer> {
  const store = openStore(file, fixedClock);
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

async function versions(store: StorePort, key: RecordKey): Promise<unknown> {
  return (await store.records.history(key))?.versions.map(({ content }) => content);
}

describe("a store written by the first version", () => {
  test("keeps what is recorded, and lists everything for mapping", async () => {
    firstVersion();
    await opened(async (store) => {
      expect(await versions(store, { ...KEY, id: "a" })).toEqual([{ n: 1 }, { n: 2 }]);
      expect((await store.records.history({ ...KEY, id: "gone" }))?.removed).toMatchObject({ cause: "deleted", at: 4 });
      expect(await store.records.counts(KEY)).toEqual([
        { stream: "history", live: 2, removed: 0 },
        { stream: "things", live: 1, removed: 1 },
      ]);
      expect(await store.records.position(KEY, "all")).toEqual({
        covered: [{ from: 0, to: 5 }],
        state: { after: "a" },
      });
      expect((await store.records.rejects()).map(({ id, step }) => [id, step])).toEqual([
        ["a", "map"],
        ["x", "pull"],
      ]);
      expect(await store.records.certificates("r1")).toHaveLength(1);
      expect(await store.handoffs.decisions()).toHaveLength(1);
      expect(await store.measures.figures()).toMatchObject([
        {
          kpi: "k",
          key: { definition: "k@1", scopeType: "company", scopeKey: "all", window: "month", from: 1, to: 5 },
          amounts: "[0.25,1,4,4]",
          body: { result: { n: 4 } },
          because: null,
        },
      ]);
      expect(await store.outbox.pauses()).toEqual([]);
      expect((await store.ledger.state("salesforce t1")).used).toBe(7);
      expect(await store.model.objectCounts()).toEqual([]);
      const pending: readonly Entity[] = await store.mapping.pending(10);
      expect(pending.map(({ id, members, tombstone }) => [id, members.length, tombstone?.cause ?? null])).toEqual([
        ["a", 1, null],
        ["gone", 0, "deleted"],
        ["not yet", 1, null],
      ]);
    });
  });

  test("takes what is read again for unchanged, and maps into its new tables", async () => {
    firstVersion();
    await opened(async (store) => {
      const fence = await begin(store);
      const again = page([record("a", { n: 2 }, { modifiedAt: 5 })]);
      expect(await store.records.commitPage(fence, again)).toMatchObject({ changed: 0, unchanged: 1 });
      const object = {
        key: "salesforce/t1/things/a",
        type: "Thing",
        mapping: "m",
        attributes: {},
        history: [],
        references: [],
        createdAt: AS_OF,
        removed: null,
        url: null,
      };
      await store.mapping.mapPending(fence, 10, ({ id }) => ({
        outputs: { objects: id === "a" ? [object] : [], events: [], unmapped: [] },
      }));
      expect(await store.model.objectCounts()).toEqual([{ type: "Thing", count: 1 }]);
      expect((await store.records.rejects()).map(({ id }) => id)).toEqual(["x"]);
    });
  });

  test("is brought up to date once, however often it is opened", async () => {
    firstVersion();
    const pending = await opened((store) => store.mapping.pendingCount());
    await opened(async (store) => {
      const fence = await begin(store);
      await store.mapping.mapPending(fence, 10, () => ({ outputs: { objects: [], events: [], unmapped: [] } }));
    });
    expect([pending, await opened((store) => store.mapping.pendingCount())]).toEqual([3, 0]);
  });
});
