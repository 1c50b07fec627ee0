import type { KpiDefinition, KpiResult, Measurement } from "../../kpis/index.ts";
import type { FigureKey, Json, NewFigure, PublishedFigure } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import { createReasons, publishedNumber } from "./restatements.ts";
import type { Restatement } from "./restatements.ts";

/**
 * Keeps every figure of a measurement that was not published yet, or says something else than what was: a published figure never
 * changes in silence. What is shown is kept with every change of what is said beside it, too.
 * @returns the figures that restate published ones, with why
 */
export async function publishFigures(
  context: RunContext,
  { results, gates }: Measurement,
  kpis: readonly KpiDefinition[],
): Promise<readonly Restatement[]> {
  const { store, fence, asOf, dependencies } = context;
  const published = new Map((await store.measures.figures()).map((figure) => [textOf(figure.key), figure]));
  const definitions = new Map(kpis.map((kpi) => [kpi.key, kpi]));
  const reasonsOf = createReasons(context);
  const figures: NewFigure[] = [];
  const restatements: Restatement[] = [];
  for (const result of results) {
    const kpi = definitions.get(result.definition);
    if (kpi === undefined) continue;
    const key = figureKey(result);
    const figure = {
      kpi: kpi.name,
      key,
      amounts: amountsOf(result),
      body: bodyOf(result, kpi, gates.get(kpi.name) ?? null),
    };
    const before = published.get(textOf(key));
    if (before === undefined) figures.push({ ...figure, because: null });
    else if (before.amounts !== figure.amounts) {
      const because = await reasonsOf(kpi, result, before);
      figures.push({ ...figure, because });
      restatements.push({ result, before, formerValue: publishedNumber(before, "value"), because });
    } else if (result.shown && saysElse(before, figure.body)) figures.push({ ...figure, because: null });
  }
  await store.measures.publishFigures(fence, { asOf, at: dependencies.clock.now(), figures: results.length }, figures);
  return restatements;
}

/** What names a figure in the store. */
export function figureKey({ definition, scope, window }: KpiResult): FigureKey {
  return {
    definition,
    scopeType: scope.type,
    scopeKey: scope.key,
    window: window.text,
    from: window.from,
    to: window.to,
  };
}

function textOf({ definition, scopeType, scopeKey, window, from, to }: FigureKey): string {
  return [definition, scopeType, scopeKey, window, from, to].join("\0");
}

function amountsOf({ value, numerator, denominator, n }: KpiResult): string {
  return JSON.stringify([value, numerator, denominator, n]);
}

function bodyOf(result: KpiResult, { formula, explanation }: KpiDefinition, gate: string | null): Json {
  // Results are plain data; the round trip says so to the compiler.
  return JSON.parse(JSON.stringify({ result, gate, formula, explanation })) as Json;
}

function saysElse({ body }: PublishedFigure, now: Json): boolean {
  return JSON.stringify(body) !== JSON.stringify(now);
}
