import type { InstantRange } from "../../model/index.ts";

/** Adds a half-open range to a sorted, disjoint list and merges what touches. */
export function cover(covered: readonly InstantRange[], range: InstantRange): readonly InstantRange[] {
  if (range.to <= range.from) return covered;
  const merged: InstantRange[] = [];
  let { from, to } = range;
  for (const other of covered) {
    if (other.to < from) merged.push(other);
    else if (other.from > to) {
      merged.push({ from, to });
      ({ from, to } = other);
    } else {
      from = Math.min(from, other.from);
      to = Math.max(to, other.to);
    }
  }
  merged.push({ from, to });
  return merged;
}
