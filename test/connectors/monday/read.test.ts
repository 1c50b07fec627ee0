import type { MondayActivitySeed } from "../../../src/sandbox/seeds.ts";
import { afterEach, describe, expect, test } from "@jest/globals";
import { mondayHub } from "../../support/monday-hub.ts";
import type { MondayHub } from "../../support/monday-hub.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

const ALL = ["Status", "Owner", "Due", "Span", "Effort", "Reference", "Tier", "Approved", "Deal"];

let server: MondayServer;
let hub: MondayHub;
afterEach(() => server.stop());

const start = async (count: number, selection: readonly string[] = ALL): Promise<void> => {
  server = await startMonday(
    mondaySeed([mondayBoardSeed("7", count, "Roadmap 2026"), mondayBoardSeed("8", 2, "Other")]),
  );
  hub = await mondayHub(server, selection, { boards: { name: "roadmap *" } });
  await hub.connection.identify(new AbortController().signal);
};
const minutes = (count: number): void => server.clock.advance(count * 60_000);
const write = (query: string): Promise<unknown> => server.data(`mutation { ${query} }`);
const setStatus = (item: string, label: string): Promise<unknown> =>
  write(`change_simple_column_value(board_id: 7, item_id: ${item}, column_id: "status", value: "${label}") { id }`);

