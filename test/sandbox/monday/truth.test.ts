import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

let monday: MondayServer;
beforeEach(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 3), mondayBoardSeed("8", 1, "Hidden")]));
});
afterEach(() => monday.stop());

interface Known {
  readonly state: string;
  readonly content: Record<string, unknown>;
}
type Truth = Record<string, Record<string, Known>>;

describe("the truth of the stand-in for monday.com", () => {
  test("names every record with its state, as the API shows it", async () => {
    await monday.data(
      'mutation { a: archive_item(item_id: 70001) { id } b: delete_item(item_id: 70002) { id } c: create_workspace(name: "New", kind: open) { id } }',
    );
    await monday.control("POST", "/visibility", { boardId: "8", hidden: true });
    const truth = (await monday.control("GET", "/truth")) as Truth;
    expect(Object.keys(truth)).toEqual(["workspaces", "users", "boards", "items", "activity_logs"]);
    const states = (stream: string): unknown =>
      Object.fromEntries(Object.entries(truth[stream] ?? {}).map(([id, { state }]) => [id, state]));
    expect(states("items")).toEqual({ 70001: "archived", 70002: "deleted", 70003: "live", 80001: "hidden" });
    expect(states("boards")).toEqual({ 7: "live", 8: "hidden" });
    expect(Object.keys(truth["activity_logs"] ?? {})).toHaveLength(6);
    const found = await monday.data<{ items: Record<string, unknown>[] }>(
      "{ items(ids: [70003]) { id name state created_at updated_at creator_id url board { id } group { id } parent_item { id } column_values { id type text value } } }",
    );
    expect(truth["items"]?.["70003"]?.content).toEqual(found.items[0]);
    const log = await monday.data<{ boards: { activity_logs: { id: string }[] }[] }>(
      "{ boards(ids: [7]) { activity_logs { id event entity data user_id account_id created_at } } }",
    );
    for (const row of log.boards[0]?.activity_logs ?? []) {
      expect(truth["activity_logs"]?.[row.id]?.content).toEqual({ ...row, board: { id: "7" } });
    }
  });

  test("can be asked for single streams", async () => {
    expect(Object.keys((await monday.control("GET", "/truth?streams=users")) as Truth)).toEqual(["users"]);
  });
});
