import { BLOCK_CAP, candidatePairs } from "../../matching/index.ts";
import type { SkippedBlock } from "../../matching/index.ts";
import type { Contract } from "../contract/contract.ts";
import type { Entry, ReconcileInput } from "../input.ts";
import { foldedName, sourceName, targetNames } from "./alike.ts";
import type { Verdicts } from "./verdicts.ts";

/** Sources that need a target, and targets whose names begin alike, in either order of their words. */
export function speltAlike(
  { match }: Contract,
  input: ReconcileInput,
  open: ReadonlySet<Entry>,
  targets: readonly Entry[],
  verdicts: Verdicts,
): {
  readonly pairs: Iterable<{ readonly source: Entry; readonly target: Entry }>;
  readonly skipped: readonly SkippedBlock[];
} {
  const sources = [...open].filter((source) => !verdicts.isSettled(source));
  const found = match.likenesses.flatMap((likeness) => {
    if (likeness.kind === "reference" || targets.length === 0) return [];
    const keysOf = (entry: Entry): readonly string[] => {
      const { linked } = entry.look();
      const names = open.has(entry) ? [sourceName(likeness.ours, linked, input) ?? ""] : targetNames(likeness, linked);
      return names.flatMap((name) => beginnings(foldedName(likeness, name, input)));
    };
    return [candidatePairs(sources, targets, keysOf, BLOCK_CAP)];
  });
  return {
    pairs: pairsOf(
      found.map(({ pairs }) => pairs),
      verdicts,
    ),
    skipped: found.flatMap(({ skipped }) => skipped),
  };
}

function* pairsOf(
  all: readonly Iterable<readonly [source: Entry, target: Entry]>[],
  verdicts: Verdicts,
): Iterable<{ readonly source: Entry; readonly target: Entry }> {
  for (const pairs of all) {
    for (const [source, target] of pairs) if (!verdicts.isRejected(source, target)) yield { source, target };
  }
}

function beginnings(name: string): readonly string[] {
  const turned = name.split(" ").toSorted().join("");
  return [name.replaceAll(" ", ""), turned].map((text) => text.slice(0, 4)).filter((text) => text.length === 4);
}
