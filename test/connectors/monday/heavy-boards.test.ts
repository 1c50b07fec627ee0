import { afterEach, describe, expect, test } from "@jest/globals";
import { mondayHub } from "../../support/monday-hub.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

let server: MondayServer;
afterEach(() => server.stop());

describe("a board that asks for much", () => {
  test.each([
    ["one question may not be so complex at all", "maxComplexityExceeded", 2],
    ["its complexity is still too much after a wait", "COMPLEXITY_BUDGET_EXHAUSTED", 3],
  ])("is read whole by shorter pages where %s", async (_title, code, times) => {
    server = await startMonday(mondaySeed([mondayBoardSeed("7", 300)]));
    const hub = await mondayHub(server, ["Status"]);
    await server.dial({ fault: "error-in-200", code, times, after: 1, route: "query boards" });
    const { calls } = await hub.cycle();
    expect(hub.live("items")).toHaveLength(300);
    // Workspaces, users and boards; the refusals; three pages of 125, the log's end.
    expect(calls).toBe(3 + times + 3 + 1);
    expect(await server.control("GET", "/calls")).toMatchObject({ byOperation: { next_items_page: 2 } });
  });

  test("has its formulas read five to a question, for every item and in every way of reading", async () => {
    server = await startMonday(mondaySeed([mondayBoardSeed("7", 2)]));
    const titles = Array.from({ length: 7 }, (_, n) => `Formula ${n + 1}`);
    for (const [n, title] of titles.entries()) {
      const defaults = JSON.stringify({ settings: { formula: `{effort} * ${n + 1}` }, formula: `{effort} * ${n + 1}` });
      await server.data(
        `mutation($title: String!, $defaults: JSON) { create_column(board_id: 7, title: $title, column_type: formula, defaults: $defaults) { id } }`,
        { title, defaults },
      );
    }
    const hub = await mondayHub(server, [...titles, "Status"]);
    const shown = (): unknown[] => titles.map((title) => hub.entity("70002").fields[title]);
    await server.control("DELETE", "/calls");
    await hub.cycle();
    expect(await server.control("GET", "/calls")).toMatchObject({ byOperation: { items: 1 } });
    const read = shown();
    expect(read).toEqual(titles.map((_, n) => 3 * (n + 1)));
    for (const mode of ["full", "sweep"] as const) {
      await hub.cycle(mode);
      expect(shown()).toEqual(read);
    }
  });
});
