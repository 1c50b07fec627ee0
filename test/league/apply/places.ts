import { asanaProjects, asanaTasks } from "./asana-target.ts";
import { mondayItems, salesforceAccounts } from "./other-targets.ts";
import type { Place } from "./place.ts";
import { mondayDeals, salesforceDeals } from "./sources.ts";

/** What the league writes to; runs go round them. */
export const PLACES: readonly Place[] = [
  { name: "asana tasks", source: salesforceDeals, target: asanaTasks },
  { name: "monday items", source: salesforceDeals, target: mondayItems },
  { name: "salesforce accounts", source: mondayDeals, target: salesforceAccounts },
  { name: "asana projects", source: salesforceDeals, target: asanaProjects },
];
