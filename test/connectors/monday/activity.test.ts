import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { FieldValue } from "../../../src/model/index.ts";
import { mondayHub } from "../../support/monday-hub.ts";
import type { MondayHub } from "../../support/monday-hub.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

let server: MondayServer;
let hub: MondayHub;
beforeEach(async () => {
  server = await startMonday(mondaySeed([mondayBoardSeed("7", 4, "Roadmap")]));
  hub = await mondayHub(server, ["Status", "Effort"]);
  await hub.cycle();
  minutes(30);
});
afterEach(() => server.stop());

const minutes = (count: number): void => server.clock.advance(count * 60_000);
const write = (query: string): Promise<unknown> => server.data(`mutation { ${query} }`);
const control = (path: string, body: object): Promise<unknown> => server.control("POST", path, body);
/** A status change of an item as `from → to` labels, with who made it. */
const told = (id: string): string[] =>
  hub
    .entity(id)
    .transitions.filter(({ field }) => field === "Status")
    .map(({ from, to, by }) => `${nameOf(from)} → ${nameOf(to)} by ${by.kind}`);
const nameOf = (value: FieldValue): string =>
  typeof value === "object" && value !== null && "name" in value ? value.name : "nothing";
const BEGUN = "nothing → Working on it by unknown";

describe("monday.com's activity log", () => {
  test.each([true, false])("tells a batch edit once per item, with rows of their own: %s", async (perItemRows) => {
    const itemIds = ["70001", "70002"];
    await control("/batch", { boardId: "7", itemIds, columnId: "status", value: { index: 1 }, perItemRows });
    minutes(30);
    await hub.cycle();
    for (const id of itemIds) {
      expect(told(id)).toEqual([BEGUN, "Working on it → Done by unknown"]);
      expect(hub.entity(id)).toMatchObject({ fields: { Status: { name: "Done" } }, gaps: [] });
    }
    expect(told("70003")).toEqual([BEGUN]);
  });

  test("leaves out what was taken back, together with its taking back", async () => {
    await write('change_simple_column_value(board_id: 7, item_id: 70001, column_id: "status", value: "Done") { id }');
    await control("/undo", { boardId: "7" });
    await write('move_item_to_group(item_id: 70002, group_id: "topics") { id }');
    await control("/undo", { boardId: "7" });
    minutes(30);
    await hub.cycle();
    expect(told("70001")).toEqual([BEGUN]);
    const moved = hub.entity("70002");
    expect(moved.transitions.filter(({ field }) => field === "group")).toHaveLength(1);
    expect(moved).toMatchObject({ fields: { group: { option: "second" } }, gaps: [] });
    expect(hub.entity("70001").gaps).toEqual([]);
  });

  test("of an automation is told as such", async () => {
    await control("/write", {
      query:
        'mutation { change_simple_column_value(board_id: 7, item_id: 70001, column_id: "status", value: "Stuck") { id } }',
      asUserId: -4,
    });
    minutes(30);
    await hub.cycle();
    expect(told("70001")).toEqual([BEGUN, "Working on it → Stuck by automation"]);
  });

  test("of events nobody knows is kept and does no harm", async () => {
    await control("/log", { boardId: "7", event: "entity_teleported", data: { pulse_id: 70_001, whither: "Mars" } });
    await control("/log", { boardId: "7", event: "board_dreamt", entity: "board", data: {} });
    minutes(30);
    await hub.cycle();
    expect(told("70001")).toEqual([BEGUN]);
    expect(hub.entity("70001").gaps).toEqual([]);
  });

  test("without the names of the items that ended makes the board's ids be compared, once", async () => {
    await control("/write", { query: "mutation { delete_item(item_id: 70002) { id } }" });
    await control("/log", { boardId: "7", event: "delete_group", entity: "board", data: { group_id: "second" } });
    await control("/purge", { itemId: "70004" });
    minutes(30);
    await hub.cycle();
    expect(hub.live("items")).toEqual(["70001", "70003"]);
    expect(
      hub
        .tombstones()
        .map(({ id, cause }) => `${id} ${cause}`)
        .sort(),
    ).toEqual(["70002 deleted", "70004 visibility lost"]);
    minutes(30);
    expect((await hub.cycle()).calls).toBe(4);
  });

  test("that forgets its early rows keeps what was read of them", async () => {
    await control("/retention", { days: 10 });
    await write('change_simple_column_value(board_id: 7, item_id: 70001, column_id: "status", value: "Done") { id }');
    minutes(30);
    await hub.cycle();
    expect(told("70001")).toEqual([BEGUN, "Working on it → Done by unknown"]);
    const late = await mondayHub(server, ["Status"]);
    await late.cycle();
    expect(late.entity("70002")).toMatchObject({
      fields: { Status: { name: "Working on it" } },
      gaps: expect.anything(),
    });
  });
});
