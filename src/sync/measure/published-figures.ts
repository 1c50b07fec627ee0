import type { KpiDefinition, KpiResult, Measurement, Reporting } from "../../kpis/index.ts";
import type { Json, NewFigure, PublishedFigure } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import { figureKey, textOf } from "./figure-key.ts";
import { publishedHead, publishedNumber } from "./published-result.ts";
import { createReasons, UNEXPLAINED } from "./restatements.ts";
import type { Restatement } from "./restatements.ts";
import { goneFigures } from "./withdrawals.ts";

/** Of the cases that count against a figure, those that are kept with it for good. */
const KEPT_KEYS = 20;

/**
 * Keeps every figure of a measurement that was not published yet, or says something else than what was: a published figure never
 * changes in silence, nor does it vanish. What is shown is kept with every change of what is said beside it, too.
 * @returns the figures that restate or withdraw published ones, with why
 */
export async function publishFigures(
  context: RunContext,
  { results, gates }: Measurement,
  kpis: readonly KpiDefinition[],
  reporting: Reporting,
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
    const amounts = amountsOf(result);
    const figure = { kpi: kpi.name, key, amounts, body: bodyOf(result, kpi, gates.get(kpi.name) ?? null) };
    const before = published.get(textOf(key));
    if (before === undefined) figures.push({ ...figure, because: null });
    else if (before.amounts !== amounts) {
      const reasons = await reasonsOf(kpi, result.n, before);
      const because = reasons.length === 0 ? [UNEXPLAINED] : reasons;
      figures.push({ ...figure, because });
      restatements.push({
        figure: result,
        result,
        before,
        formerValue: publishedNumber(before, "value"),
        because,
      });
    } else if (result.shown && saysElse(before, figure.body)) figures.push({ ...figure, because: null });
  }
  for (const { before, kpi, because: gone } of goneFigures(published.values(), results, definitions, {
    asOf,
    reporting,
  })) {
    const because = [gone, ...(kpi === null ? [] : await reasonsOf(kpi, 0, before))];
    figures.push({ kpi: before.kpi, key: before.key, amounts: null, body: null, because });
    const figure = publishedHead(before);
    if (figure !== null)
      restatements.push({ figure, result: null, before, formerValue: publishedNumber(before, "value"), because });
  }
  await store.measures.publishFigures(fence, { asOf, at: dependencies.clock.now(), figures: results.length }, figures);
  return restatements;
}

function amountsOf({ value, numerator, denominator, n }: KpiResult): string {
  return JSON.stringify([value, numerator, denominator, n]);
}

function bodyOf(result: KpiResult, { formula, explanation }: KpiDefinition, gate: string | null): Json {
  // Results are plain data; the round trip says so to the compiler.
  const { keys, count } = result.evidence;
  const kept = { ...result, evidence: { keys: keys.slice(0, KEPT_KEYS), count } };
  return JSON.parse(JSON.stringify({ result: kept, gate, formula, explanation })) as Json;
}

function saysElse({ body }: PublishedFigure, now: Json): boolean {
  return JSON.stringify(body) !== JSON.stringify(now);
}
