import type {
  ConfirmedLink,
  HandoffBase,
  HandoffPort,
  MatchDecision,
  StoredConflictDecision,
} from "../../model/index.ts";
import type { Database } from "./database.ts";

/** What persons decided and what both sides agreed on: recorded, never rebuilt. */
export type DecisionsPort = Pick<
  HandoffPort,
  | "matchDecisions"
  | "recordMatchDecision"
  | "conflictDecisions"
  | "recordConflictDecision"
  | "bases"
  | "baseOf"
  | "saveBases"
  | "confirmedLinks"
  | "saveConfirmedLinks"
>;

interface BaseRow {
  readonly handoffId: string;
  readonly fields: string;
}

const BASES = "select handoff_id as handoffId, json_group_object(field, json(value)) as fields from base";

function toBase({ handoffId, fields }: BaseRow): HandoffBase {
  return { handoffId, fields: JSON.parse(fields) as HandoffBase["fields"] };
}

export function createDecisions(database: Database): DecisionsPort {
  return {
    async recordMatchDecision(fence, { contract, a, b, kind, by, at, reason }) {
      database.fenced(fence, () =>
        database.run(
          "insert into match_decision (contract, a, b, kind, by_whom, at, reason, run_id) values (?, ?, ?, ?, ?, ?, ?, ?)",
          contract,
          a,
          b,
          kind,
          by,
          at,
          reason,
          fence.runId,
        ),
      );
    },

    async matchDecisions() {
      return database.all<MatchDecision>(
        `select contract, a, b, kind, by_whom as "by", at, reason from match_decision order by pk`,
      );
    },

    async recordConflictDecision(fence, { handoffId, field, take, by, at, reason }) {
      database.fenced(fence, () =>
        database.run(
          "insert into conflict_decision (handoff_id, field, take, by_whom, at, reason, run_id) values (?, ?, ?, ?, ?, ?, ?)",
          handoffId,
          field,
          take,
          by,
          at,
          reason,
          fence.runId,
        ),
      );
    },

    async conflictDecisions() {
      return database.all<StoredConflictDecision>(
        `select handoff_id as handoffId, field, take, by_whom as "by", at, reason from conflict_decision order by pk`,
      );
    },

    async saveBases(fence, bases, at) {
      database.fenced(fence, () => {
        for (const { handoffId, fields } of bases) {
          for (const [field, value] of Object.entries(fields)) {
            database.run(
              `insert into base (handoff_id, field, value, at, run_id) values (?, ?, ?, ?, ?)
               on conflict (handoff_id, field) do update set value = excluded.value, at = excluded.at, run_id = excluded.run_id
               where value <> excluded.value`,
              handoffId,
              field,
              JSON.stringify(value),
              at,
              fence.runId,
            );
          }
        }
      });
    },

    async *bases() {
      for (let last = ""; ;) {
        const rows = database.all<BaseRow>(
          `${BASES} where handoff_id > ? group by handoff_id order by handoff_id limit 1000`,
          last,
        );
        if (rows.length === 0) return;
        yield rows.map(toBase);
        last = rows.at(-1)?.handoffId ?? last;
      }
    },

    async baseOf(handoffId) {
      const row = database.get<BaseRow>(`${BASES} where handoff_id = ? group by handoff_id`, handoffId);
      return row === undefined ? null : toBase(row).fields;
    },

    async saveConfirmedLinks(fence, links) {
      database.fenced(fence, () => {
        for (const { handoffId, contract, sourceKey, targetKey, operationId, at } of links) {
          database.run(
            `insert into confirmed_link (handoff_id, contract, source_key, target_key, operation_id, at, run_id) values (?, ?, ?, ?, ?, ?, ?)
             on conflict (handoff_id) do update set source_key = excluded.source_key, target_key = excluded.target_key,
               operation_id = excluded.operation_id, at = excluded.at, run_id = excluded.run_id`,
            handoffId,
            contract,
            sourceKey,
            targetKey,
            operationId,
            at,
            fence.runId,
          );
        }
      });
    },

    async confirmedLinks() {
      return database.all<ConfirmedLink>(
        `select handoff_id as handoffId, contract, source_key as sourceKey, target_key as targetKey, operation_id as operationId, at
         from confirmed_link order by handoff_id`,
      );
    },
  };
}
