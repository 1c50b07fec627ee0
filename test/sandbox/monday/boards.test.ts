import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

let monday: MondayServer;
beforeEach(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 4)]));
});
afterEach(() => monday.stop());

const rows = async (): Promise<{ event: string; data: Record<string, unknown> }[]> => {
  const found = await monday.data<{ boards: { activity_logs: { event: string; data: string }[] }[] }>(
    "{ boards(ids: [7]) { activity_logs(limit: 50) { event data } } }",
  );
  return (found.boards[0]?.activity_logs ?? []).map(({ event, data }) => ({
    event,
    data: JSON.parse(data) as Record<string, unknown>,
  }));
};
const code = (answer: Awaited<ReturnType<MondayServer["call"]>>): unknown =>
  answer.body.errors?.[0]?.extensions?.["code"];

describe("boards of the stand-in for monday.com", () => {
  test("lose a group with its items, but never the last one", async () => {
    await monday.data('mutation { delete_group(board_id: 7, group_id: "second") { id deleted } }');
    expect(await monday.data("{ items(ids: [70002]) { state } boards { groups { id } items_count } }")).toEqual({
      items: [{ state: "deleted" }],
      boards: [{ groups: [{ id: "topics" }], items_count: 2 }],
    });
    expect((await rows()).slice(0, 3).map((row) => row.event)).toEqual([
      "delete_group_pulse",
      "delete_group_pulse",
      "delete_group",
    ]);
    const last = await monday.call('mutation { delete_group(board_id: 7, group_id: "topics") { id } }');
    expect(code(last)).toBe("DeleteLastGroupException");
    const missing = await monday.call('mutation { archive_group(board_id: 7, group_id: "nope") { id } }');
    expect(code(missing)).toBe("USER_UNAUTHORIZED");
  });

  test("refuse values their required columns do not allow, naming item and columns in a list", async () => {
    await monday.data('mutation { add_required_column(id: 7, column_id: "effort") { required_column_ids } }');
    const cleared = await monday.call(
      'mutation { change_multiple_column_values(board_id: 7, item_id: 70001, column_values: "{\\"effort\\":null}") { id } }',
    );
    expect(cleared.status).toBe(200);
    expect(cleared.body.errors?.[0]?.extensions).toMatchObject({
      code: "DATA_VALIDATIONS_ERROR",
      status_code: 422,
      error_data: [{ itemId: 70001, columnIds: ["effort"] }],
    });
    expect(code(await monday.call('mutation { create_item(board_id: 7, item_name: "Bare") { id } }'))).toBe(
      "DATA_VALIDATIONS_ERROR",
    );
  });

  test("refuse values their rules do not allow where the rules' conditions hold", async () => {
    const rule = `rule: {
      if: { groups: [{ column_id: "status", operator: ANY_OF, compare_value: ["Done"] }] }
      then: { operator: AND, groups: [{ column_id: "effort", operator: BETWEEN, compare_value: [1, 5] }] }
    }`;
    await monday.data(`mutation { create_validation_rule(id: 7, ${rule}) { id } }`);
    const write = (values: object): ReturnType<MondayServer["call"]> =>
      monday.call(
        "mutation ($v: JSON!) { change_multiple_column_values(board_id: 7, item_id: 70001, column_values: $v) { id } }",
        { v: JSON.stringify(values) },
      );
    expect(code(await write({ effort: "9" }))).toBeUndefined();
    expect((await write({ status: { label: "Done" } })).body.errors?.[0]?.extensions).toMatchObject({
      code: "DATA_VALIDATIONS_ERROR",
      error_data: [{ itemId: 70001, columnIds: ["effort"] }],
    });
    expect(code(await write({ status: { label: "Done" }, effort: "5" }))).toBeUndefined();
    expect(code(await write({ effort: "6" }))).toBe("DATA_VALIDATIONS_ERROR");
    expect(code(await write({ owner: null }))).toBeUndefined();
  });

  test("answer 423 while they are locked, and forget the Idempotency-Key of what did not happen", async () => {
    await monday.control("POST", "/lock", { boardId: "7", locked: true });
    const write = (): ReturnType<MondayServer["call"]> =>
      monday.call('mutation { create_item(board_id: 7, item_name: "Later") { id } }', {}, { "idempotency-key": "k" });
    const locked = await write();
    expect([locked.status, locked.body.errors?.[0]?.message]).toEqual([
      423,
      "Resource is currently locked, please try again later",
    ]);
    await monday.control("POST", "/lock", { boardId: "7", locked: false });
    expect((await write()).body.errors).toBeUndefined();
  });

  test("may be made only so often a minute", async () => {
    await monday.control("POST", "/limits", { heavyMinute: 1 });
    const make = (): ReturnType<MondayServer["call"]> =>
      monday.call('mutation { create_board(board_name: "B", board_kind: public) { id } }');
    expect((await make()).status).toBe(200);
    const second = await make();
    expect([second.status, second.headers.get("retry-after"), code(second)]).toEqual([
      429,
      "60",
      "RATE_LIMIT_EXCEEDED",
    ]);
    monday.clock.advance(60_000);
    expect((await make()).status).toBe(200);
  });

  test("log a change of many items with and without rows of their own, and an undo", async () => {
    const batch = { boardId: 7, columnId: "status", value: { label: "Done" }, asUserId: -4 };
    await monday.control("POST", "/batch", { ...batch, itemIds: [70001, 70002] });
    await monday.control("POST", "/batch", { ...batch, itemIds: [70003], perItemRows: false });
    await monday.data('mutation { move_item_to_group(item_id: 70001, group_id: "second") { id } }');
    await monday.control("POST", "/undo", { boardId: 7 });
    await monday.control("POST", "/log", { boardId: 7, event: "something_new", data: { pulse_id: 70001 } });
    const found = (await rows()).slice(0, 6);
    expect(found.map((row) => row.event)).toEqual([
      "something_new",
      "move_pulse_from_group",
      "move_pulse_from_group",
      "batch_change_pulses_column_value",
      "update_column_value",
      "update_column_value",
    ]);
    expect(found[1]?.data).toMatchObject({ is_undo_action: true, dest_group: { id: "topics" } });
    expect(found[3]?.data).toMatchObject({ pulse_ids: [70003], value: { index: 1 } });
    expect(found[3]?.data["previous_value"]).toBeUndefined();
    const done = await monday.data<{ items: unknown[] }>(
      '{ items(ids: [70001, 70003]) { group { id } column_values(ids: ["status"]) { text } } }',
    );
    expect(done.items).toEqual([
      { group: { id: "topics" }, column_values: [{ text: "Done" }] },
      { group: { id: "topics" }, column_values: [{ text: "Done" }] },
    ]);
  });

  test("delete many items with one row, tell the outcome as a job, and purge for good", async () => {
    const job = await monday.data<{ bulk_delete_items: { job_id: string } }>(
      "mutation { bulk_delete_items(board_id: 7, item_ids: [70001, 70002, 1]) { job_id } }",
    );
    expect(
      await monday.data(
        `{ job_status(job_id: "${job.bulk_delete_items.job_id}") { status result { total succeeded failed } } }`,
      ),
    ).toEqual({ job_status: { status: "COMPLETED", result: { total: 3, succeeded: 2, failed: 1 } } });
    expect((await rows())[0]).toMatchObject({ event: "batch_delete_pulses", data: { pulse_ids: [70001, 70002] } });
    await monday.control("POST", "/purge", { itemId: "70001" });
    expect(await monday.data("{ items(ids: [70001, 70002]) { id state } }")).toEqual({
      items: [{ id: "70002", state: "deleted" }],
    });
  });

  test("count and add up their items", async () => {
    const found = await monday.data(
      '{ aggregate(query: { from: { type: TABLE, id: 7 }, group_by: [{ column_id: "group" }], select: [{ type: COLUMN, column: { column_id: "group" }, as: "group" }, { type: FUNCTION, as: "sum", function: { function: SUM, params: [{ type: COLUMN, as: "x", column: { column_id: "effort" } }] } }] }) { results { entries { alias value { ... on AggregateGroupByResult { value } ... on AggregateBasicAggregationResult { result } } } } } }',
    );
    expect(found).toMatchObject({
      aggregate: {
        results: [
          { entries: [{ value: { value: "topics" } }, { value: { result: 6 } }] },
          { entries: [{ value: { value: "second" } }, { value: { result: 6 } }] },
        ],
      },
    });
  });

  test("hold updates with replies, edits and likes, and touch the item", async () => {
    const made = await monday.data<{ create_update: { id: string } }>(
      'mutation { create_update(item_id: 70001, body: "<p>Hello</p>") { id } }',
    );
    const { id } = made.create_update;
    await monday.data(
      `mutation { a: create_update(item_id: 70001, parent_id: ${id}, body: "Reply") { id } b: edit_update(id: ${id}, body: "<b>Hi</b>") { id } c: like_update(update_id: ${id}) { id } }`,
    );
    expect(
      await monday.data(
        "{ items(ids: [70001]) { updated_at updates { text_body created_at replies { body } likes { creator_id } } } }",
      ),
    ).toEqual({
      items: [
        {
          updated_at: "2026-11-23T09:00:00Z",
          updates: [
            {
              text_body: "Hi",
              created_at: "2026-11-23T09:00:00.000Z",
              replies: [{ body: "Reply" }],
              likes: [{ creator_id: "101" }],
            },
          ],
        },
      ],
    });
  });
});
