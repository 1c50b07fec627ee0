import { monday } from "../../../src/connectors/monday/index.ts";
import { salesforce } from "../../../src/connectors/salesforce/index.ts";
import { createMonday } from "../../../src/sandbox/monday/index.ts";
import { createSalesforce } from "../../../src/sandbox/salesforce/index.ts";
import { fieldsOf, serveSystem, textOf } from "../../acceptance/served-system.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { techFlowOrg } from "../../support/salesforce-seed.ts";
import { START } from "./place.ts";
import type { SideOptions, Source } from "./place.ts";

/** Opportunities that are closed. */
export async function salesforceDeals({ seed, clock }: SideOptions): Promise<Source> {
  const served = await serveSystem({
    system: "salesforce",
    create: (environment) => createSalesforce(techFlowOrg().build(), environment),
    asOf: START,
    clock,
    seed,
    quick: true,
  });
  const write = async (fields: object, id?: string): Promise<string> => {
    const asked = { object: "Opportunity", fields, ...(id === undefined ? {} : { id }) };
    return textOf(fieldsOf(await served.control("POST", "/write", asked))["id"]);
  };
  return {
    served,
    definition: salesforce,
    mapping: `from: source.Opportunity
fields: { name: Name, amount: { number: Amount } }
stage: { from: StageName, values: [Prospecting, Negotiation, Closed Won, Closed Lost] }
`,
    wonStage: "Closed Won",
    open: (amount) =>
      write({ Name: `Deal ${String(amount)}`, StageName: "Prospecting", Amount: amount, CloseDate: "2026-09-30" }),
    win: async (deal) => {
      await write({ StageName: "Closed Won" }, deal);
    },
    set: async (deal, amount) => {
      await write({ Amount: amount }, deal);
    },
  };
}

/** Items that are done. */
export async function mondayDeals({ seed, clock }: SideOptions): Promise<Source> {
  const served = await serveSystem({
    system: "monday",
    create: (environment) => createMonday(mondaySeed([mondayBoardSeed("7001", 0, "Deals")]), environment),
    asOf: START,
    clock,
    seed,
    quick: true,
  });
  const ask = async (query: string, variables: object): Promise<Readonly<Record<string, unknown>>> => {
    const answer = fieldsOf(await served.control("POST", "/write", { query, variables, asUserId: "102" }));
    if (answer["errors"] !== undefined) throw new Error(JSON.stringify(answer["errors"]));
    return fieldsOf(answer["data"]);
  };
  return {
    served,
    definition: monday,
    mapping: `from: source.items
fields: { name: name, amount: { number: Effort } }
stage: { from: Status, values: [Working on it, Done, Stuck] }
`,
    wonStage: "Done",
    open: async (amount) => {
      const { create_item: item } = await ask(
        "mutation ($name: String!, $values: JSON) { create_item(board_id: 7001, item_name: $name, column_values: $values) { id } }",
        {
          name: `Deal ${String(amount)}`,
          values: JSON.stringify({ effort: String(amount), status: { label: "Working on it" } }),
        },
      );
      return textOf(fieldsOf(item)["id"]);
    },
    win: async (deal) => {
      await ask(
        'mutation ($item: ID!) { change_simple_column_value(board_id: 7001, item_id: $item, column_id: "status", value: "Done") { id } }',
        { item: deal },
      );
    },
    set: async (deal, amount) => {
      await ask(
        'mutation ($item: ID!, $value: String!) { change_simple_column_value(board_id: 7001, item_id: $item, column_id: "effort", value: $value) { id } }',
        { item: deal, value: String(amount) },
      );
    },
  };
}
