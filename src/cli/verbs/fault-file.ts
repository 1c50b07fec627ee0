import { readFile } from "node:fs/promises";
import { checkShape, ConfigurationError, parseYaml } from "../../configuration/index.ts";
import { HubError } from "../../model/index.ts";
import { DIAL_FILE, UnknownDial } from "../../sandbox/index.ts";
import type { Dial } from "../../sandbox/index.ts";

const WORDS = "The words of a dial are in docs/sandbox.md.";

/** A file of dials that was read; `place` says where one of them stands. */
export interface FaultFile {
  readonly seed?: number | undefined;
  readonly dials: readonly Dial[];
  /** The error to tell for a dial that no system can play. */
  refuse(error: UnknownDial): HubError;
}

/**
 * Reads `{seed, dials: […]}` from YAML or JSON.
 * @throws HubError HUB-0010 when the file cannot be read, HUB-0011 when it holds no dials
 */
export async function readFaultFile(path: string): Promise<FaultFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new HubError("HUB-0010", `The fault file ${path} cannot be read.`, {
      disposition: "operator",
      place: { file: path },
      remedy: "Check the path given with --faults.",
      cause,
    });
  }
  const yaml = parseYaml(path, text);
  const slips = yaml.problems.map((problem) => ({ ...problem, code: "HUB-0011" }));
  if (slips.length > 0) throw new ConfigurationError(slips);
  const shaped = checkShape(yaml, DIAL_FILE, "HUB-0011");
  if (shaped.value === null) {
    throw new ConfigurationError(shaped.problems.map((problem) => ({ remedy: WORDS, ...problem })));
  }
  return {
    ...shaped.value,
    refuse: (error) =>
      new HubError("HUB-0011", error.message, {
        disposition: "operator",
        place: yaml.placeOf(["dials", error.index]),
        remedy: WORDS,
        cause: error,
      }),
  };
}

/** Runs something that may meet a dial no system can play, and tells where in the file it stands. */
export async function withFaults<T>(faults: FaultFile | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof UnknownDial && faults !== undefined ? faults.refuse(error) : error;
  }
}
