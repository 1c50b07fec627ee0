import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import type { ProcessDefinition, StepDefinition } from "../definitions/process.ts";
import { reaches } from "../definitions/targets.ts";
import { windowAt } from "../definitions/windows.ts";
import type { MeasureInput } from "./measure-input.ts";
import { blankResult, COMPANY } from "./result.ts";
import type { KpiResult } from "./result.ts";
import { percent } from "./wording.ts";

/** The routine steps of the current procedures. */
export function routineSteps(
  kpi: KpiDefinition,
  { processes }: Pick<MeasureInput, "processes">,
): readonly { readonly process: ProcessDefinition; readonly step: StepDefinition }[] {
  const current = kpi.of.flatMap((name) => processes.filter((process) => process.name === name).slice(-1));
  return current.flatMap((process) =>
    process.steps.filter(({ routine }) => routine).map((step) => ({ process, step })),
  );
}

/** Routine steps that name their automation ÷ routine steps: a count of the procedures, not of what happened. */
export function measureDesignCoverage(kpi: KpiDefinition, input: MeasureInput): readonly KpiResult[] {
  const [first] = kpi.windows;
  if (first === undefined) return [];
  const routine = routineSteps(kpi, input).map(({ step }) => step);
  const automated = routine.filter((step) => step.automatedBy.length > 0).length;
  const value = routine.length === 0 ? null : automated / routine.length;
  const target = kpi.target?.kind === "ratio" ? kpi.target : null;
  const verdict =
    value === null
      ? "insufficient"
      : target === null
        ? "no target"
        : reaches(target.direction, value, target.value)
          ? "met"
          : "not met";
  return [
    {
      ...blankResult(kpi, target),
      scope: COMPANY,
      window: windowAt(first, input.asOf, input.reporting),
      shown: true,
      n: routine.length,
      numerator: automated,
      denominator: routine.length,
      value,
      unit: "ratio",
      // Every step is counted, so there is nothing to be uncertain about.
      interval: null,
      verdict,
      reason: value === null ? "no procedure has a routine step" : null,
      sentence:
        value === null
          ? "No procedure has a routine step."
          : `${percent(value)} of ${routine.length} routine steps name an automation; ${target === null ? "no target" : `target ${target.text}: ${verdict}`}.`,
    },
  ];
}
