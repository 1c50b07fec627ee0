import { monday } from "../../../src/connectors/monday/index.ts";
import type { JsonObject } from "../../../src/model/index.ts";
import { createMonday } from "../../../src/sandbox/monday/index.ts";
import { fieldsOf, serveSystem, textOf } from "../../acceptance/served-system.ts";
import type { WritingHarness, WritingWorld } from "../../acceptance/writing-harness.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";

async function start(settings: JsonObject): Promise<WritingWorld> {
  const served = await serveSystem({
    system: "monday",
    create: (environment) => createMonday(mondaySeed([mondayBoardSeed("7", 2, "Roadmap")]), environment),
    asOf: Date.UTC(2026, 10, 23, 9),
    seed: 3,
  });
  const ask = async (query: string, variables: object = {}): Promise<JsonObject> => {
    const answer = fieldsOf(await served.control("POST", "/write", { query, variables, asUserId: "102" }));
    if (answer["errors"] !== undefined) throw new Error(JSON.stringify(answer["errors"]));
    return fieldsOf(answer["data"]);
  };
  const item = async (id: string): Promise<JsonObject> => {
    const { items } = await ask("query ($ids: [ID!]) { items(ids: $ids) { name state } }", { ids: [id] });
    return fieldsOf((items as readonly JsonObject[])[0]);
  };
  return {
    served,
    settings,
    creation: (marker) => ({
      stream: "items",
      marker,
      template: "Roadmap/Doing",
      fields: { name: "Feature", Status: "Stuck", Owner: { person: "ann@example.test" } },
    }),
    nameOf: async (id) => {
      const { name, state } = await item(id);
      return state === "active" ? textOf(name) : null;
    },
    count: async () => {
      const { boards } = await ask("{ boards(ids: [7]) { items_count } }");
      return Number(fieldsOf((boards as readonly JsonObject[])[0])["items_count"]);
    },
    rename: async (id, name) => {
      await ask(
        "mutation ($id: ID!, $values: JSON!) { change_multiple_column_values(board_id: 7, item_id: $id, column_values: $values) { id } }",
        { id, values: JSON.stringify({ name }) },
      );
    },
    copy: async (id) => {
      const { duplicate_item: made } = await ask(
        "mutation ($id: ID!) { duplicate_item(board_id: 7, item_id: $id, with_updates: true) { id } }",
        { id },
      );
      return textOf(fieldsOf(made)["id"]);
    },
    naming: (name) => ({ name }),
    toWhoLeft: { Owner: { person: "103" } },
    close: () => served.close(),
  };
}

const ITEMS = {
  definition: monday,
  stream: "items",
  creating: "mutation create_item",
  changing: "mutation change_multiple_column_values",
  refusal: { fault: "error-in-200", code: "ColumnValueException" },
};

/** Items of monday.com, on boards with a column for the marker. */
export const mondayWriting: WritingHarness = {
  ...ITEMS,
  title: "Items of monday.com",
  halfDone: { dial: null, because: "an item is made with its columns and its group in one call" },
  start: () => start({ marker: "Reference" }),
};

/** Items of monday.com, on boards without one. */
export const mondayNotedWriting: WritingHarness = {
  ...ITEMS,
  title: "Items of monday.com without a marker column",
  halfDone: { dial: { fault: "error-in-200", code: "USER_UNAUTHORIZED", route: "mutation create_update" } },
  start: () => start({}),
};
