import { BLOCK_CAP, candidatePairs } from "../../matching/index.ts";
import type { SkippedBlock } from "../../matching/index.ts";
import { foldedName, sourceName, targetNames } from "./alike.ts";
import type { Contract } from "../contract/contract.ts";
import type { Entry, ReconcileInput } from "../input.ts";
import type { Expectant } from "./likenesses.ts";
import type { Verdicts } from "./verdicts.ts";

/** Sources that need a target, and targets whose names begin alike, in either order of their words. */
export function speltAlike(
  { match }: Contract,
  input: ReconcileInput,
  expectants: readonly Expectant[],
  targets: readonly Entry[],
  verdicts: Verdicts,
): {
  readonly pairs: readonly { readonly expectant: Expectant; readonly target: Entry }[];
  readonly skipped: readonly SkippedBlock[];
} {
  const pairs: { readonly expectant: Expectant; readonly target: Entry }[] = [];
  const skipped: SkippedBlock[] = [];
  for (const likeness of match.likenesses) {
    if (likeness.kind === "reference" || targets.length === 0) continue;
    const left = expectants.filter(({ source }) => !verdicts.isSettled(source));
    const keysOf = (thing: Expectant | Entry): readonly string[] => {
      const names =
        "source" in thing
          ? [sourceName(likeness.ours, thing.source.look().linked, input) ?? ""]
          : targetNames(likeness, thing.look().linked);
      return names.flatMap((name) => beginnings(foldedName(likeness, name, input)));
    };
    const blocks = candidatePairs<Expectant | Entry>(left, targets, keysOf, BLOCK_CAP);
    skipped.push(...blocks.skipped);
    for (const [expectant, target] of blocks.pairs) {
      if (!("source" in expectant) || "source" in target || verdicts.isRejected(expectant.source, target)) continue;
      pairs.push({ expectant, target });
    }
  }
  return { pairs, skipped };
}

function beginnings(name: string): readonly string[] {
  const turned = name.split(" ").toSorted().join("");
  return [name.replaceAll(" ", ""), turned].map((text) => text.slice(0, 4)).filter((text) => text.length === 4);
}
