import { parseRecordKey } from "../model/index.ts";
import { compareHandoffs } from "../sync/index.ts";
import type { Rehearsal } from "./rehearsal.ts";
import { formatTable } from "./table.ts";

/** What each operation came to in the rehearsal, why, and what the handoffs would be afterwards. */
export function rehearsalText({ plan, applied, before, left }: Rehearsal): string {
  const { outcomes, stops } = applied.apply;
  if (plan.operations.length === 0) return "Plan: nothing to repair, nothing to rehearse.\n";
  const { moves } = compareHandoffs(before, applied.handoffs);
  const confirmed = outcomes.filter(({ state }) => state === "confirmed").length;
  return [
    `Rehearsed plan ${plan.hash.slice(0, 12)} in a sandbox with what the hub has stored: `,
    `${confirmed} of ${plan.operations.length} operations came to what was planned. Nothing real was written.\n`,
    formatTable(
      [{ title: "came to" }, { title: "action" }, { title: "what" }, { title: "field" }, { title: "why" }],
      outcomes.map(({ operation, state, problem, targetKey }) => [
        state.replace("_", " "),
        operation.action,
        `${operation.objectType} ${targetKey === null ? "" : (parseRecordKey(targetKey)?.id ?? "")}`.trim(),
        operation.field ?? "",
        problem === null ? "" : `${problem.code} ${problem.message}`,
      ]),
    ),
    ...stops.map(({ code, message }) => `Stopped: ${code} ${message}\n`),
    moves.length === 0
      ? "No handoff would be otherwise afterwards.\n"
      : `The handoffs afterwards:\n${formatTable(
          [{ title: "contract" }, { title: "were" }, { title: "would be" }, { title: "handoffs", align: "right" }],
          moves.map((move) => [move.contract, move.before ?? "(none)", move.after ?? "(none)", String(move.count)]),
        )}`,
    ...Object.entries(left).flatMap(([system, streams]) =>
      Object.entries(streams).flatMap(([stream, reasons]) =>
        Object.entries(reasons).map(
          ([reason, count]) => `Not in the sandbox: ${count} of ${system} ${stream}, ${reason}.\n`,
        ),
      ),
    ),
  ].join("");
}
