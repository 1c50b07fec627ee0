import type { KpiResult, RestatedFigure, WithdrawnFigure } from "../../kpis/index.ts";
import type { StorePort } from "../../model/index.ts";
import { figureKey, periodOf, textOf } from "./figure-key.ts";
import { publishedHead, publishedNumber } from "./published-result.ts";

/** What is marked in every measurement of a period, not only in the one that found it. */
export interface Standing {
  readonly restated: readonly RestatedFigure[];
  readonly withdrawn: readonly WithdrawnFigure[];
}

/**
 * The figures of a measurement that were published as another before, or were published and are measured no more. Somebody who did not
 * look on the day of the restatement finds it, too; it stands as long as the figure's period does.
 */
export async function standingRestatements(
  { measures }: Pick<StorePort, "measures">,
  results: readonly KpiResult[],
): Promise<Standing> {
  const keys = new Map(results.map((result) => [textOf(figureKey(result)), result]));
  const windows = new Map(results.map((result) => [periodOf(figureKey(result)), result.window]));
  const kpis = new Map(results.map(({ definition, kpi }) => [definition, kpi]));
  const restated: RestatedFigure[] = [];
  const withdrawn: WithdrawnFigure[] = [];
  const periods = [...windows.values()].map(({ text, from, to }) => ({ window: text, from, to }));
  for (const standing of await measures.restatements(periods)) {
    const { key, because, publishedAt: at, amounts } = standing;
    const former = { body: standing.former };
    const formerValue = publishedNumber(former, "value");
    if (amounts !== null) {
      const result = keys.get(textOf(key));
      if (result !== undefined) restated.push({ result, formerValue, because, at });
      continue;
    }
    const window = windows.get(periodOf(key));
    const kpi = kpis.get(key.definition);
    const head = publishedHead(former);
    // Of a KPI that is no more, or has another version, there is nothing it could stand beside.
    if (window === undefined || kpi === undefined || head === null) continue;
    const { definition, scope, unit } = head;
    withdrawn.push({ kpi, definition, scope, window, unit, formerValue, because, at });
  }
  return { restated, withdrawn };
}
