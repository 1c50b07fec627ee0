import { ApiClient } from "@mondaydotcomorg/api";
import { buildClientSchema, buildSchema, findBreakingChanges, getIntrospectionQuery } from "graphql";
import type { IntrospectionQuery } from "graphql";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

let monday: MondayServer;
let client: ApiClient;
beforeEach(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 3)]));
  client = new ApiClient({ token: monday.token, endpoint: monday.endpoint });
});
afterEach(() => monday.stop());

describe("clients written by others", () => {
  test("find the official client's own operations answered, at the version it asks for by itself", async () => {
    const { operations } = client;
    expect(await operations.getMeOp()).toMatchObject({ me: { id: "101" } });
    expect(await operations.createItemOp({ boardId: "7", groupId: "topics", itemName: "New" })).toMatchObject({
      create_item: { name: "New" },
    });
    const change = { boardId: "7", itemId: "70001", columnId: "status" };
    expect(await operations.changeColumnValueOp({ ...change, value: '{"label":"Done"}' })).toMatchObject({
      change_column_value: { id: "70001" },
    });
    expect(await operations.changeSimpleColumnValueOp({ ...change, value: "Stuck" })).toMatchObject({
      change_simple_column_value: { id: "70001" },
    });
    expect(await operations.getBoardGroupsOp({ ids: ["7"] })).toMatchObject({
      boards: [{ groups: [{ id: "topics" }, { id: "second" }] }],
    });
    expect(await operations.getBoardItemsOp({ ids: ["7"] })).toBeDefined();
  });

  test("build the schema from introspection, the same as its text", async () => {
    const found = buildClientSchema(await client.request<IntrospectionQuery>(getIntrospectionQuery()));
    const text = await (await fetch(`${monday.endpoint}/get_schema?format=sdl&version=2026-01`)).text();
    expect(findBreakingChanges(found, buildSchema(text))).toEqual([]);
    expect(findBreakingChanges(buildSchema(text), found)).toEqual([]);
    expect(found.getType("User")).toHaveProperty("_fields.is_admin");
    expect(
      buildSchema(await (await fetch(`${monday.endpoint}/get_schema?format=sdl&version=2026-10`)).text()),
    ).toBeDefined();
  });

  test("upload files as the client's multipart form and as a plain form", async () => {
    await monday.data('mutation { create_column(board_id: 7, id: "docs", title: "Docs", column_type: file) { id } }');
    const file = new File(["hello"], "note.txt", { type: "text/plain" });
    const mutation =
      'mutation ($file: File!) { add_file_to_column(item_id: 70001, column_id: "docs", file: $file) { name file_size } }';
    expect(await client.request(mutation, { file })).toEqual({
      add_file_to_column: { name: "note.txt", file_size: 5 },
    });
    const form = new FormData();
    form.append("query", mutation);
    form.append("variables[file]", file);
    const plain = await fetch(`${monday.endpoint}/file`, {
      method: "POST",
      headers: { authorization: monday.token },
      body: form,
    });
    expect(await plain.json()).toMatchObject({ data: { add_file_to_column: { name: "note.txt" } } });
    const found = await monday.data(
      '{ items(ids: [70001]) { assets { name } column_values(ids: ["docs"]) { ... on FileValue { files { __typename } } } } }',
    );
    expect(found).toEqual({
      items: [
        {
          assets: [{ name: "note.txt" }, { name: "note.txt" }],
          column_values: [{ files: [{ __typename: "FileAssetValue" }, { __typename: "FileAssetValue" }] }],
        },
      ],
    });
  });
});
