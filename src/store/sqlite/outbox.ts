import { OPEN_STATES, pauseOf } from "../../model/index.ts";
import type {
  Approval,
  OutboxEntry,
  OutboxPort,
  OutboxReceipt,
  OutboxState,
  Problem,
  WritePause,
} from "../../model/index.ts";
import type { Database } from "./database.ts";

interface ApprovalRow extends Omit<Approval, "operationIds"> {
  readonly operationIds: string;
}

interface EntryRow extends Omit<OutboxEntry, "before" | "after" | "problem"> {
  readonly before: string;
  readonly after: string;
  readonly problem: string | null;
}

const ENTRY = `operation_id as operationId, plan_hash as planHash, approval_id as approvalId, handoff_id as handoffId, action, field, connection, account,
  idempotency_key as idempotencyKey, state, attempts, sent_at as sentAt, settled_at as settledAt, request_id as requestId,
  native_id as nativeId, target_key as targetKey, before, after, problem`;

const OPEN = OPEN_STATES.map((state) => `'${state}'`).join(", ");

export function createOutboxPort(database: Database): OutboxPort {
  const pauses = (): readonly WritePause[] =>
    database.all<WritePause>(`select connection, kind, by_whom as "by", reason, at from write_pause order by pk`);

  return {
    async approve(fence, { id, planHash, operationIds, by, at, until, kind }) {
      database.fenced(fence, () =>
        database.run(
          `insert into approval (id, plan_hash, operation_ids, by_whom, at, until, kind, run_id) values (?, ?, ?, ?, ?, ?, ?, ?)
           on conflict (id) do nothing`,
          id,
          planHash,
          JSON.stringify(operationIds),
          by,
          at,
          until,
          kind,
          fence.runId,
        ),
      );
    },

    async approvals() {
      return database
        .all<ApprovalRow>(
          `select id, plan_hash as planHash, operation_ids as operationIds, by_whom as "by", at, until, kind from approval order by pk`,
        )
        .map((row) => ({ ...row, operationIds: JSON.parse(row.operationIds) as readonly string[] }));
    },

    async take(fence, entries) {
      database.fenced(fence, () => {
        for (const entry of entries) {
          database.run(
            `insert into outbox (operation_id, plan_hash, approval_id, handoff_id, action, field, connection, idempotency_key, state, target_key, before, after)
             values (?, ?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?, ?)
             on conflict (operation_id) do update set plan_hash = excluded.plan_hash, approval_id = excluded.approval_id, connection = excluded.connection,
               idempotency_key = excluded.idempotency_key, state = 'planned', problem = null, settled_at = null
             where state not in (${OPEN}) and (state <> 'confirmed' or approval_id <> excluded.approval_id)`,
            entry.operationId,
            entry.planHash,
            entry.approvalId,
            entry.handoffId,
            entry.action,
            entry.field,
            entry.connection,
            entry.idempotencyKey,
            entry.targetKey,
            JSON.stringify(entry.before),
            JSON.stringify(entry.after),
          );
        }
      });
    },

    async entries({ states, handoffId, operationIds } = {}) {
      const rows = database.all<EntryRow>(
        `select ${ENTRY} from outbox
         where (?1 is null or state in (select value from json_each(?1)))
           and (?2 is null or handoff_id = ?2)
           and (?3 is null or operation_id in (select value from json_each(?3)))
         order by pk`,
        states === undefined ? null : JSON.stringify(states satisfies readonly OutboxState[]),
        handoffId ?? null,
        operationIds === undefined ? null : JSON.stringify(operationIds),
      );
      return rows.map(toEntry);
    },

    async markSent(fence, operationId, account, at) {
      return database.fenced(fence, () => {
        const entry = database.get<{ connection: string }>(
          "select connection from outbox where operation_id = ?",
          operationId,
        );
        if (entry === undefined || pauseOf(pauses(), entry.connection) !== null) return false;
        database.run(
          "update outbox set state = 'sent', attempts = attempts + 1, account = ?, sent_at = ?, settled_at = null, problem = null where operation_id = ?",
          account,
          at,
          operationId,
        );
        noteIn(database, fence.runId, {
          operationId,
          at,
          event: "sent",
          requestId: null,
          nativeId: null,
          detail: null,
        });
        return true;
      });
    },

    async settle(fence, operationId, { state, at, requestId, nativeId, targetKey, problem = null }) {
      database.fenced(fence, () => {
        database.run(
          `update outbox set state = ?, settled_at = ?, request_id = coalesce(?, request_id), native_id = coalesce(?, native_id),
             target_key = coalesce(?, target_key), problem = ? where operation_id = ?`,
          state,
          at,
          requestId ?? null,
          nativeId ?? null,
          targetKey ?? null,
          problem === null ? null : JSON.stringify(problem),
          operationId,
        );
        noteIn(database, fence.runId, {
          operationId,
          at,
          event: "settled",
          requestId: requestId ?? null,
          nativeId: nativeId ?? null,
          detail: problem === null ? state : `${state}: ${problem.code} ${problem.message}`,
        });
      });
    },

    async note(fence, receipt) {
      const { operationId, requestId, nativeId } = receipt;
      database.fenced(fence, () => {
        database.run(
          "update outbox set request_id = coalesce(?, request_id), native_id = coalesce(?, native_id) where operation_id = ?",
          requestId,
          nativeId,
          operationId,
        );
        noteIn(database, fence.runId, receipt);
      });
    },

    async receipts(operationIds) {
      return database.all<OutboxReceipt>(
        `select operation_id as operationId, at, event, request_id as requestId, native_id as nativeId, detail from receipt
         where operation_id in (select value from json_each(?)) order by pk`,
        JSON.stringify(operationIds),
      );
    },

    async pauses() {
      return pauses();
    },

    async recordPause({ connection, kind, by, reason, at }) {
      database.transaction(() =>
        database.run(
          "insert into write_pause (connection, kind, by_whom, reason, at) values (?, ?, ?, ?, ?)",
          connection,
          kind,
          by,
          reason,
          at,
        ),
      );
    },
  };
}

function noteIn(database: Database, runId: string, receipt: OutboxReceipt): void {
  database.run(
    "insert into receipt (operation_id, at, event, request_id, native_id, detail, run_id) values (?, ?, ?, ?, ?, ?, ?)",
    receipt.operationId,
    receipt.at,
    receipt.event,
    receipt.requestId,
    receipt.nativeId,
    receipt.detail,
    runId,
  );
}

function toEntry(row: EntryRow): OutboxEntry {
  return {
    ...row,
    before: JSON.parse(row.before) as OutboxEntry["before"],
    after: JSON.parse(row.after) as OutboxEntry["after"],
    problem: row.problem === null ? null : (JSON.parse(row.problem) as Problem),
  };
}
