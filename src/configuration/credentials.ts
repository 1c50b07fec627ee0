import { HubError } from "../model/index.ts";
import type { ConfiguredConnection } from "./configuration.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** `SALESFORCE_PROD_CLIENT_ID` for the connection `salesforce-prod` and the key `CLIENT_ID`. */
export function variableName(connection: string, key: string): string {
  return `${connection.toUpperCase().replaceAll(/[^A-Z0-9]/gu, "_")}_${key}`;
}

/**
 * The credentials of a connection from the environment: `<NAME>_<KEY>`, or the content of the file that
 * `<NAME>_<KEY>_FILE` names. Values never enter a message.
 * @param readText reads a text file.
 * @throws HubError HUB-1101 naming every variable that is missing, HUB-1102 for a file that cannot be read.
 */
export async function credentialsFor(
  connection: ConfiguredConnection,
  environment: Environment,
  readText: (file: string) => Promise<string>,
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const missing: string[] = [];
  for (const { key, required } of connection.connector.credentials) {
    const variable = variableName(connection.name, key);
    const value = nonEmpty(environment[variable]) ?? (await fromFile(connection.name, variable, environment, readText));
    if (value !== undefined) found[key] = value;
    else if (required) missing.push(variable);
  }
  const lacking = [...missing, ...lackingSignIn(connection, found)];
  if (lacking.length > 0) {
    throw new HubError("HUB-1101", `The connection ${connection.name} lacks ${lacking.join(", ")}.`, {
      disposition: "operator",
      place: { connection: connection.name, system: connection.system },
      remedy: `Set ${lacking.length === 1 ? "it" : "them"} in the environment or in the file of --env-file; \`.env.example\` explains each.`,
    });
  }
  return found;
}

/** What none of the ways to sign in has in full: the way begun, or all of them. */
function lackingSignIn(
  { name, connector }: ConfiguredConnection,
  found: Readonly<Record<string, string>>,
): readonly string[] {
  const ways = connector.signIns ?? [];
  if (ways.length === 0 || ways.some((keys) => keys.every((key) => key in found))) return [];
  const begun = ways.filter((keys) => keys.some((key) => key in found));
  const of = (keys: readonly string[]): string =>
    keys
      .filter((key) => !(key in found))
      .map((key) => variableName(name, key))
      .join(" and ");
  return [(begun.length === 0 ? ways : begun).map(of).join(", or ")];
}

async function fromFile(
  connection: string,
  variable: string,
  environment: Environment,
  readText: (file: string) => Promise<string>,
): Promise<string | undefined> {
  const file = nonEmpty(environment[`${variable}_FILE`]);
  if (file === undefined) return undefined;
  try {
    return nonEmpty((await readText(file)).trim());
  } catch (error) {
    throw new HubError("HUB-1102", `The file that ${variable}_FILE names cannot be read.`, {
      disposition: "operator",
      place: { connection },
      remedy: "Check the path and that the hub may read the file.",
      cause: error,
    });
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
