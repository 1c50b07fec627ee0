import { monday } from "../../../src/connectors/monday/index.ts";
import { salesforce } from "../../../src/connectors/salesforce/index.ts";
import type { JsonObject } from "../../../src/model/index.ts";
import { createMonday } from "../../../src/sandbox/monday/index.ts";
import { createSalesforce } from "../../../src/sandbox/salesforce/index.ts";
import type { TrueRecord } from "../../acceptance/harness.ts";
import { fieldsOf, serveSystem, textOf } from "../../acceptance/served-system.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { techFlowOrg } from "../../support/salesforce-seed.ts";
import { START } from "./place.ts";
import type { SideOptions, Target } from "./place.ts";

/** Items of a board; a text column carries the marker, and what is written shows late. */
export async function mondayItems({ seed, clock, before }: SideOptions): Promise<Target> {
  const board = mondayBoardSeed("7002", 0, "Delivery");
  const columns = [...board.columns, { id: "marker", title: "Marker", type: "text" } as const];
  const served = await serveSystem({
    system: "monday",
    create: (environment) => createMonday(mondaySeed([{ ...board, columns }]), environment),
    asOf: START,
    clock,
    seed,
    quick: true,
    bend: async (request) => {
      await before(request);
      return request;
    },
  });
  const ask = async (query: string, variables: object): Promise<JsonObject> => {
    const answer = fieldsOf(await served.control("POST", "/write", { query, variables, asUserId: "102" }));
    if (answer["errors"] !== undefined) throw new Error(JSON.stringify(answer["errors"]));
    return fieldsOf(answer["data"]);
  };
  return {
    served,
    definition: monday,
    settings: ", marker: Marker",
    mapping: `from: target.items
fields: { name: name, deal_id: Reference, amount: { number: Effort } }
`,
    place: "Delivery/Backlog",
    conditional: false,
    traceless: false,
    works: async () => {
      const { items } = fieldsOf(await served.control("GET", "/truth?streams=items"));
      return Object.values(fieldsOf(items)).flatMap((row) => {
        const { state, content } = fieldsOf(row) as unknown as TrueRecord;
        if (state !== "live") return [];
        const cells = content["column_values"] as readonly JsonObject[];
        const cell = (id: string): unknown => {
          const value = cells.find((one) => one["id"] === id)?.["value"] ?? null;
          return value === null ? null : JSON.parse(textOf(value));
        };
        const [deal, amount] = [cell("reference"), cell("effort")];
        const id = textOf(content["id"]);
        return [
          { id, deal: deal === null ? null : textOf(deal), amount: amount === null ? null : Number(amount), lacks: [] },
        ];
      });
    },
    putAway: async () => {
      const { items } = fieldsOf(await served.control("GET", "/truth?streams=items"));
      return new Set(
        Object.entries(fieldsOf(items)).flatMap(([id, row]) => (fieldsOf(row)["state"] === "archived" ? [id] : [])),
      );
    },
    make: async (deal, amount) => {
      const { create_item: item } = await ask(
        'mutation ($values: JSON) { create_item(board_id: 7002, item_name: "By hand", column_values: $values) { id } }',
        { values: JSON.stringify({ reference: deal, effort: String(amount) }) },
      );
      return textOf(fieldsOf(item)["id"]);
    },
    set: async (work, amount) => {
      await ask(
        'mutation ($item: ID!, $value: String!) { change_simple_column_value(board_id: 7002, item_id: $item, column_id: "effort", value: $value) { id } }',
        { item: work, value: String(amount) },
      );
    },
    remove: async (work) => {
      await ask("mutation ($item: ID!) { delete_item(item_id: $item) { id } }", { item: work });
    },
  };
}

/** Accounts: an external id carries the marker, and what changed meanwhile is refused. */
export async function salesforceAccounts({ seed, clock, before }: SideOptions): Promise<Target> {
  const org = techFlowOrg()
    .customField("Account", { name: "Deal_Id__c", label: "Deal id", type: "string" })
    .customField("Account", { name: "Put_Away__c", label: "Put away", type: "string" })
    .customField("Account", { name: "Seats__c", label: "Seats", type: "double" })
    .track("Account", "Seats__c");
  const served = await serveSystem({
    system: "salesforce",
    create: (environment) => createSalesforce(org.build(), environment),
    asOf: START,
    clock,
    seed,
    quick: true,
    bend: async (request) => {
      await before(request);
      return request;
    },
  });
  const write = async (fields: object, id?: string): Promise<string> => {
    const asked = { object: "Account", fields, ...(id === undefined ? {} : { id }) };
    return textOf(fieldsOf(await served.control("POST", "/write", asked))["id"]);
  };
  return {
    served,
    definition: salesforce,
    settings: ", externalIds: { Account: Hub_External_Id__c }, retire: { Account: { tag: Put_Away__c } }",
    mapping: `from: target.Account
fields: { name: Name, deal_id: Deal_Id__c, amount: { number: Seats__c } }
`,
    place: "Account",
    conditional: true,
    traceless: false,
    works: async () => {
      const { Account: accounts } = fieldsOf(await served.control("GET", "/truth?streams=Account"));
      return Object.values(fieldsOf(accounts)).flatMap((row) => {
        const { state, content } = fieldsOf(row) as unknown as TrueRecord;
        if (state !== "live") return [];
        const { Id: id, Deal_Id__c: deal = null, Seats__c: amount = null } = content;
        return [
          {
            id: textOf(id),
            deal: deal === null ? null : textOf(deal),
            amount: amount === null ? null : Number(amount),
            lacks: [],
          },
        ];
      });
    },
    putAway: async () => {
      const { Account: accounts } = fieldsOf(await served.control("GET", "/truth?streams=Account"));
      return new Set(
        Object.entries(fieldsOf(accounts)).flatMap(([id, row]) => {
          const { state, content } = fieldsOf(row) as unknown as TrueRecord;
          return state === "live" && typeof content["Put_Away__c"] === "string" ? [id] : [];
        }),
      );
    },
    make: (deal, amount) => write({ Name: "By hand", Deal_Id__c: deal, Seats__c: amount }),
    set: async (work, amount) => {
      await write({ Seats__c: amount }, work);
    },
    remove: async (work) => {
      await served.control("POST", "/hard-delete", { object: "Account", id: work });
    },
  };
}
