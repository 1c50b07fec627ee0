import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { routineSteps } from "../measures/design-coverage.ts";
import { flowRelation } from "../measures/flow.ts";
import { durationsOf } from "../measures/duration-relations.ts";
import { relationOf } from "../measures/relations.ts";
import type { Relation } from "../measures/relations.ts";
import type { KpiResult } from "../measures/result.ts";
import { durationRows } from "./duration-rows.ts";
import { ratioRows } from "./ratio-rows.ts";
import { reductionRows } from "./reduction-rows.ts";
import { BARE } from "./row.ts";
import type { Evidence, EvidenceInput, EvidenceRow } from "./row.ts";

/**
 * The rows behind a figure, by the very selection its value was computed from, so that they add up to it.
 * @returns null for a measure whose rows are not kept apart
 */
export async function evidenceOf(
  kpi: KpiDefinition,
  result: KpiResult,
  input: EvidenceInput,
): Promise<Evidence | null> {
  if (kpi.measure === "cycle time reduction") return addedUp(await reductionRows(kpi, result, input));
  if (kpi.measure === "design coverage") return addedUp(designRows(kpi, input));
  if (kpi.measure === "flow stability")
    return addedUp(await durationRows(flowRelation(kpi), { ...result, target: null }, input));
  const durations = durationsOf(kpi);
  if (durations !== null) return addedUp(await durationRows(durations, result, input));
  const relation = relationOf(kpi, input.processes, input.asOf);
  return relation === null ? null : addedUp(await ratioRows(kpi, relation, result, input), relation);
}

function designRows(kpi: KpiDefinition, input: EvidenceInput): readonly EvidenceRow[] {
  return routineSteps(kpi, input)
    .map(({ process, step }): EvidenceRow => {
      const automated = step.automatedBy.length > 0;
      return {
        ...BARE,
        key: `${process.key}/${step.name}`,
        name: `${process.title}: ${step.name}`,
        numerator: automated ? 1 : 0,
        against: !automated,
        because: automated ? `automated by ${step.automatedBy.join(", ")}` : "its procedure names no automation",
      };
    })
    .sort((a, b) => Number(b.against) - Number(a.against));
}

/** @param relation what `n` is the count of: the denominator of a share, else the rows. */
function addedUp(rows: readonly EvidenceRow[], relation: Pick<Relation, "totals"> = {}): Evidence {
  const counted = rows.filter(({ standing }) => standing === "counted");
  const excluded: Record<string, number> = {};
  for (const { standing, because } of rows) {
    if (standing === "excluded") excluded[because] = (excluded[because] ?? 0) + 1;
  }
  const denominator = counted.reduce((sum, row) => sum + row.denominator, 0);
  return {
    rows,
    numerator: counted.reduce((sum, row) => sum + row.numerator, 0),
    denominator,
    n: (relation.totals ?? "share") === "share" ? denominator : counted.length,
    pending: rows.filter(({ standing }) => standing === "pending").length,
    excluded,
  };
}