describe("reading monday.com", () => {
  test("reads the boards the settings name, their items and the items' log", async () => {
    await start(3);
    const { calls, pages } = await hub.cycle();
    expect(hub.live("boards")).toEqual(["7"]);
    expect(hub.live("users")).toEqual(["101", "102", "103"]);
    expect(hub.live("items")).toEqual(["70001", "70002", "70003"]);
    expect(hub.live("activity_logs")).toHaveLength(3);
    expect(calls).toBe(4 + 1);
    expect(pages.at(-1)).toMatchObject({ sourceCount: { count: 3 } });
  });

  test("spends one call on a board where nothing happened", async () => {
    await start(3);
    minutes(10);
    await hub.cycle();
    await server.control("DELETE", "/calls");
    minutes(10);
    const { calls, pages } = await hub.cycle();
    expect(calls).toBe(3 + 1);
    expect(pages.flatMap((page) => page.records.filter((record) => record.stream === "items"))).toEqual([]);
  });

  test("keeps only the columns asked for, in items and in their log", async () => {
    await start(1, ["Effort"]);
    await setStatus("70001", "Done");
    await write('change_simple_column_value(board_id: 7, item_id: 70001, column_id: "effort", value: "8") { id }');
    await hub.cycle();
    const entity = hub.entity("70001");
    expect(entity.fields["Effort"]).toBe(8);
    expect(JSON.stringify(hub.entity("70001"))).not.toContain("Done");
    expect(hub.live("activity_logs")).toHaveLength(2);
  });

  test("asks for everything again once other columns are asked for", async () => {
    await start(2, ["Effort"]);
    await hub.cycle();
    minutes(60);
    const wider = await mondayHub(server, ["Effort", "Status"], { boards: { name: "Roadmap*" } });
    const position = {
      covered: [],
      state: { columns: "other", itemsBefore: 1, anchor: null, walk: null, settled: [] },
    };
    await wider.cycle();
    const pages = [];
    for await (const page of wider.connection.read?.read(
      { stream: "items", id: "7", title: "" },
      position,
      wider.context(),
    ) ?? []) {
      pages.push(page);
    }
    expect(pages.flatMap((page) => page.records.filter(({ stream }) => stream === "items"))).toHaveLength(2);
  });

  test("picks up changes since the last cycle", async () => {
    await start(30);
    await hub.cycle();
    minutes(30);
    await setStatus("70004", "Done");
    minutes(30);
    const { pages } = await hub.cycle();
    const items = pages.flatMap((page) => page.records.filter((record) => record.stream === "items"));
    expect(items.map((item) => item.id)).toEqual(["70004"]);
    expect(
      hub
        .entity("70004")
        .transitions.filter(({ field }) => field === "Status")
        .map(({ to }) => to),
    ).toEqual([
      { option: "0", name: "Working on it" },
      { option: "1", name: "Done" },
    ]);
  });

  test.each([[["between"]], [["between", "greater_than_or_equals"]]])(
    "finds changes also where the filter forms %j are refused",
    async (refused) => {
      await start(30);
      await hub.cycle();
      minutes(60 * 24 * 3);
      await setStatus("70004", "Done");
      await server.control("POST", "/filters", { refused });
      const { pages } = await hub.cycle();
      const items = pages.flatMap((page) => page.records.filter((record) => record.stream === "items"));
      expect(items.map((item) => item.id)).toEqual(["70004"]);
      expect((await hub.cycle()).calls).toBe(4);
    },
  );

  test("loses nothing where readers see writes half a minute late", async () => {
    await start(3);
    minutes(10);
    await server.control("POST", "/lag", { ms: 30_000 });
    await setStatus("70001", "Done");
    await write("delete_item(item_id: 70002) { id }");
    server.clock.advance(5000);
    await hub.cycle();
    expect(hub.live("items")).toHaveLength(3);
    minutes(1);
    await hub.cycle();
    expect(hub.live("items")).toEqual(["70001", "70003"]);
    expect(hub.entity("70001")).toMatchObject({ fields: { Status: { name: "Done" } }, gaps: [] });
  });

  test("learns of archived and deleted items from the log, and of restored ones", async () => {
    await start(4);
    await write("a: archive_item(item_id: 70004) { id }");
    await hub.cycle();
    minutes(20);
    await write("a: archive_item(item_id: 70001) { id } b: delete_item(item_id: 70002) { id }");
    const at = server.clock.now();
    minutes(20);
    await hub.cycle();
    expect(hub.live("items")).toEqual(["70003"]);
    expect(hub.tombstones().filter(({ id }) => id !== "70004")).toEqual([
      { stream: "items", id: "70001", cause: "archived", at },
      { stream: "items", id: "70002", cause: "deleted", at },
    ]);
    expect(hub.entity("70004")).toMatchObject({ fields: { name: "Item 4" }, removed: { cause: "archived" } });
    await server.control("POST", "/restore", { itemId: "70002" });
    await hub.cycle();
    expect(hub.live("items")).toEqual(["70002", "70003"]);
    minutes(20);
    await hub.cycle();
    const { calls } = await hub.cycle();
    expect(calls).toBe(4);
  });

  test("goes on without a gap when the cursor is forgotten in the middle", async () => {
    await start(1200);
    await hub.crash("boards", "all", 1);
    const reading = hub.connection.read?.read({ stream: "items", id: "7", title: "" }, null, hub.context());
    const seen = new Set<string>();
    let pages = 0;
    for await (const page of reading ?? []) {
      for (const record of page.records) if (record.stream === "items") seen.add(record.id);
      pages += 1;
      // An item of the second page is changed before it is read: its new stamp must not draw the mark past its neighbours.
      if (pages === 1) await setStatus("70900", "Done");
      if (pages === 2) server.clock.advance(61 * 60_000);
    }
    expect(seen.size).toBe(1200);
  });

  test("goes on after a crash from the last stored page", async () => {
    await start(1200);
    await hub.crash("boards", "all", 1);
    await hub.crash("items", "7", 1);
    expect(hub.live("items")).toHaveLength(500);
    await hub.cycle();
    expect(hub.live("items")).toHaveLength(1200);
    expect(hub.live("activity_logs")).toHaveLength(1200);
  });

  test("walks a log of more than 10,000 rows to its start, also after a crash", async () => {
    const board = mondayBoardSeed("7", 1);
    const rows = Array.from({ length: 11_500 }, (_, n): MondayActivitySeed => ({
      id: `row-${n}`,
      event: "update_column_value",
      entity: "pulse",
      userId: "101",
      // A hundred rows at a time share their instant, so that cuts fall into ties.
      createdAt: new Date(Date.UTC(2026, 1, 1) + Math.floor(n / 100) * 1000).toISOString(),
      data: { board_id: 7, pulse_id: 70001, column_id: "effort", column_type: "numeric", value: { value: n } },
    }));
    server = await startMonday(mondaySeed([{ ...board, activity: [...board.activity, ...rows] }]));
    hub = await mondayHub(server, ["Effort"]);
    await hub.crash("boards", "all", 1);
    await hub.crash("items", "7", 3);
    expect(hub.live("activity_logs")).toHaveLength(3000);
    await hub.cycle();
    expect(hub.live("activity_logs")).toHaveLength(11_501);
    expect((await hub.cycle()).calls).toBe(4);
  });

  test("finds by a sweep what no log row tells, and leaves what moved out of sight undeleted", async () => {
    await start(3);
    await hub.cycle();
    await server.control("POST", "/visibility", { boardId: "7", hidden: true });
    await hub.cycle();
    expect(hub.tombstones().filter(({ stream }) => stream !== "workspaces")).toEqual([
      { stream: "boards", id: "7", cause: "visibility lost", at: null },
      ...["70001", "70002", "70003"].map((id) => ({ stream: "items", id, cause: "visibility lost", at: null })),
    ]);
    await server.control("POST", "/visibility", { boardId: "7", hidden: false });
    await hub.cycle();
    expect(hub.live("items")).toHaveLength(3);
    const { pages } = await hub.cycle("sweep");
    expect(pages.at(-1)).toMatchObject({ sourceCount: { count: 3 }, tombstones: [] });
  });

  test("ends a board's items with the board when it is archived", async () => {
    await start(2);
    await hub.cycle();
    await write("archive_board(board_id: 7) { id }");
    await hub.cycle();
    expect(
      hub
        .tombstones()
        .map(({ stream, cause }) => `${stream} ${cause}`)
        .sort(),
    ).toEqual(["boards archived", "items archived", "items archived"]);
  });
});
