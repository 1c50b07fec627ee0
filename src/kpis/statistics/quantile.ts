/** Linear interpolation, Hyndman–Fan type 7, over ascending values; null without values. */
export function quantileSorted(sorted: readonly number[], p: number): number | null {
  if (sorted.length === 0) return null;
  const position = (sorted.length - 1) * p;
  const low = Math.floor(position);
  const below = sorted[low] ?? 0;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] ?? below;
  return below + (position - low) * (above - below);
}

/** As `quantileSorted` for values in any order. */
export function quantile(values: readonly number[], p: number): number | null {
  return quantileSorted(
    [...values].sort((a, b) => a - b),
    p,
  );
}
