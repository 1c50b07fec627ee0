import { cover } from "../../connectors/kit/index.ts";
import type { InstantRange } from "../../model/index.ts";

/** What every partition covers: the stream's own covered intervals. */
export function intersectAll(all: readonly (readonly InstantRange[])[]): readonly InstantRange[] {
  const [first, ...rest] = all;
  return rest.reduce(intersect, first ?? []);
}

function intersect(a: readonly InstantRange[], b: readonly InstantRange[]): readonly InstantRange[] {
  let result: readonly InstantRange[] = [];
  for (const x of a) {
    for (const y of b) result = cover(result, { from: Math.max(x.from, y.from), to: Math.min(x.to, y.to) });
  }
  return result;
}
