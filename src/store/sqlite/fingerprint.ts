import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { pagesByKey } from "./database.ts";
import type { Bound, Database } from "./database.ts";

/** Rows in an order that does not depend on when they arrived, with nothing in them that does. */
const SECTIONS: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: "records",
    sql: `select s.system || '/' || s.tenant || '/' || s.stream || '/' || r.id as id, r.hash || '/' || ifnull(r.removed_cause, '') || '/' || ifnull(r.removed_at, '') || '/' || ifnull(r.merged_into, '') as body
          from record r join stream s on s.pk = r.stream_pk order by 1`,
  },
  { name: "pending", sql: "select id, stream_pk as body from pending_entity order by stream_pk, id" },
  {
    name: "object links",
    sql: "select object_key as id, object_id || method || why as body from object_link order by 1",
  },
  {
    name: "reference links",
    sql: "select object_key || '#' || name as id, object_id || method as body from reference_link order by 1",
  },
  { name: "actors", sql: "select id, body from actor order by id" },
  { name: "handoffs", sql: "select id, body from handoff order by id" },
];

/** When the hub first saw a record depends on the run, not on the world. */
const OBSERVED_AT = /"observedAt":-?\d+/gu;

/** One hash over recorded records and everything derived (design §6, "same final state"). */
export async function fingerprint(database: Database): Promise<string> {
  const hash = createHash("sha256");
  for (const { name, sql } of SECTIONS) {
    hash.update(`\n${name}\n`);
    for (const row of database.all<{ id: Bound; body: Bound }>(sql)) hash.update(`${row.id}\0${row.body}\n`);
  }
  await hashBodies(database, hash, "object", "key", "body");
  const event = "object_type || '/' || object_key || '/' || occurred_at || '/' || sequence || body";
  await hashBodies(database, hash, "event", "id", event);
  return hash.digest("hex");
}

async function hashBodies(
  database: Database,
  hash: Hash,
  table: "object" | "event",
  column: string,
  text: string,
): Promise<void> {
  const digests: string[] = [];
  type Row = { readonly pk: number; readonly name: string; readonly body: string };
  const sql = `select pk, ${column} as name, ${text} as body from ${table} where pk > ? order by pk limit ?`;
  for await (const rows of pagesByKey<Row>(database, sql, [])) {
    for (const row of rows) {
      const body = createHash("sha256").update(row.body.replaceAll(OBSERVED_AT, "")).digest("base64");
      digests.push(`${row.name} ${body}`);
    }
  }
  hash.update(`\n${table}\n${digests.sort().join("\n")}`);
}
