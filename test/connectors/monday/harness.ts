import { monday } from "../../../src/connectors/monday/index.ts";
import type { JsonObject } from "../../../src/model/index.ts";
import { createMonday } from "../../../src/sandbox/monday/index.ts";
import { drawFrom } from "../../acceptance/draw.ts";
import type { Harness, TrueRecord, Truth, World, WorldOptions } from "../../acceptance/harness.ts";
import { fieldsOf, serveSystem, textOf } from "../../acceptance/served-system.ts";
import type { Account } from "./harness-account.ts";
import { mondayChanges } from "./harness-changes.ts";
import { mondayHooks } from "./harness-hooks.ts";
import { accountTurmoil } from "./harness-organisation.ts";
import { accountSeed, BOARDS, GROUPS, SEED_AS_OF } from "./harness-seed.ts";

const SELECTION = { items: ["Status", "Owner", "Due", "Effort", "Reference"], subitems: [] };
const COLUMNS = ["status", "owner", "due", "effort", "reference"];
const ITEM = `id name state created_at updated_at creator_id board { id } group { id } column_values(ids: ${JSON.stringify(COLUMNS)}) { id value }`;

async function start(options: WorldOptions): Promise<World> {
  const { seed, records, rowsPerPage, limits, quick = false, otherTenant = false } = options;
  const draw = drawFrom(seed);
  const account = accountSeed(draw, records, otherTenant);
  const served = await serveSystem({
    system: "monday",
    create: (environment) => createMonday(account, environment),
    asOf: SEED_AS_OF,
    seed,
    quick,
    ...(limits === undefined ? {} : { limits }),
    ...(rowsPerPage === undefined ? {} : { bend: fewerItems(rowsPerPage) }),
  });
  const ask: Account["ask"] = async (query, variables = {}, asUserId = "102") => {
    const answer = fieldsOf(await served.control("POST", "/write", { query, variables, asUserId }));
    if (answer["errors"] !== undefined) throw new Error(JSON.stringify(answer["errors"]));
    return fieldsOf(answer["data"]);
  };
  const read = (query: string, variables: object = {}): Promise<JsonObject> => ask(query, variables, "101");
  const pagesOf = async (board: string, fields: string): Promise<readonly JsonObject[]> => {
    const found: JsonObject[] = [];
    const { boards } = await read(
      `query ($board: [ID!]) { boards(ids: $board) { items_page(limit: 500) { cursor items { ${fields} } } } }`,
      { board: [board] },
    );
    const [first] = boards as readonly JsonObject[];
    for (let page = fieldsOf(first?.["items_page"]); ;) {
      found.push(...(page["items"] as readonly JsonObject[]));
      if (page["cursor"] === null) return found;
      const next = await read(
        `query ($cursor: String!) { next_items_page(cursor: $cursor, limit: 500) { cursor items { ${fields} } } }`,
        { cursor: page["cursor"] },
      );
      page = fieldsOf(next["next_items_page"]);
    }
  };
  const world: Account = {
    ask,
    control: served.control,
    boards: async () => {
      const { boards } = await read("{ boards(limit: 100) { id type } }");
      return (boards as readonly JsonObject[]).filter(({ type }) => type === "board").map(({ id }) => textOf(id));
    },
    items: async (board) => {
      const found: JsonObject[] = [];
      for (const one of board === undefined ? await world.boards() : [board]) found.push(...(await pagesOf(one, ITEM)));
      return found.sort((a, b) => Number(a["id"]) - Number(b["id"]));
    },
    gone: new Map(),
  };
  let unseen: readonly string[] = [];

  async function truth(): Promise<Truth> {
    const told = fieldsOf(await served.control("GET", "/truth?streams=boards,items,activity_logs")) as unknown as Truth;
    const boards = told["boards"] ?? {};
    const isBelow = (row: TrueRecord): boolean =>
      boards[idOf(row.content["board"])]?.content["type"] === "sub_items_board";
    const log: Record<string, TrueRecord> = {};
    for (const [id, row] of Object.entries(told["activity_logs"] ?? {}))
      addRows(log, id, row, isBelow(row) ? [] : COLUMNS);
    const items: Record<string, TrueRecord> = {};
    const subitems: Record<string, TrueRecord> = {};
    for (const [id, row] of Object.entries(told["items"] ?? {})) {
      const cells = row.content["column_values"] as readonly JsonObject[];
      const values = cells
        .filter((cell) => COLUMNS.includes(textOf(cell["id"])))
        .map(({ id: column, value }) => ({ id: column, value }));
      if (isBelow(row)) subitems[id] = row;
      else items[id] = { ...row, content: { ...row.content, column_values: values } };
    }
    const named = Object.entries(boards).map(([id, row]) => {
      const groups = (row.content["groups"] as readonly JsonObject[]).map((group) => ({
        id: group["id"],
        title: group["title"],
      }));
      return [id, { ...row, content: { ...row.content, groups } }];
    });
    return { boards: Object.fromEntries(named), items, subitems, activity_logs: log };
  }

  let made = 0;
  const turmoil = accountTurmoil(served, world);
  return {
    served,
    settings: {},
    selection: SELECTION,
    truth,
    ids: async () => (await world.items(BOARDS[0])).map(({ id }) => textOf(id)),
    create: async (count) => {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) {
        made += 1;
        const { create_item: item } = await ask(
          "mutation ($board: ID!, $name: String!) { create_item(board_id: $board, item_name: $name) { id } }",
          { board: BOARDS[0], name: `New ${made}` },
        );
        ids.push(textOf(fieldsOf(item)["id"]));
      }
      return ids;
    },
    change: async (id, salt) => {
      await ask(
        "mutation ($board: ID!, $item: ID!, $values: JSON!) { change_multiple_column_values(board_id: $board, item_id: $item, column_values: $values) { id } }",
        { board: BOARDS[0], item: id, values: JSON.stringify({ effort: String(salt), reference: `REF-${salt}` }) },
      );
    },
    remove: async (id, how) => {
      const what = how === "archive" ? "archive_item" : "delete_item";
      await ask(`mutation ($item: ID!) { ${what}(item_id: $item) { id } }`, { item: id });
      if (how === "hard") await served.control("POST", "/purge", { itemId: id });
      world.gone.set(id, how === "archive" ? "archived" : "deleted");
    },
    undelete: async (id) => {
      await served.control("POST", "/restore", { itemId: id });
      world.gone.delete(id);
    },
    move: async (id) => {
      const item = (await world.items(BOARDS[0])).find((one) => textOf(one["id"]) === id);
      const group = GROUPS.find((one) => one !== fieldsOf(item?.["group"])["id"]);
      await ask(
        "mutation ($item: ID!, $group: String!) { move_item_to_group(item_id: $item, group_id: $group) { id } }",
        {
          item: id,
          group,
        },
      );
    },
    hide: async (isHidden) => {
      const board = BOARDS[1];
      if (isHidden) unseen = (await world.items(board)).map(({ id }) => textOf(id));
      await served.control("POST", "/visibility", { boardId: board, hidden: isHidden });
      return unseen;
    },
    late: async () => {
      const lagMs = 25_000;
      await served.control("POST", "/lag", { ms: lagMs });
      made += 1;
      await ask("mutation ($board: ID!, $name: String!) { create_item(board_id: $board, item_name: $name) { id } }", {
        board: BOARDS[0],
        name: `Late ${made}`,
      });
      return async () => {
        served.clock.advance(lagMs + 1000);
        await served.control("POST", "/lag", { ms: 0 });
      };
    },
    drift: (kind) => ({
      object: BOARDS[0],
      field: kind === "add" ? "drifted" : "effort",
      ...(kind === "retype" ? { type: "text" } : {}),
    }),
    exhaust: async (exhausted) => {
      await served.control("POST", "/limits", { daily: exhausted ? 1 : 100_000_000 });
    },
    leastCalls: async () => {
      const rows = rowsPerPage ?? 500;
      let pages = 0;
      for (const board of await world.boards())
        pages += Math.max(1, Math.ceil((await world.items(board)).length / rows));
      return { pages, parents: 0 };
    },
    counted: async () => {
      const { total } = fieldsOf(await served.control("GET", "/calls"));
      await served.control("DELETE", "/calls");
      return Number(total);
    },
    changes: [...mondayChanges(world), ...turmoil.changes],
    restore: turmoil.restore,
    hooks: mondayHooks(served),
    midway: (draw) => {
      made += 1;
      const after = draw.below(8);
      const field = { fault: "schema", change: "add", object: BOARDS[0], field: `midway_${made}`, after };
      const change = { do: "rename-section", board: BOARDS[0], group: "topics", to: `Midway ${made}` };
      return draw.chance(0.5) ? field : { fault: "organisation", change, after };
    },
    close: () => served.close(),
  };
}

