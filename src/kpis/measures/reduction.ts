import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { windowAt } from "../definitions/windows.ts";
import type { BaselineStore } from "./baseline.ts";
import type { MeasureInput } from "./measure-input.ts";
import { baselineOf } from "./reduction-cohort.ts";
import { compare, prepare } from "./reduction-compare.ts";
import type { Comparison } from "./reduction-compare.ts";
import { combine, nothing, reductionResult } from "./reduction-result.ts";
import type { KpiResult } from "./result.ts";

/**
 * Cycle-time reduction per process against its frozen baseline (reference §2.3): cohorts by start date with equal follow-up,
 * Kaplan–Meier medians, the baseline's mix of segments, percentile bootstrap over accounts. Freezes missing baselines.
 */
export async function measureReduction(
  kpi: KpiDefinition,
  input: MeasureInput,
  baselines: BaselineStore,
): Promise<readonly KpiResult[]> {
  const results: KpiResult[] = [];
  const shown: Comparison[] = [];
  for (const name of kpi.of) {
    const process = input.processes.filter((candidate) => candidate.name === name).at(-1);
    const baseline = process === undefined ? null : await baselineOf(kpi, process, input, baselines);
    if (process === undefined || baseline === null) {
      results.push(nothing(kpi, { type: "process", key: name }, input, "the baseline window holds no ended case"));
      continue;
    }
    const base = prepare(baseline.cases);
    const comparisons: Comparison[] = [];
    for (const definition of kpi.windows) {
      comparisons.push(
        await compare(kpi, process, baseline, base, windowAt(definition, input.asOf, input.reporting), input),
      );
    }
    const enough = comparisons.findIndex((comparison) => comparison.n >= kpi.minN);
    const chosen = enough === -1 ? comparisons.length - 1 : enough;
    for (const [index, comparison] of comparisons.entries()) {
      results.push(reductionResult(kpi, comparison, index === chosen));
      if (index === chosen) shown.push(comparison);
    }
  }
  results.push(combine(kpi, shown, input));
  return results;
}
