import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";

let monday: MondayServer;
beforeEach(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 30)]));
});
afterEach(() => monday.stop());

describe("the budgets of the stand-in for monday.com", () => {
  test("charges ten points per object", async () => {
    const { body } = await monday.call(
      "{ complexity { query before after } boards { items_page(limit: 25) { items { id board { id } group { id } } } } }",
    );
    expect(body.data).toMatchObject({ complexity: { query: 20 + 25 * 30, before: 10_000_000, after: 9_999_230 } });
  });

  test("refuses with 429, a code and a delay once the complexity of the minute is spent", async () => {
    await monday.control("POST", "/limits", { complexityMinute: 100 });
    await monday.call("{ boards { items_page { items { id } } } }");
    const { status, headers, body } = await monday.call("{ me { id } }");
    expect(status).toBe(429);
    expect(headers.get("retry-after")).toBe("60");
    expect(body.errors?.[0]?.extensions).toEqual({ code: "COMPLEXITY_BUDGET_EXHAUSTED", retry_in_seconds: 60 });
    monday.clock.advance(60_000);
    expect((await monday.call("{ me { id } }")).status).toBe(200);
  });

  test("shows only so many values of formulas a minute", async () => {
    await monday.data(
      'mutation { create_column(board_id: 7, id: "f", title: "F", column_type: formula, defaults: "{\\"formula\\":\\"{effort}+1\\"}") { id } }',
    );
    await monday.control("POST", "/limits", { formulaMinute: 2 });
    const read = (id: number): Promise<{ body: { data?: unknown; errors?: unknown } }> =>
      monday.call(`{ items(ids: [${id}]) { column_values(ids: ["f"]) { ... on FormulaValue { display_value } } } }`);
    expect((await read(70001)).body.data).toEqual({ items: [{ column_values: [{ display_value: "4" }] }] });
    expect((await read(70002)).body.errors).toBeUndefined();
    expect((await read(70003)).body).toMatchObject({
      data: { items: [null] },
      errors: [{ extensions: { code: "FIELD_LIMIT_EXCEEDED", retry_in_seconds: 60 } }],
    });
    monday.clock.advance(60_000);
    expect((await read(70003)).body.errors).toBeUndefined();
  });

  test("refuses the calls of a minute and of a day beyond their limit", async () => {
    await monday.control("POST", "/limits", { minute: 1, daily: 3 });
    await monday.call("{ me { id } }");
    const minute = await monday.call("{ me { id } }");
    expect(minute.body.errors?.[0]?.extensions?.["code"]).toBe("RATE_LIMIT_EXCEEDED");
    for (let n = 0; n < 2; n += 1) {
      monday.clock.advance(60_000);
      await monday.call("{ me { id } }");
    }
    monday.clock.advance(60_000);
    const day = await monday.call("{ me { id } }");
    expect(day.body.errors?.[0]?.extensions?.["code"]).toBe("DAILY_LIMIT_EXCEEDED");
    expect(await monday.control("GET", "/calls")).toEqual({ total: 5, byOperation: { me: 3, "(refused)": 2 } });
  });

  test("fails once per dial", async () => {
    await monday.dial({ fault: "error-in-200" }, { fault: "error", status: 423, after: 1 });
    expect((await monday.call("{ me { id } }")).body).toMatchObject({
      data: null,
      errors: [{ extensions: { error_code: "INTERNAL_SERVER_ERROR" } }],
    });
    expect((await monday.call("{ me { id } }")).status).toBe(423);
    expect((await monday.call("{ me { id } }")).body.data).toEqual({ me: { id: "101" } });
  });

  test("hides a board and its log on demand", async () => {
    await monday.control("POST", "/visibility", { boardId: "7", activityHidden: true });
    const partial = await monday.call("{ boards { id activity_logs { id } } }");
    expect(partial.body).toMatchObject({
      data: { boards: [{ id: "7", activity_logs: null }] },
      errors: [{ path: ["boards", 0, "activity_logs"], extensions: { code: "USER_UNAUTHORIZED" } }],
    });
    await monday.control("POST", "/visibility", { boardId: "7", hidden: true });
    expect((await monday.call("{ boards { id } items(ids: [70001]) { id } }")).body.data).toEqual({
      boards: [],
      items: [],
    });
  });
});
