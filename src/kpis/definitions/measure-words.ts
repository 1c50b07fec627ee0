import type { MeasureKind } from "./kpi-file.ts";

/** Each measure in words; the normative definition is reference §2.2 to §2.7. */
export const FORMULAS: Readonly<Record<Exclude<MeasureKind, "formula">, string>> = {
  "cycle time": "Median time from start to end of the cases completed.",
  "stage cycle time": "Median time a case spends in a stage, all its visits together.",
  "cycle time reduction":
    "1 − median cycle time now ÷ median of the frozen baseline, both by start date with equal follow-up, open cases included.",
  "automation coverage":
    "Automated executions ÷ all executions of routine steps in cases completed; unknown counts as not automated.",
  "design coverage": "Routine steps with a named automation ÷ routine steps of the procedure.",
  "no touch rate": "Completed cases whose routine steps were all automated ÷ completed cases with routine steps.",
  compliance:
    "Completed cases that broke no rule of their procedure ÷ completed cases; waived deviations count as broken.",
  "rule compliance": "Cases that kept the rule ÷ cases it applied to and that are decided.",
  "error rate": "Executions of critical steps that had to be reopened ÷ all their executions.",
  "on time":
    "Triggers whose case ended by the due day ÷ triggers whose due day has passed; one without a case is a miss.",
  "handoff attainment": "Handoffs taken up by their due time ÷ handoffs taken up or overdue.",
  "handoff latency": "Median time from the trigger of a handoff until it is taken up.",
  "handoff acceptance": "Accepted handoffs ÷ accepted or rejected ones.",
  "missing handoffs": "Handoffs past their grace without a target ÷ handoffs past their grace.",
  "orphan targets": "Targets without a source ÷ targets created.",
  "duplicate handoffs": "Handoffs with more than one live target ÷ handoffs with a target.",
  "drifted handoffs": "Matched handoffs whose fields differ ÷ matched handoffs.",
  "first time right": "Completed cases without rework or error ÷ completed cases.",
  "rework rate": "Completed cases in which a stage or step was done again ÷ completed cases.",
  conversion: "Cases that reached the second stage in time ÷ cases that reached the first one long enough ago.",
  "review cadence":
    "Customer-quarters with a review held ÷ ended quarters of customers that were onboarded and active for 60 days of them.",
  "review gap": "Customers with more than 100 days between two reviews, or since the last ÷ customers.",
  "flow stability": "|cases in progress − completions × their mean time| ÷ cases in progress (Little's law).",
  "work item age": "Open cases older than 85 % of the completed ones of their process took ÷ open cases.",
  "outcome share": "Cases with the outcome ÷ cases ended.",
};
