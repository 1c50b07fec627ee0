import { afterEach, describe, expect, test } from "@jest/globals";
import type { Reread } from "../../../src/connectors/kit/index.ts";
import type { MondayActivitySeed } from "../../../src/sandbox/seeds.ts";
import { startBendingProxy } from "../../support/bending-proxy.ts";
import type { BendingProxy } from "../../support/bending-proxy.ts";
import { everyColumnBoard, OTHERS, WRITES } from "../../support/monday-every-column.ts";
import { mondayHub } from "../../support/monday-hub.ts";
import type { MondayHub } from "../../support/monday-hub.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";
import { nock } from "../../support/nock.ts";

let server: MondayServer;
let hub: MondayHub;
const open: BendingProxy[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((proxy) => proxy.close()));
  await server.stop();
});

const { signal } = new AbortController();
const minutes = (count: number): void => server.clock.advance(count * 60_000);
const write = (query: string): Promise<unknown> => server.data(`mutation { ${query} }`);
const start = async (count: number): Promise<void> => {
  server = await startMonday(mondaySeed([mondayBoardSeed("7", count, "Roadmap")]));
};

type Loose = Record<string, unknown>;
/** Everything in JSON that `is` says, changed by `to`. */
function changed(value: unknown, to: (holder: Loose) => void): unknown {
  if (Array.isArray(value)) for (const one of value) changed(one, to);
  else if (typeof value === "object" && value !== null) {
    to(value as Loose);
    for (const one of Object.values(value)) changed(one, to);
  }
  return value;
}

/** A hub that sees monday.com through a glass that bends what it answers, as long as `bend` does. */
async function behindGlass(selection: readonly string[], bend: { now: (holder: Loose) => void }): Promise<MondayHub> {
  const { origin, pathname } = new URL(server.endpoint);
  const proxy = await startBendingProxy(origin, (_path, body) =>
    JSON.stringify(changed(JSON.parse(body) as unknown, (holder) => bend.now(holder))),
  );
  open.push(proxy);
  return mondayHub({ ...server, endpoint: `${proxy.origin}${pathname}` }, selection);
}
const clear = (): void => {};

