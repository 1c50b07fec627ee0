import type { Handoff, HandoffDecision, HandoffPort, Plan } from "../../model/index.ts";
import type { Database } from "./database.ts";
import type { DecisionsPort } from "./decisions.ts";

/** States, plans and waivers; persons' other words and what was agreed on are in `decisions`. */
export function createHandoffPort(database: Database): Omit<HandoffPort, keyof DecisionsPort> {
  const planFrom = (row: { readonly body: string } | undefined): Plan | null =>
    row === undefined ? null : (JSON.parse(row.body) as Plan);
  return {
    async replaceHandoffs(fence, handoffs, contract) {
      database.fenced(fence, () => {
        if (contract === undefined) database.run("delete from handoff");
        else database.run("delete from handoff where contract = ?", contract);
        for (const handoff of handoffs) {
          database.run(
            "insert into handoff (id, contract, label, body) values (?, ?, ?, ?)",
            handoff.id,
            handoff.contract,
            handoff.label,
            JSON.stringify(handoff),
          );
        }
      });
    },

    async keepHandoffsOf(fence, contracts) {
      database.fenced(fence, () =>
        database.run(
          "delete from handoff where contract not in (select value from json_each(?))",
          JSON.stringify(contracts),
        ),
      );
    },

    async handoffs(contract) {
      const found: Handoff[] = [];
      // A page at a time: all texts beside all that is read from them would be twice as much.
      for (let last = ""; ;) {
        const rows = database.all<{ id: string; body: string }>(
          "select id, body from handoff where id > ?1 and (?2 is null or contract = ?2) order by id limit 2000",
          last,
          contract ?? null,
        );
        const end = rows.at(-1);
        if (end === undefined) break;
        for (const { body } of rows) found.push(JSON.parse(body) as Handoff);
        last = end.id;
      }
      return contract === undefined ? found.sort(byContract) : found;
    },

    async lacking() {
      return database.all(
        `select contract, count(*) as handoffs, sum(ifnull(json_array_length(body, '$.lacks'), 0)) as lacks from handoff
         where label not in ('orphan', 'revoked') and not (body ->> '$.historical') group by contract order by contract`,
      );
    },

    async recordDecision(fence, decision) {
      database.fenced(fence, () =>
        database.run(
          "insert into handoff_decision (handoff_id, kind, reason, by_whom, until, at, run_id) values (?, ?, ?, ?, ?, ?, ?)",
          decision.handoffId,
          decision.kind,
          decision.reason,
          decision.by,
          decision.until,
          decision.at,
          fence.runId,
        ),
      );
    },

    async decisions() {
      return database.all<HandoffDecision>(
        `select handoff_id as handoffId, kind, reason, by_whom as "by", until, at from handoff_decision order by pk`,
      );
    },

    async savePlan(fence, plan) {
      database.fenced(fence, () =>
        database.run(
          "insert into plan (hash, as_of, created_at, run_id, body) values (?, ?, ?, ?, ?) on conflict (hash) do nothing",
          plan.hash,
          plan.asOf,
          plan.createdAt,
          fence.runId,
          JSON.stringify(plan),
        ),
      );
    },

    async plan(hash) {
      return planFrom(database.get("select body from plan where hash = ?", hash));
    },

    async latestPlan() {
      return planFrom(database.get("select body from plan order by pk desc limit 1"));
    },

    async plansLike(prefix) {
      const rows = database.all<{ body: string }>(
        "select body from plan where substr(hash, 1, length(?1)) = ?1 order by pk desc",
        prefix,
      );
      return rows.map(({ body }) => JSON.parse(body) as Plan);
    },
  };
}

function byContract(left: Handoff, right: Handoff): number {
  if (left.contract !== right.contract) return left.contract < right.contract ? -1 : 1;
  return left.id < right.id ? -1 : 1;
}
