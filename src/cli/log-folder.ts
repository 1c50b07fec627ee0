import { dirname, join, resolve } from "node:path";
import { calendarFromFile, readConfiguration, STANDARD_KINDS } from "../configuration/index.ts";
import type { Configuration } from "../configuration/index.ts";
import { CONNECTORS } from "../connectors/index.ts";
import { HubError } from "../model/index.ts";
import type { BusinessCalendar } from "../model/index.ts";
import type { GlobalOptions } from "./hub.ts";
import type { Machine } from "./terminal.ts";

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,99}$/u;
export const LOG_ENDING = ".duckdb";

/** The folder of imported logs: beside the store. */
export function logFolder(machine: Machine, { db }: GlobalOptions): string {
  const isFile = db !== ":memory:" && !/^[a-z]+:/u.test(db);
  return isFile ? join(dirname(resolve(machine.directory, db)), "logs") : resolve(machine.directory, ".hub", "logs");
}

/** The file of a log. @throws HubError HUB-2407 for a name that could not be one */
export function logPath(machine: Machine, options: GlobalOptions, name: string): string {
  if (!NAME.test(name)) {
    throw new HubError("HUB-2407", `"${name}" cannot be the name of a log.`, {
      disposition: "operator",
      remedy: "Use letters, digits, spaces, points and hyphens, beginning with a letter or digit.",
    });
  }
  return join(logFolder(machine, options), `${name}${LOG_ENDING}`);
}

/** The configuration where there is one that can be used; logs can be read without. */
export async function configurationIfAny(machine: Machine, options: GlobalOptions): Promise<Configuration | null> {
  try {
    return await readConfiguration(resolve(machine.directory, options.config), {
      connectors: CONNECTORS,
      kinds: STANDARD_KINDS,
    });
  } catch (error) {
    if (error instanceof HubError && error.disposition === "operator") return null;
    throw error;
  }
}

/** A calendar of the configuration by its name, or one in a file of its own. @throws HubError HUB-2027 for neither */
export async function calendarNamed(machine: Machine, options: GlobalOptions, name: string): Promise<BusinessCalendar> {
  const known = (await configurationIfAny(machine, options))?.calendars ?? new Map<string, BusinessCalendar>();
  const calendar = known.get(name);
  if (calendar !== undefined) return calendar;
  if (/\.ya?ml$/u.test(name)) return calendarFromFile(resolve(machine.directory, name));
  throw new HubError("HUB-2027", `There is no calendar "${name}".`, {
    disposition: "operator",
    remedy: `Name a file, or one of ${options.config}/calendars: ${[...known.keys()].join(", ") || "there are none"}.`,
  });
}