describe("losing nothing of monday.com", () => {
  test("ends nothing of a board that slipped between two pages of the list", async () => {
    server = await startMonday(mondaySeed([mondayBoardSeed("7", 2, "Roadmap"), mondayBoardSeed("8", 2, "Other")]));
    const bend = { now: clear as (holder: Loose) => void };
    hub = await behindGlass(["Status"], bend);
    await hub.cycle();
    const before = hub.live("items");
    bend.now = (holder) => {
      const { first } = holder;
      if (Array.isArray(first)) holder["first"] = first.filter((board: Loose) => board["name"] !== "Other");
    };
    await hub.cycle();
    expect(hub.live("items")).toEqual(before);
    expect(hub.live("boards")).toEqual(["7", "8"]);
    expect(hub.tombstones()).toEqual([]);
  });

  test("takes a list that is null for no answer (HUB-1508)", async () => {
    await start(2);
    const bend = { now: clear as (holder: Loose) => void };
    hub = await behindGlass(["Status"], bend);
    await hub.cycle();
    bend.now = (holder) => {
      for (const name of ["first", "second"]) if (name in holder) holder[name] = null;
    };
    await expect(hub.cycle()).rejects.toMatchObject({ code: "HUB-1508" });
    expect(hub.tombstones()).toEqual([]);
  });

  test("reads subitems of their hidden boards as records of their own, with their parent and their history", async () => {
    await start(2);
    const { create_subitem: child } = await server.data<{ create_subitem: { id: string; board: { id: string } } }>(
      'mutation { create_subitem(parent_item_id: 70001, item_name: "Part") { id board { id } } }',
    );
    hub = await mondayHub(server, ["Effort"], { boards: { name: "roadmap" } }, { subitems: ["Status"] });
    await hub.cycle();
    expect(hub.live("items")).toEqual(["70001", "70002"]);
    expect(hub.live("subitems")).toEqual([child.id]);
    expect(hub.entity(child.id, "subitems")).toMatchObject({
      fields: { name: "Part", parent: { stream: "items", id: "70001" } },
      created: { precision: "ms" },
    });
    minutes(20);
    await write(
      `change_simple_column_value(board_id: ${child.board.id}, item_id: ${child.id}, column_id: "status", value: "Done") { id }`,
    );
    minutes(20);
    await hub.cycle();
    expect(hub.entity(child.id, "subitems").transitions.at(-1)).toMatchObject({
      field: "Status",
      to: { name: "Done" },
    });
    await write(`delete_item(item_id: ${child.id}) { id }`);
    minutes(20);
    await hub.cycle();
    expect(hub.tombstones()).toMatchObject([{ stream: "subitems", id: child.id, cause: "deleted" }]);
  });

  test("types a cell of every kind of column, and an empty one of each as unknown", async () => {
    await start(1);
    const { full, bare } = await everyColumnBoard(server);
    const names = [...WRITES.map(([type]) => type), ...OTHERS].map((type) => `c_${type}`);
    hub = await mondayHub(server, names, { boards: { name: "Everything" } });
    await hub.cycle();
    const { fields } = hub.entity(full);
    expect(fields).toMatchObject({
      c_people: { person: "102" },
      c_date: "2026-02-03T09:30:00Z",
      c_timeline: ["2026-01-01", "2026-01-05"],
      c_numbers: 3.5,
      c_text: "Some text",
      c_long_text: "Long text",
      c_checkbox: true,
      c_link: "https://example.test",
      c_email: "ann@example.test",
      c_phone: "+15551234",
      c_country: { option: "DE", name: "Germany" },
      c_rating: 4,
      c_vote: [{ person: "101" }, { person: "102" }],
      c_hour: "14:05",
      c_week: ["2026-02-02", "2026-02-08"],
      c_world_clock: "Europe/Berlin",
      c_location: "Berlin",
      c_color_picker: "#00c875",
      c_dropdown: { option: "1", name: "Gold" },
      c_tags: { name: "urgent" },
      c_board_relation: { stream: "items", id: bare },
      c_dependency: { stream: "items", id: bare },
      c_mirror: expect.stringContaining("Bare text"),
      c_formula: 7,
    });
    const empty = hub.entity(bare).fields;
    for (const name of ["c_status", "c_date", "c_numbers", "c_rating", "c_mirror", "c_week", "c_tags", "c_country"])
      expect({ [name]: empty[name] }).toEqual({ [name]: null });
  });

  test("refreshes mirrors in sweeps: what they show changes without the item", async () => {
    await start(1);
    const { full, bare } = await everyColumnBoard(server);
    hub = await mondayHub(server, ["c_mirror"], { boards: { name: "Everything" } });
    await hub.cycle();
    minutes(30);
    await server.data(
      'mutation ($board: ID!, $item: ID!) { change_simple_column_value(board_id: $board, item_id: $item, column_id: "c_text", value: "New words") { id } }',
      { board: hub.live("boards")[0], item: bare },
    );
    minutes(30);
    await hub.cycle("sweep");
    expect(hub.entity(full).fields["c_mirror"]).toContain("New words");
  });

  test("reads the items of a board whose log is out of sight, says so, and reads the log once it is back", async () => {
    await start(3);
    await server.control("POST", "/visibility", { boardId: "7", activityHidden: true });
    hub = await mondayHub(server, ["Status"]);
    await expect(hub.cycle()).rejects.toMatchObject({ code: "HUB-1518", disposition: "stop-stream" });
    expect(hub.live("items")).toHaveLength(3);
    expect(hub.live("activity_logs")).toHaveLength(0);
    await server.control("POST", "/visibility", { boardId: "7", activityHidden: false });
    await hub.cycle();
    expect(hub.live("activity_logs")).toHaveLength(3);
    await server.control("POST", "/visibility", { boardId: "7", activityHidden: true });
    await expect(hub.cycle()).rejects.toMatchObject({ code: "HUB-1518" });
    expect(hub.live("activity_logs")).toHaveLength(3);
    expect(hub.tombstones()).toEqual([]);
  });

  test("takes a log that is null without an error for out of sight, not for empty", async () => {
    await start(2);
    const bend = {
      now: (holder: Loose): void => {
        if ("activity_logs" in holder) holder["activity_logs"] = null;
      },
    };
    hub = await behindGlass(["Status"], bend);
    await expect(hub.cycle()).rejects.toMatchObject({ code: "HUB-1518" });
    bend.now = clear;
    await hub.cycle();
    expect(hub.live("activity_logs")).toHaveLength(2);
  });

  test("keeps the cells of a column that went out of sight, names it, and goes on when it is back", async () => {
    await start(2);
    const bend = { now: clear as (holder: Loose) => void };
    hub = await behindGlass(["Effort", "Status"], bend);
    await hub.cycle();
    bend.now = (holder) => {
      for (const key of ["columns", "column_values"]) {
        const list = holder[key];
        if (Array.isArray(list)) holder[key] = list.filter((one: Loose) => one["id"] !== "effort");
      }
    };
    minutes(10);
    await write('change_simple_column_value(board_id: 7, item_id: 70001, column_id: "effort", value: "8") { id }');
    await expect(hub.cycle()).rejects.toMatchObject({
      code: "HUB-1519",
      message: expect.stringContaining("Effort"),
      place: { partition: "7", path: "effort" },
    });
    await expect(hub.cycle("full")).rejects.toMatchObject({ code: "HUB-1519" });
    expect(hub.entity("70001").fields["Effort"]).toBe(3);
    bend.now = clear;
    await hub.cycle();
    expect(hub.entity("70001").fields["Effort"]).toBe(8);
  });

  test("lets a column go whose deletion the log tells", async () => {
    await start(2);
    hub = await mondayHub(server, ["Effort", "Status"]);
    await hub.cycle();
    await write('delete_column(board_id: 7, column_id: "effort") { id }');
    await hub.cycle();
    expect(hub.entity("70001").fields).not.toHaveProperty("Effort");
  });

  test("goes on reading a column by its former title", async () => {
    await start(2);
    hub = await mondayHub(server, ["Effort"]);
    await hub.cycle();
    minutes(10);
    await write('change_column_title(board_id: 7, column_id: "effort", title: "Points") { id }');
    await write('change_simple_column_value(board_id: 7, item_id: 70001, column_id: "effort", value: "8") { id }');
    minutes(10);
    await hub.cycle();
    expect(hub.content("boards", "7")).toMatchObject({
      columns: expect.arrayContaining([expect.objectContaining({ title: "Points", formerly: ["Effort"] })]),
    });
    expect(hub.entity("70001").fields["Points"]).toBe(8);
  });

  test("never takes a page with a part missing for the whole of it", async () => {
    await start(3);
    let broken = true;
    const bend = {
      now: (holder: Loose): void => {
        if (!broken || holder["data"] === undefined) return;
        changed(holder["data"], (part) => {
          if (Array.isArray(part["items"])) (part["items"] as unknown[])[1] = null;
        });
        if (JSON.stringify(holder).includes("items_page"))
          holder["errors"] = [
            {
              message: "Internal server error",
              path: ["boards", 0, "items_page", "items", 1],
              extensions: { code: "INTERNAL_SERVER_ERROR" },
            },
          ];
      },
    };
    hub = await behindGlass(["Status"], bend);
    await expect(hub.cycle()).rejects.toMatchObject({ code: "HUB-1505" });
    expect(hub.live("items")).toEqual([]);
    broken = false;
    await hub.cycle();
    expect(hub.live("items")).toHaveLength(3);
  });

  test("finds a move whose item's stamp did not move, by the log, once", async () => {
    await start(3);
    const bend = { now: clear as (holder: Loose) => void };
    hub = await behindGlass(["Status"], bend);
    minutes(10);
    await hub.cycle();
    await write('move_item_to_group(item_id: 70001, group_id: "second") { id }');
    minutes(2);
    bend.now = (holder) => {
      const page = holder["items_page"] as { items?: Loose[] } | undefined;
      if (page?.items !== undefined) page.items = page.items.filter((item) => item["id"] !== "70001");
    };
    await hub.cycle();
    expect(hub.entity("70001")).toMatchObject({ fields: { group: { option: "second" } }, gaps: [] });
    expect((await hub.cycle()).calls).toBe(4);
  });

  test("reads a moment with more rows than the log shows, item by item", async () => {
    const board = mondayBoardSeed("7", 30, "Roadmap");
    const rows = Array.from({ length: 10_500 }, (_, n): MondayActivitySeed => ({
      id: `row-${n}`,
      event: "update_column_value",
      entity: "pulse",
      userId: "101",
      createdAt: "2026-02-01T00:00:00.000Z",
      data: {
        board_id: 7,
        pulse_id: 70_001 + (n % 30),
        column_id: "effort",
        column_type: "numeric",
        value: { value: n },
      },
    }));
    server = await startMonday(mondaySeed([{ ...board, activity: [...board.activity, ...rows] }]));
    hub = await mondayHub(server, ["Effort"]);
    await hub.cycle();
    expect(hub.live("activity_logs")).toHaveLength(10_530);
  });

  test("reads single items again with their rows, and says what is gone", async () => {
    await start(3);
    hub = await mondayHub(server, ["Status"]);
    await hub.cycle();
    await write('change_simple_column_value(board_id: 7, item_id: 70001, column_id: "status", value: "Done") { id }');
    await write("archive_item(item_id: 70002) { id }");
    const found: Reread[] = [];
    for await (const page of hub.connection.read?.reread("items", ["70001", "70002", "123"], hub.context()) ?? [])
      found.push(page);
    const records = found.flatMap((page) => page.records);
    expect(records.filter(({ stream }) => stream === "items").map(({ id }) => id)).toEqual(["70001", "70002"]);
    expect(records.filter(({ member }) => member?.id === "70001")).toHaveLength(2);
    expect(found.flatMap(({ tombstones }) => tombstones)).toEqual([
      { stream: "items", id: "70002", cause: "archived", at: null },
      { stream: "items", id: "123", cause: "visibility lost", at: null },
    ]);
  });

  test("has nothing to read again of subitems before it has seen any board of theirs", async () => {
    await start(1);
    const made = await server.data<{ create_subitem: { id: string } }>(
      'mutation { create_subitem(parent_item_id: 70001, item_name: "Part") { id } }',
    );
    hub = await mondayHub(server, ["Status"]);
    const found: Reread[] = [];
    for await (const page of hub.connection.read?.reread("subitems", [made.create_subitem.id], hub.context()) ?? [])
      found.push(page);
    expect(found).toEqual([]);
  });

  test("counts as monday.com does, and estimates before it reads", async () => {
    await start(1200);
    hub = await mondayHub(server, ["Status"]);
    await hub.crash("boards", "all", 1);
    const partition = { stream: "items", id: "7", title: "Roadmap" };
    const context = hub.context();
    expect(await hub.connection.read?.estimate?.(partition, null, context)).toEqual({
      calls: 3,
      records: 1200,
      exact: false,
    });
    await hub.cycle();
    const audit = await hub.connection.read?.audit?.(partition, context);
    expect(audit?.buckets).toEqual([{ name: "Roadmap (7)", count: 1200 }]);
    const one = { id: "70001", content: hub.content("items", "70001") ?? {} };
    expect(audit?.bucketOf(one)).toBe("Roadmap (7)");
  });
});

