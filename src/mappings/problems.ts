import { HubError } from "../model/index.ts";

/** Where in a mapping file: member names and list positions from the root. */
export type NodePath = readonly (string | number)[];

/** One slip in a mapping file, told without knowing files and lines; the configuration room turns the path into a place. */
export interface MappingProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly path: NodePath;
  /** Characters into the text at `path`, for a slip inside a condition. */
  readonly offset?: number;
}

/** What compiling one file gives: the value when there was no problem, and every problem found. */
export interface Outcome<T> {
  readonly value: T | null;
  readonly problems: readonly MappingProblem[];
}

/** The problem as an error, for callers that compile one mapping and cannot go on without it. */
export function problemError(mapping: string, problem: MappingProblem): HubError {
  return new HubError(problem.code, problem.message, {
    disposition: "operator",
    place: { file: `${mapping}.yaml`, path: formatPath(problem.path) },
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
  });
}

/** `fields.owner.person`, `tests[0].record`. */
export function formatPath(path: NodePath): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${String(part)}]` : `${index === 0 ? "" : "."}${part}`))
    .join("");
}
