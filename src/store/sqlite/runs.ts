import { randomUUID } from "node:crypto";
import { HubError } from "../../model/index.ts";
import type { Fence, Json, RunPort, RunRecord } from "../../model/index.ts";
import { LEASE_MS } from "./database.ts";
import type { Database } from "./database.ts";
import { heldByAnother } from "./holds.ts";
import type { Held } from "./holds.ts";

interface RunRow {
  readonly id: string;
  readonly kind: string;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly as_of: number;
  readonly configuration_hash: string;
  readonly outcome: RunRecord["outcome"];
  readonly summary: string;
}

export function createRunPort(database: Database): RunPort {
  return {
    async begin(start) {
      const now = start.wallNow();
      return database.transaction((): Fence => {
        const held = database.get<Held & { readonly token: number }>(
          "select token, owner, expires_at from lease where name = 'writer'",
        );
        if (held !== undefined && heldByAnother(held, start)) {
          throw new HubError("HUB-3002", `Another hub (${held.owner}) is writing to this store.`, {
            disposition: "retry-later",
            retryAt: held.expires_at,
            remedy: "Wait until it has ended, or stop it.",
          });
        }
        const fence = { runId: randomUUID(), token: (held?.token ?? 0) + 1 };
        database.run(
          `insert into lease (name, run_id, token, owner, expires_at) values ('writer', ?, ?, ?, ?)
           on conflict (name) do update set run_id = excluded.run_id, token = excluded.token, owner = excluded.owner, expires_at = excluded.expires_at`,
          fence.runId,
          fence.token,
          start.owner,
          now + LEASE_MS,
        );
        database.run(
          "insert into configuration_version (hash, content, first_used_at) values (?, ?, ?) on conflict (hash) do nothing",
          start.configurationHash,
          JSON.stringify(start.configuration),
          start.startedAt,
        );
        database.run(
          "insert into run (id, kind, started_at, as_of, configuration_hash, summary) values (?, ?, ?, ?, ?, 'null')",
          fence.runId,
          start.kind,
          start.startedAt,
          start.asOf,
          start.configurationHash,
        );
        database.keepLease(start.wallNow);
        return fence;
      });
    },

    async end(fence, { outcome, endedAt, summary }) {
      database.fenced(fence, () => {
        database.run(
          "update run set outcome = ?, ended_at = ?, summary = ? where id = ?",
          outcome,
          endedAt,
          JSON.stringify(summary),
          fence.runId,
        );
        database.run("update lease set owner = '', expires_at = 0 where name = 'writer'");
      });
    },

    async read(runId) {
      const row = database.get<RunRow>("select * from run where id = ?", runId);
      return row === undefined ? null : toRun(row);
    },

    async latest(kind) {
      const row =
        kind === undefined
          ? database.get<RunRow>("select * from run order by pk desc limit 1")
          : database.get<RunRow>("select * from run where kind = ? order by pk desc limit 1", kind);
      return row === undefined ? null : toRun(row);
    },

    async certified(limit) {
      return database
        .all<RunRow>("select * from run where id in (select run_id from certificate) order by pk desc limit ?", limit)
        .map(toRun);
    },

    async configuration(hash) {
      const row = database.get<{ content: string }>("select content from configuration_version where hash = ?", hash);
      return row === undefined ? null : (JSON.parse(row.content) as Json);
    },
  };
}

function toRun(row: RunRow): RunRecord {
  return {
    id: row.id,
    kind: row.kind,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    asOf: row.as_of,
    configurationHash: row.configuration_hash,
    outcome: row.outcome,
    summary: JSON.parse(row.summary) as Json,
  };
}
