import { createHash } from "node:crypto";
import { pagesByKey } from "./database.ts";
import type { Bound, Database } from "./database.ts";
import { withoutObservation } from "./object-rows.ts";

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
    name: "key links",
    sql: "select object_key || '#' || name as id, object_id || method as body from key_link order by 1",
  },
  { name: "actors", sql: "select id, body from actor order by id" },
  { name: "handoffs", sql: "select id, body from handoff order by id" },
  ...[
    ["approvals", "approval", "plan_hash", "kind, by_whom, operation_ids"],
    ["outbox", "outbox", "operation_id", "plan_hash, state, before, after"],
    ["pauses", "write_pause", "kind", "connection, by_whom, reason"],
    ["bases", "base", "handoff_id", "field, value"],
    ["confirmed links", "confirmed_link", "handoff_id", "source_key, target_key, operation_id"],
    ["match decisions", "match_decision", "kind", "contract, a, b, by_whom, reason"],
    ["conflict decisions", "conflict_decision", "handoff_id", "field, take, by_whom, reason"],
  ].map(([name = "", table, id, rest]) => ({
    name,
    sql: `select ${id} as id, json_array(${rest}) as body from ${table} order by 1, 2`,
  })),
];

/** One hash over recorded records and everything derived (design §6, "same final state"). */
export async function fingerprint(database: Database): Promise<string> {
  const hash = createHash("sha256");
  for (const { name, sql } of SECTIONS) {
    hash.update(`\n${name}\n`);
    for (const row of database.all<{ id: Bound; body: Bound }>(sql)) hash.update(`${row.id}\0${row.body}\n`);
  }
  const digests: string[] = [];
  type Row = { readonly pk: number; readonly key: string; readonly body: string; readonly events: string };
  const sql =
    "select pk, key, body, ifnull(record_references, '') || ifnull(key_references, '') || ifnull(events, '') as events from object where pk > ? order by pk limit ?";
  for await (const rows of pagesByKey<Row>(database, sql, [])) {
    for (const { key, body, events } of rows) {
      const text = withoutObservation(body) + events;
      digests.push(`${key} ${createHash("sha256").update(text).digest("base64")}`);
    }
  }
  hash.update(`\nobjects\n${digests.sort().join("\n")}`);
  return hash.digest("hex");
}
