import type { SkippedBlock } from "../matching/index.ts";
import type { Problem } from "../model/index.ts";

const SHOWN = 3;

/** Tells which names were not compared for likeness because too many begin alike; nothing where there are none. */
export function skippedNames(where: string, blocks: readonly SkippedBlock[]): readonly Problem[] {
  if (blocks.length === 0) return [];
  const largest = blocks.toSorted((a, b) => b.size - a.size).slice(0, SHOWN);
  const shown = largest.map(({ key, size }) => `"${key}" (${size.toLocaleString("en-US")})`).join(", ");
  return [
    {
      code: "HUB-4022",
      message: `${where}: too many names begin alike to be compared for likeness: ${shown}${blocks.length > SHOWN ? ` and ${blocks.length - SHOWN} more beginnings` : ""}. Links, keys and equal names were not affected.`,
      place: {},
      remedy: "Give the records a key or a link; or confirm single ones with `hub match confirm`.",
    },
  ];
}