describe("the version of monday.com", () => {
  const elsewhere = async (
    ...replies: readonly (readonly [number, object, Record<string, string>])[]
  ): Promise<MondayHub> => {
    await start(1);
    for (const [status, body, headers] of replies)
      nock("https://api.monday.com").post("/v2").reply(status, body, headers);
    return mondayHub({ ...server, endpoint: "https://api.monday.com/v2" }, []);
  };
  const identity = (kind: string): object => ({
    data: {
      me: { id: "1", name: "Ira" },
      account: { id: "9", name: "Example", slug: "example" },
      version: { value: "2026-10", kind },
      versions: [
        { value: "2026-10", kind },
        { value: "2027-01", kind: "current" },
      ],
      platform_api: null,
    },
  });

  test.each([
    [429, { errors: [{ message: "slow", extensions: { code: "RATE_LIMIT_EXCEEDED" } }] }],
    [200, { data: null, errors: [{ message: "no", extensions: { code: "USER_UNAUTHORIZED" } }] }],
    [200, identity("current")],
  ])("of an answer is compared whatever else it says (%i)", async (status, body) => {
    hub = await elsewhere([status, body, { "api-version": "2025-04" }]);
    await expect(hub.connection.identify(signal)).rejects.toMatchObject({
      code: "HUB-1509",
      disposition: "operator",
      message: expect.stringContaining("2025-04"),
    });
  });

  test("may be left out of a failure and of nothing else", async () => {
    hub = await elsewhere([200, { errors: ["Not Authenticated"] }, {}], [200, identity("current"), {}]);
    await expect(hub.connection.identify(signal)).rejects.toMatchObject({ code: "HUB-1501" });
    await expect(hub.connection.identify(signal)).rejects.toMatchObject({ code: "HUB-1509" });
  });

  test.each([
    ["maintenance", /maintenance.*2027-01/u],
    ["deprecated", /deprecated.*2027-01/u],
  ])("that is in %s is told at connect time", async (kind, said) => {
    hub = await elsewhere([200, identity(kind), { "api-version": "2026-10" }]);
    const { notes } = await hub.connection.identify(signal);
    expect(notes).toEqual([expect.stringMatching(said)]);
  });
});
