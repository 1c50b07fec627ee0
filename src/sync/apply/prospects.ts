import type { Prospect, WriteFace } from "../../connectors/kit/index.ts";
import { handoffKind } from "../../configuration/index.ts";
import type { Configuration, NodePath } from "../../configuration/index.ts";
import type { Contract } from "../../handoffs/index.ts";
import { HubError } from "../../model/index.ts";
import type { Canonical } from "../../model/index.ts";
import type { CommandWords } from "../bindings/index.ts";
import { commandOf } from "./commands.ts";
import { noWrites } from "./doors.ts";

/** What there is to know of a contract's creations before one is made. */
export interface SurveyedTarget {
  /** Empty when each can be made, as far as can be told beforehand. Placed in the contract's file. */
  readonly slips: readonly HubError[];
  /** What one takes, in calls; null where that cannot be told. */
  readonly calls: number | null;
}

/** A connection as far as looking things up takes. */
export interface SurveyFace {
  /** Undefined where a connection offers no writes. */
  readonly write: Pick<WriteFace, "survey"> | undefined;
  readonly inShownWords: (command: CommandWords, id: null) => Promise<Prospect["fields"]>;
}

/** The contracts that create in a connection. */
export function creatingIn(configuration: Configuration, connection: string): readonly Contract[] {
  return configuration.compiled(handoffKind).filter(({ createFrom }) => createFrom?.connection === connection);
}

/**
 * Looks up what a contract's creations name: template, project or board, section or group, fields and their first
 * choices. Sends nothing that changes anything.
 * @throws HubError when the system cannot be asked now
 */
export async function surveyTarget(
  configuration: Configuration,
  contract: Contract,
  { write, inShownWords }: SurveyFace,
  signal: AbortSignal,
): Promise<SurveyedTarget> {
  const at = (error: HubError, path: NodePath): HubError => placedIn(configuration, contract, error, path);
  try {
    if (write === undefined) throw noWrites(contract.createFrom?.connection ?? "");
    const { prospect, origins } = await prospectOf(configuration, contract, inShownWords);
    const { slips, calls } = await write.survey(prospect, signal);
    const placed = slips.map(({ field, error }) => at(error, (field === null ? null : origins.get(field)) ?? TEMPLATE));
    return { slips: placed, calls };
  } catch (error) {
    const told = error instanceof HubError && (error.disposition === "operator" || error.disposition === "skip-record");
    if (!told) throw error;
    return { slips: [at(error, TEMPLATE)], calls: null };
  }
}

const TEMPLATE: NodePath = ["to", "create_from"];

function placedIn(configuration: Configuration, contract: Contract, error: HubError, path: NodePath): HubError {
  const { code, message, remedy } = error;
  const place = {
    ...configuration.placeOf(handoffKind, contract.name, path),
    connection: contract.createFrom?.connection ?? "",
  };
  return new HubError(code, message, {
    disposition: "operator",
    place,
    cause: error,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/**
 * A creation of the contract with whatever is known before there is a source, in the words of its system, and where the
 * contract says each field. @throws HubError HUB-2622 when no mapping says how it is written.
 */
async function prospectOf(
  configuration: Configuration,
  contract: Contract,
  inShownWords: SurveyFace["inShownWords"],
): Promise<{ readonly prospect: Prospect; readonly origins: ReadonlyMap<string, NodePath> }> {
  const { createFrom, targetType } = contract;
  const told = toldAttributes(configuration, contract);
  const write = async (attributes: Readonly<Record<string, Canonical>>): Promise<CommandWords> => {
    const command = commandOf(configuration, {
      action: "create",
      connection: createFrom?.connection ?? "",
      objectType: targetType,
      targetKey: null,
      field: null,
      after: { template: createFrom?.template ?? "", ...attributes },
    });
    return { ...command, fields: await inShownWords(command, null) };
  };
  const { stream, fields, template } = await write(Object.fromEntries(told.map(({ name, value }) => [name, value])));
  const origins = new Map<string, NodePath>();
  const paths = [...told.map(({ name, value, path }) => ({ path, attributes: { [name]: value } })), OF_TEMPLATE];
  for (const { path, attributes } of paths) {
    for (const field of Object.keys((await write(attributes)).fields)) origins.set(field, path);
  }
  return { prospect: { stream, fields, ...(template === null ? {} : { template }) }, origins };
}

/** Where a mapping reads the template from the record, it is a field of it, too. */
const OF_TEMPLATE = { path: TEMPLATE, attributes: {} };

interface Told {
  readonly name: string;
  /** Null when it is only known once there is a source. */
  readonly value: Canonical;
  readonly path: NodePath;
}

/** The attributes that a creation of the contract may hold, in the order in which the later goes before the earlier. */
function toldAttributes({ vocabulary }: Configuration, contract: Contract): readonly Told[] {
  const { begins, match, fields, sourceType } = contract;
  const later = (name: string, path: NodePath): Told => ({ name, value: null, path });
  const hasName = vocabulary.get(sourceType)?.attributes.has("name") === true;
  const each: readonly Told[] = [
    ...Object.entries(begins).map(([name, value]): Told => ({ name, value, path: ["to", "begins", name] })),
    ...match.linkFromTarget.map((name) => later(name, ["match"])),
    ...match.keys.flat().map(({ theirs }) => later(theirs, ["match"])),
    ...(hasName ? [later("name", TEMPLATE)] : []),
    ...fields
      .filter(({ owner }) => owner !== "derived" && owner !== "target")
      .map(({ theirs, name }) => later(theirs, ["fields", name])),
  ];
  return [...new Map(each.map((one) => [one.name, one])).values()];
}
