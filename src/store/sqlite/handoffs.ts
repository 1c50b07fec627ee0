import type { Handoff, HandoffDecision, HandoffPort, Plan } from "../../model/index.ts";
import type { Database } from "./database.ts";
import type { DecisionsPort } from "./decisions.ts";

/** States, plans and waivers; persons' other words and what was agreed on are in `decisions`. */
export function createHandoffPort(database: Database): Omit<HandoffPort, keyof DecisionsPort> {
  const planFrom = (row: { readonly body: string } | undefined): Plan | null =>
    row === undefined ? null : (JSON.parse(row.body) as Plan);
  return {
    async replaceHandoffs(fence, handoffs) {
      database.fenced(fence, () => {
        database.run("delete from handoff");
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

    async handoffs(contract) {
      const rows =
        contract === undefined
          ? database.all<{ body: string }>("select body from handoff order by contract, id")
          : database.all<{ body: string }>("select body from handoff where contract = ? order by id", contract);
      return rows.map((row) => JSON.parse(row.body) as Handoff);
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
