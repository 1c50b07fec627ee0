import { parseWindow, windowAt } from "../../kpis/index.ts";
import type { KpiDefinition, Reporting } from "../../kpis/index.ts";
import type { FigureKey, Instant, PublishedFigure } from "../../model/index.ts";
import { figureKey, periodOf, textOf } from "./figure-key.ts";
import type { NamedResult } from "./figure-key.ts";

/** As much of a KPI as names it. */
type NamedKpi = Pick<KpiDefinition, "name" | "key">;

/** A published figure of a period that is still measured, which is not among what was measured. */
export interface Gone<Kpi> {
  readonly before: PublishedFigure;
  /** Null when its very definition is no more, so that nothing else needs to be looked for. */
  readonly kpi: Kpi | null;
  readonly because: string;
}

/**
 * The published figures that a measurement leaves out although their periods are those it measures. A period that has passed out of
 * its window is over and done with: its figures stand as they were published.
 */
export function goneFigures<Kpi extends NamedKpi>(
  published: Iterable<PublishedFigure>,
  results: readonly NamedResult[],
  kpis: ReadonlyMap<string, Kpi>,
  { asOf, reporting }: { readonly asOf: Instant; readonly reporting: Reporting },
): readonly Gone<Kpi>[] {
  const isDue = createDue(results, asOf, reporting);
  const measured = new Set(results.map((result) => textOf(figureKey(result))));
  const versions = new Map([...kpis.values()].map((kpi) => [kpi.name, kpi]));
  return [...published]
    .filter(({ key, amounts }) => amounts !== null && !measured.has(textOf(key)) && isDue(key))
    .map((before) => {
      const kpi = kpis.get(before.key.definition) ?? null;
      const because =
        kpi === null
          ? goneDefinition(before, versions.get(before.kpi))
          : goneScope(
              before.key,
              results.filter(({ definition }) => definition === kpi.key),
            );
      return { before, kpi, because };
    });
}

function createDue(results: readonly NamedResult[], asOf: Instant, reporting: Reporting): (key: FigureKey) => boolean {
  const periods = new Set(results.map((result) => periodOf(figureKey(result))));
  return (key) => {
    if (periods.has(periodOf(key))) return true;
    const window = parseWindow(key.window);
    if (window === undefined) return false;
    const { from, to } = windowAt(window, asOf, reporting);
    return from === key.from && to === key.to;
  };
}

function goneDefinition({ kpi }: PublishedFigure, now: NamedKpi | undefined): string {
  return now === undefined ? `there is no KPI ${kpi} any more` : `${now.key} took its place`;
}

function goneScope(key: FigureKey, ofKpi: readonly NamedResult[]): string {
  if (!ofKpi.some(({ scope }) => scope.type === key.scopeType)) return `it is no longer told by ${key.scopeType}`;
  if (!ofKpi.some((result) => periodOf(figureKey(result)) === periodOf(key)))
    return `it is no longer told for ${key.window}`;
  return `nothing of ${key.scopeType} ${key.scopeKey} is left in what it counts`;
}
