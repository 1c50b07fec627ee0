import type { WorldSeed } from "../seeds.ts";
import { truthPairs } from "./pairs.ts";
import { projectAsana } from "./project-asana.ts";
import { projectMonday } from "./project-monday.ts";
import { projectSalesforce } from "./project-salesforce.ts";
import { tellStory } from "./tell.ts";
import type { ScenarioOptions } from "./tell.ts";
import { CS_TO_SALES, csToSales } from "./truth-cs-to-sales.ts";
import { MARKETING_TO_SALES, marketingToSales } from "./truth-marketing-to-sales.ts";
import { processDefects } from "./truth-processes.ts";
import { PRODUCT_TO_ENGINEERING, productToEngineering } from "./truth-product-to-engineering.ts";
import { SALES_TO_CS, salesToCs } from "./truth-sales-to-cs.ts";
import { truthSprints } from "./truth-sprints.ts";
import type { Truth } from "./truth.ts";

export { enlarge } from "./big.ts";
export type { BigWorld } from "./big.ts";
export { createCalendar, federalHolidays } from "./calendar.ts";
export type { Calendar } from "./calendar.ts";
export { createLabelledBooks } from "./labelled-books.ts";
export type { LabelledBooks, LabelledPair } from "./labelled-books.ts";
export { INBOUND_LEADS_QUEUE_ID, ROSTER } from "./roster.ts";
export type { RosterEntry, Team } from "./roster.ts";
export type { ScenarioOptions } from "./tell.ts";
export { TruthSchema } from "./truth.ts";
export type { Ref, Truth, TruthContract, TruthHandoff, TruthPair, TruthProcessDefect, TruthSprint } from "./truth.ts";

/**
 * TechFlow Solutions as of an instant (docs/techflow.md): what its systems hold, and what is true of it. Pure: the same
 * options give the same world and truth. The instants in both are ISO 8601 UTC.
 */
export function createTechFlow(options: ScenarioOptions): { world: WorldSeed; truth: Truth } {
  const { story, accountPairs } = tellStory(options);
  const sales = salesToCs(story);
  const truth: Truth = {
    seed: options.seed,
    scale: options.scale,
    asOf: new Date(story.setting.asOf).toISOString(),
    contracts: [SALES_TO_CS, PRODUCT_TO_ENGINEERING, MARKETING_TO_SALES, CS_TO_SALES],
    handoffs: [...sales, ...productToEngineering(story), ...marketingToSales(story), ...csToSales(story)],
    processDefects: processDefects(story, sales),
    sprints: truthSprints(story),
    pairs: truthPairs(accountPairs),
  };
  const world: WorldSeed = {
    company: "TechFlow Solutions",
    salesforce: projectSalesforce(story),
    asana: projectAsana(story),
    monday: projectMonday(story),
    tableau: {
      siteContentUrl: "techflow",
      siteName: "TechFlow",
      userName: "hub@techflow.example",
      projects: ["Default", "Process KPIs"],
    },
  };
  return { world, truth };
}