const idOf = (value: unknown): string => textOf(fieldsOf(value)["id"]);

/** What a row tells of items, of columns that are selected; a row about many items is one of each. */
function addRows(log: Record<string, TrueRecord>, id: string, row: TrueRecord, columns: readonly string[]): void {
  const data = fieldsOf(JSON.parse(textOf(row.content["data"])));
  const column = data["column_id"];
  if (typeof column === "string" && !columns.includes(column)) return;
  const single = data["pulse_id"] ?? (data["pulse"] as JsonObject | undefined)?.["id"] ?? data["item_id"] ?? null;
  const items = single === null ? ((data["pulse_ids"] ?? []) as readonly unknown[]) : [single];
  const { event, user_id: by, created_at: at } = row.content;
  for (const item of items) {
    const member = textOf(item);
    log[items.length === 1 ? id : `${id}:${member}`] = {
      ...row,
      content: { event, user_id: by, created_at: at },
      member,
    };
  }
}

/** Deals fewer items a page than the client asked for, so that few items fill several. */
function fewerItems(rows: number): (request: Request) => Promise<Request> {
  return async (request) => {
    if (request.method !== "POST") return request;
    const text = (await request.text()).replace(/"limit":\s*500\b/u, `"limit":${rows}`);
    return new Request(request.url, { method: "POST", headers: request.headers, body: text });
  };
}

/** monday.com for the acceptance suite and the league. */
export const mondayHarness: Harness = {
  system: "monday",
  definition: monday,
  main: "items",
  removals: ["soft", "hard", "archive"],
  merges: [],
  lacks: { merge: "the API can duplicate and move items, not melt one into another" },
  route: "items",
  compared: {
    boards: ["name", "state", "groups"],
    items: ["name", "state", "created_at", "updated_at", "creator_id", "board", "group", "column_values"],
    subitems: ["name", "state", "created_at", "updated_at"],
    activity_logs: ["event", "user_id", "created_at"],
  },
  repeats: "page",
  renewsSession: false,
  settleMs: 60_000,
  start,
};
