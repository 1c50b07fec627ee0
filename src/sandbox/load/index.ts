import type { WorldSeed } from "../seeds.ts";
import { asanaSeed } from "./asana.ts";
import type { Given, LoadReport } from "./given.ts";
import { mondaySeed } from "./monday.ts";
import { salesforceSeed } from "./salesforce.ts";

export { LOAD } from "./given.ts";
export type { Given, LoadReport } from "./given.ts";

/** The worlds of the systems that records were given of, and what became of the records. */
export interface LoadedWorld {
  readonly seeds: Partial<Pick<WorldSeed, "salesforce" | "asana" | "monday">>;
  readonly reports: Readonly<Record<string, LoadReport>>;
}

/**
 * Worlds of exactly the records that a hub stores: with their ids, their histories and what is gone.
 * @param base answers what records do not tell, such as an organisation's time zone
 */
export function loadedWorld(given: Given, base: WorldSeed): LoadedWorld {
  const salesforce = given.salesforce === undefined ? null : salesforceSeed(given.salesforce, base.salesforce);
  const asana = given.asana === undefined ? null : asanaSeed(given.asana, base.asana);
  const monday = given.monday === undefined ? null : mondaySeed(given.monday, base.monday);
  return {
    seeds: {
      ...(salesforce !== null && { salesforce: salesforce.seed }),
      ...(asana !== null && { asana: asana.seed }),
      ...(monday !== null && { monday: monday.seed }),
    },
    reports: {
      ...(salesforce !== null && { salesforce: salesforce.report }),
      ...(asana !== null && { asana: asana.report }),
      ...(monday !== null && { monday: monday.report }),
    },
  };
}
