import type { DeviationCategory } from "./case.ts";

/** One step of an alignment: trace and path agree, or only one of them moves. */
export interface Move {
  readonly kind: "both" | "trace only" | "path only";
  readonly activity: string;
}

/** The cheapest way to read a trace as one of the allowed paths. */
export interface Alignment {
  /** Moves of only one side, each costing 1. */
  readonly cost: number;
  /** What it costs when nothing agrees: |trace| + |path|. */
  readonly worst: number;
  /** 1 − cost ÷ worst; 1 for two empty ones. */
  readonly fitness: number;
  readonly path: readonly string[];
  readonly moves: readonly Move[];
}

/**
 * Aligns a trace with one path at standard costs: |t| + |m| − 2·LCS (reference §2.6). Of several cheapest ways the one that
 * takes the trace's deviations as late as it can.
 */
export function align(trace: readonly string[], path: readonly string[]): Alignment {
  const common = commonLengths(trace, path);
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  const moves: Move[] = [];
  let [i, j] = [0, 0];
  while (i < trace.length || j < path.length) {
    const [left, right] = [trace[i], path[j]];
    if (left !== undefined && left === right) {
      moves.push({ kind: "both", activity: left });
      i += 1;
      j += 1;
    } else if (right !== undefined && (left === undefined || at(i, j + 1) >= at(i + 1, j))) {
      moves.push({ kind: "path only", activity: right });
      j += 1;
    } else if (left !== undefined) {
      moves.push({ kind: "trace only", activity: left });
      i += 1;
    }
  }
  const worst = trace.length + path.length;
  const cost = worst - 2 * at(0, 0);
  return { cost, worst, fitness: worst === 0 ? 1 : 1 - cost / worst, path, moves };
}

/** The alignment with the cheapest path, the fitter one when two cost the same; null without paths. */
export function bestAlignment(trace: readonly string[], paths: readonly (readonly string[])[]): Alignment | null {
  let best: Alignment | null = null;
  for (const path of paths) {
    const found = align(trace, path);
    if (best === null || found.cost < best.cost || (found.cost === best.cost && found.fitness > best.fitness))
      best = found;
  }
  return best;
}

/** `[i][j]`: the length of the longest common subsequence of what follows in each. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const rows: number[][] = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const [row, below] = [rows[i] ?? [], rows[i + 1] ?? []];
    for (let j = b.length - 1; j >= 0; j -= 1)
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
  }
  return rows;
}

/** What an alignment says is wrong, one activity a time. */
export interface PathDeviation {
  readonly category: DeviationCategory;
  readonly activity: string;
  readonly message: string;
}

/** An activity that moves on both sides is out of order; on the path's only, missing; on the trace's only, unexpected or repeated. */
export function pathDeviations({ moves, path }: Alignment): readonly PathDeviation[] {
  const skipped = moves.filter(({ kind }) => kind === "path only").map(({ activity }) => activity);
  const deviations: PathDeviation[] = [];
  const before = (place: number): string => {
    const last = moves.slice(0, place).findLast(({ kind }) => kind !== "path only");
    return last === undefined ? "at the start" : `after "${last.activity}"`;
  };
  for (const [place, { kind, activity }] of moves.entries()) {
    if (kind !== "trace only") continue;
    const where = before(place);
    const moved = skipped.indexOf(activity);
    if (moved >= 0) {
      skipped.splice(moved, 1);
      const message = `"${activity}" happened ${where}, which is not its place.`;
      deviations.push({ category: "out of order", activity, message });
    } else if (path.includes(activity)) {
      deviations.push({ category: "repeated", activity, message: `"${activity}" happened once more ${where}.` });
    } else {
      const message = `"${activity}" happened ${where}; the procedure does not foresee it.`;
      deviations.push({ category: "unexpected step", activity, message });
    }
  }
  for (const activity of skipped)
    deviations.push({ category: "missing step", activity, message: `"${activity}" never happened where it should.` });
  return deviations;
}
