import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

let monday: MondayServer;
beforeEach(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 4)]));
});
afterEach(() => monday.stop());

const code = (answer: Awaited<ReturnType<MondayServer["call"]>>): unknown =>
  answer.body.errors?.[0]?.extensions?.["code"];
const text = (words: string): string => JSON.stringify(JSON.stringify({ deltaFormat: [{ insert: words }] }));

interface Made {
  readonly made: { readonly id: string };
}

describe("documents of the stand-in for monday.com", () => {
  test("are made in a workspace and hold blocks in their order", async () => {
    const create = 'mutation { made: create_doc(location: { workspace: { workspace_id: 501, name: "Plan" } }) { id } }';
    const { made: doc } = await monday.data<Made>(create);
    const block = async (words: string, after?: string): Promise<string> => {
      const place = after === undefined ? "" : `, after_block_id: "${after}"`;
      const query = `mutation { made: create_doc_block(doc_id: ${doc.id}, type: normal_text, content: ${text(words)}${place}) { id } }`;
      return (await monday.data<Made>(query)).made.id;
    };
    const first = await block("one");
    const third = await block("three", first);
    await block("two", first);
    await monday.data(`mutation { delete_doc_block(block_id: "${third}") { id } }`);
    expect(
      await monday.data(`{ docs(ids: [${doc.id}]) { name workspace { id } created_by { id } blocks { content } } }`),
    ).toEqual({
      docs: [
        {
          name: "Plan",
          workspace: { id: "501" },
          created_by: { id: "101" },
          blocks: ["one", "two"].map((insert) => ({ content: { deltaFormat: [{ insert }] } })),
        },
      ],
    });
    await monday.data(`mutation { delete_doc(docId: ${doc.id}) }`);
    expect(await monday.data("{ docs { id } }")).toEqual({ docs: [] });
  });

  test("are the value of a doc column where they were made there", async () => {
    const { made: column } = await monday.data<Made>(
      'mutation { made: create_column(board_id: 7, title: "Spec", column_type: doc) { id } }',
    );
    const at = (id: string): string =>
      `mutation { made: create_doc(location: { board: { item_id: 70001, column_id: "${id}" } }) { id } }`;
    const { made: doc } = await monday.data<Made>(at(column.id));
    const cell = `{ items(ids: [70001]) { column_values(ids: ["${column.id}"]) { ... on DocValue { file { doc { id } } } } } }`;
    expect(await monday.data(cell)).toEqual({ items: [{ column_values: [{ file: { doc: { id: doc.id } } }] }] });
    expect(code(await monday.call(at("effort")))).toBe("InvalidColumnIdException");
    expect((await monday.call("mutation { create_doc(location: {}) { id } }")).body.errors).toHaveLength(1);
  });
});

describe("views and rules of a board", () => {
  test("are made, changed and taken away", async () => {
    const { made: view } = await monday.data<Made>(
      'mutation { made: create_view(board_id: 7, type: TABLE, name: "Mine", settings: "{}", tags: ["a"]) { id } }',
    );
    await monday.data(`mutation { update_view(board_id: 7, view_id: ${view.id}, type: TABLE, name: "Ours") { id } }`);
    const views = "{ boards(ids: [7]) { views { name type tags access_level } } }";
    expect(await monday.data(views)).toEqual({
      boards: [{ views: [{ name: "Ours", type: "TableBoardView", tags: ["a"], access_level: "edit" }] }],
    });
    await monday.data(`mutation { delete_view(board_id: 7, view_id: ${view.id}) { id } }`);
    expect(await monday.data(views)).toEqual({ boards: [{ views: [] }] });
    expect(code(await monday.call("mutation { delete_view(board_id: 7, view_id: 1) { id } }"))).toBeDefined();
  });

  test("a rule that is changed keeps its id", async () => {
    const rule = (operator: string): string => `rule: { then: { operator: ${operator}, groups: [] } }`;
    const { made } = await monday.data<Made>(`mutation { made: create_validation_rule(id: 7, ${rule("AND")}) { id } }`);
    await monday.data(`mutation { update_validation_rule(id: 7, rule_id: "${made.id}", ${rule("OR")}) { id } }`);
    expect(JSON.stringify(await monday.data("{ validations(id: 7) { rules } }"))).toMatch(
      new RegExp(`"operator":"OR".*"id":"${made.id}"`, "u"),
    );
  });
});
