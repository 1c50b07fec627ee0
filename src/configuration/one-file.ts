import { readFile } from "node:fs/promises";
import { createBusinessCalendar, HubError } from "../model/index.ts";
import type { BusinessCalendar } from "../model/index.ts";
import { calendarSchema, toCalendarDefinition } from "./calendar-file.ts";
import { ConfigurationError } from "./configuration.ts";
import { checkShape } from "./shape.ts";
import { parseYaml } from "./yaml-file.ts";

/**
 * The data of a YAML file that lies outside of the configuration.
 * @throws HubError HUB-2002 for an unreadable file, HUB-2001 when it is not YAML
 */
export async function readYamlFile(file: string): Promise<ReturnType<typeof parseYaml>> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new HubError("HUB-2002", "The file cannot be read.", {
      cause,
      disposition: "operator",
      place: { file },
      remedy: "Check the path.",
    });
  });
  const yaml = parseYaml(file, text);
  if (yaml.problems.length > 0) throw new ConfigurationError(yaml.problems);
  return yaml;
}

/** A calendar in a file of its own. @throws HubError as `readYamlFile`, HUB-2012 and HUB-2040 when it does not fit */
export async function calendarFromFile(file: string): Promise<BusinessCalendar> {
  const shaped = checkShape(await readYamlFile(file), calendarSchema, "HUB-2012");
  if (shaped.value === null) throw new ConfigurationError(shaped.problems);
  return createBusinessCalendar(toCalendarDefinition(shaped.value));
}
