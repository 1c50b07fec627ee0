import { parseRecordKey } from "../model/index.ts";
import type { Problem } from "../model/index.ts";
import type { ApplyReport, Outcome } from "../sync/index.ts";
import { formatTable } from "./table.ts";
import { formatProblem } from "./terminal.ts";

/** What applying came to: one line for each operation, then what is not as it was to be. */
export function formatApply(report: ApplyReport): string {
  if (report.outcomes.length === 0) return "Nothing to carry out.\n";
  return [
    formatTable(
      [
        { title: "state" },
        { title: "action" },
        { title: "what" },
        { title: "field" },
        { title: "approved by" },
        { title: "" },
      ],
      report.outcomes.map((outcome) => [
        outcome.state.replace("_", " "),
        outcome.operation.action,
        whatOf(outcome),
        outcome.operation.field ?? "",
        outcome.approval.by,
        outcome.problem?.code ?? "",
      ]),
    ),
    ...problemsIn(report).map((problem) => `${formatProblem(problem)}\n`),
  ].join("");
}

/** `12 confirmed, 1 stale` */
export function countOutcomes({ outcomes }: ApplyReport): string {
  const counts = new Map<string, number>();
  for (const { state } of outcomes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${String(count)} ${state.replace("_", " ")}`).join(", ");
}

/** Each problem once: a pause holds many operations back for one reason. */
export function problemsIn({ outcomes, stops }: ApplyReport): readonly Problem[] {
  const problems = [...stops, ...outcomes.flatMap(({ problem }) => (problem === null ? [] : [problem]))];
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}

function whatOf({ operation, targetKey }: Outcome): string {
  const id = targetKey === null ? undefined : parseRecordKey(targetKey)?.id;
  return `${operation.objectType} ${id ?? "(new)"}`;
}
