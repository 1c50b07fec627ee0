import type { ErrorPlace } from "../../model/index.ts";
import type { Direction } from "./kpi-file.ts";
import { definitionError } from "./problems.ts";
import { parseTarget } from "./targets.ts";
import type { Target } from "./targets.ts";

/** What a KPI's value is compared as. */
export type TargetKind = Target["kind"];

const EXAMPLES: Readonly<Record<TargetKind, string>> = {
  faster: "`at least 35 % faster than baseline`",
  duration: "`at most 30 days`",
  ratio: "`at least 95 %`",
  number: "`at most 12`",
};

/**
 * Reads a target. One without a word for its direction (`95 %`) takes that of the file.
 * @throws HubError HUB-2313 for a target that cannot be read, has no direction, contradicts it or does not go with the value
 */
export function readTarget(text: string, wanted: TargetKind, direction: Direction | null, place: ErrorPlace): Target {
  const at = { ...place, path: "target" };
  const word = direction === "lower is better" ? "at most" : "at least";
  const target = parseTarget(text) ?? (direction === null ? undefined : parseTarget(`${word} ${text}`));
  if (target === undefined) {
    const bare = parseTarget(`at least ${text}`) !== undefined;
    throw definitionError(
      "HUB-2313",
      bare ? `The target "${text}" does not say on which side of it is good.` : `"${text}" is no target.`,
      at,
      bare
        ? `Write \`at least ${text}\` or \`below ${text}\`, or add \`direction: higher is better\`.`
        : "Write `at least 95 %`, `below 1 %`, `at least 35 % faster than baseline`, `at most 30 days` or `at most 12`.",
    );
  }
  if (target.kind !== wanted) {
    throw definitionError(
      "HUB-2313",
      `The target "${text}" does not go with the measure.`,
      at,
      `Write something like ${EXAMPLES[wanted]}.`,
    );
  }
  const rises = target.direction === "at least" || target.direction === "above";
  if (direction !== null && rises !== (direction === "higher is better")) {
    throw definitionError(
      "HUB-2313",
      `The target "${text}" contradicts \`direction: ${direction}\`.`,
      at,
      "Leave one of them out.",
    );
  }
  return target;
}
