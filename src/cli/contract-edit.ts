import { readFile } from "node:fs/promises";
import { checkConfiguration, handoffKind, STANDARD_KINDS, withMembers } from "../configuration/index.ts";
import type { Configuration } from "../configuration/index.ts";
import { CONNECTORS } from "../connectors/index.ts";
import { HubError } from "../model/index.ts";
import type { ErrorPlace } from "../model/index.ts";

/** A contract's file with one field decided otherwise, checked and not yet written. */
export interface ContractEdit {
  readonly file: string;
  readonly text: string;
}

/**
 * The contract's file as it would stand with a field's conflicts decided for one side from now on; its comments and
 * everything else stay.
 * @throws HubError HUB-4014 when the configuration would not hold with it, its tests included, or it cannot be edited in
 *   place.
 */
export async function decideAlways(
  configuration: Configuration,
  contract: string,
  field: string,
  take: "source" | "target",
): Promise<ContractEdit> {
  const path = ["fields", field];
  const place = configuration.placeOf(handoffKind, contract, path);
  const { file } = place;
  if (file === undefined) throw leftAsItIs(contract, "it is in no file.", place);
  const text = withMembers(await readFile(file, "utf8"), path, { rule: "shared", on_conflict: take });
  if (text === null) throw leftAsItIs(contract, "its line of the field cannot be edited in place.", place);
  const { problems } = await checkConfiguration(configuration.directory, {
    connectors: CONNECTORS,
    kinds: STANDARD_KINDS,
    tests: true,
    instead: new Map([[file, text]]),
  });
  const [first] = problems;
  if (first !== undefined) throw leftAsItIs(contract, `with it, ${first.code}: ${first.message}`, first.place);
  return { file, text };
}

function leftAsItIs(contract: string, why: string, place: ErrorPlace): HubError {
  return new HubError("HUB-4014", `The contract ${contract} is left as it is: ${why}`, {
    disposition: "operator",
    place,
    remedy: "Nothing was written or decided. Leave `--write` out to see the line, and edit the file by hand.",
  });
}
