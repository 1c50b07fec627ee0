/**
 * Fitness of a trace to the best of the allowed paths: 1 − cost ÷ (|t| + |m|) with the optimal alignment cost
 * |t| + |m| − 2·LCS (reference §2.6). Null without paths.
 */
export function pathFitness(trace: readonly string[], paths: readonly (readonly string[])[]): number | null {
  let best: number | null = null;
  for (const path of paths) {
    const total = trace.length + path.length;
    const fitness = total === 0 ? 1 : (2 * commonLength(trace, path)) / total;
    if (best === null || fitness > best) best = fitness;
  }
  return best;
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let previous = Array.from({ length: b.length + 1 }, () => 0);
  for (const left of a) {
    const row = [0];
    for (let j = 1; j <= b.length; j += 1) {
      row.push(left === b[j - 1] ? (previous[j - 1] ?? 0) + 1 : Math.max(previous[j] ?? 0, row[j - 1] ?? 0));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
