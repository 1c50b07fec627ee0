import type { KpiResult } from "../../../src/kpis/index.ts";
import { WINDOWS } from "./calendar.ts";
import { tally } from "./tally.ts";
import type { ByHand, Cut, Entry, Made, Told } from "./tally.ts";

/** How far apart two equal figures may be: lengths are kept in whole seconds, each rounded on its own, and amounts in cents. */
const SLACK: Readonly<Record<Made, number>> = { share: 1e-9, ratio: 1e-3, count: 0, sum: 0.005, median: 2000 };
const CUTS: readonly string[] = ["process", "stage", "contract", "segment", "region", "team", "category"];

/** The figures of a KPI over the windows that are worked out by hand, and what now is. */
export function figuresOf(kpi: string, results: readonly KpiResult[]): readonly KpiResult[] {
  return results.filter((each) => each.kpi === kpi && (each.window.text in WINDOWS || each.window.text === "as of"));
}

/**
 * Holds figures of the company and of each cut, over each window, beside what was worked out by hand: value, ninetieth percentile,
 * numerator, denominator, interval, n, open and left out by reason.
 * @returns what differs, a line each
 */
export function differences(byHand: ByHand, measured: readonly KpiResult[]): readonly string[] {
  return [
    ...measured.flatMap((result) => {
      const { scope, window } = result;
      const mine = tally(byHand.made, inScope(byHand, scope.type, scope.key), WINDOWS[window.text] ?? null);
      const wrong = unequal(result, mine, byHand.made);
      return wrong === null ? [] : [`${scope.type} ${scope.key}, ${window.text}: ${wrong}`];
    }),
    ...untold(byHand, measured),
  ];
}

function inScope({ entries }: ByHand, type: string, key: string): readonly Entry[] {
  const cut = CUTS.find((each): each is Cut => each === type);
  return cut === undefined ? entries : entries.filter(({ cuts = {} }) => cuts[cut] === key);
}

function unequal(result: KpiResult, mine: Told, made: Made): string | null {
  const { n, nOpen, excluded, numerator, denominator, value, p90, interval } = result;
  // Numerators and denominators in seconds are told in seconds.
  const unit = made === "ratio" ? 1000 : 1;
  const isShare = made === "share";
  const near = (is: number | null, by: number | null, slack = SLACK[made]): boolean =>
    is === null || by === null ? is === by : Math.abs(is - by) <= slack;
  const checks: readonly (readonly [what: string, is: unknown, by: unknown, same: boolean])[] = [
    ["n", n, mine.n, n === mine.n],
    ["open", nOpen, mine.open, nOpen === mine.open],
    ["left out", sorted(excluded), sorted(mine.excluded), sorted(excluded) === sorted(mine.excluded)],
    ["above", numerator, mine.above, near(scaled(numerator, unit), mine.above, isShare ? 0 : 1000 * (mine.n + 1))],
    ["below", denominator, mine.below, near(scaled(denominator, unit), mine.below, isShare ? 0 : 1000 * (mine.n + 1))],
    ["value", value, mine.value, near(value, mine.value)],
    ["p90", p90, mine.p90, near(p90, mine.p90)],
    ["low", interval?.low, mine.low, !isShare || near(interval?.low ?? null, mine.low)],
    ["high", interval?.high, mine.high, !isShare || near(interval?.high ?? null, mine.high)],
  ];
  const wrong = checks
    .filter(([, , , same]) => !same)
    .map(([what, is, by]) => `${what} ${String(is)} for ${String(by)}`);
  return wrong.length === 0 ? null : wrong.join("; ");
}

const scaled = (value: number | null, unit: number): number | null => (value === null ? null : value * unit);

const sorted = (counts: Readonly<Record<string, number>>): string =>
  JSON.stringify(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Scopes that count something and of which nothing is told. */
function untold({ entries, cuts, made, isCutOnly }: ByHand, measured: readonly KpiResult[]): readonly string[] {
  const told = new Set(measured.map(({ scope }) => `${scope.type} ${scope.key}`));
  const windows = new Set(measured.map(({ window }) => window.text));
  const expected = [
    ...(isCutOnly === true ? [] : ["company all"]),
    ...cuts.flatMap((cut) => entries.flatMap((each) => (each.cuts?.[cut] == null ? [] : [`${cut} ${each.cuts[cut]}`]))),
  ];
  return [...new Set(expected)]
    .filter((scope) => !told.has(scope))
    .filter((scope) => {
      const [type = ""] = scope.split(" ");
      const mine = inScope({ entries, cuts, made }, type, scope.slice(type.length + 1));
      return [...windows].some((text) => tally(made, mine, WINDOWS[text] ?? null).n > 0);
    })
    .map((scope) => `${scope}: nothing is told`);
}
