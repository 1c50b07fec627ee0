import type { JsonObject } from "../../../src/model/index.ts";
import type { World } from "../../acceptance/harness.ts";
import { fieldsOf, textOf } from "../../acceptance/served-system.ts";
import { ask, PeerStore } from "../peer.ts";
import type { Peer } from "../peer.ts";

const ITEM =
  'id name state created_at updated_at creator_id board { id } group { id } column_values(ids: ["status", "owner", "due", "effort", "reference"]) { id value }';

export function mondayPeer({ served }: World): Peer {
  const store = new PeerStore();
  const { endpoint = "", token = "" } = served.description;
  const headers = { authorization: token, "api-version": "2026-10", "content-type": "application/json" };

  async function query(text: string, variables: object = {}): Promise<JsonObject> {
    const answer = await ask(endpoint, { method: "POST", headers, body: JSON.stringify({ query: text, variables }) });
    // What came beside an error is taken for what there is.
    const data = answer["data"] ?? null;
    if (data === null) throw new Error(JSON.stringify(answer["errors"] ?? answer));
    return fieldsOf(data);
  }
  const listOf = (value: unknown): readonly JsonObject[] => (value ?? []) as readonly JsonObject[];

  async function readItems(board: string): Promise<void> {
    const mark = store.marks.get(board) ?? "";
    let newest = mark;
    const first = await query(
      `query ($board: [ID!]) { boards(ids: $board) { items_page(limit: 500) { cursor items { ${ITEM} } } } }`,
      { board: [board] },
    );
    let page = listOf(first["boards"])[0]?.["items_page"] as JsonObject | undefined;
    while (page !== undefined) {
      for (const item of listOf(page["items"])) {
        const at = textOf(item["updated_at"]);
        if (at > mark) store.put("items", textOf(item["id"]), item);
        if (at > newest) newest = at;
      }
      const { cursor } = page;
      if (typeof cursor !== "string") break;
      const next = await query(
        `query ($cursor: String!) { next_items_page(cursor: $cursor, limit: 500) { cursor items { ${ITEM} } } }`,
        { cursor },
      );
      page = next["next_items_page"] as JsonObject | undefined;
    }
    store.marks.set(board, newest);
  }

  async function readLog(board: string): Promise<void> {
    const mark = store.marks.get(`log ${board}`);
    let newest = mark ?? "";
    for (let page = 1; ; page += 1) {
      const from = mark === undefined ? {} : { from: new Date(Number(mark) / 10_000 + 1).toISOString() };
      const answer = await query(
        "query ($board: [ID!], $page: Int!, $from: ISO8601DateTime) { boards(ids: $board) { activity_logs(limit: 1000, page: $page, from: $from) { id event data user_id created_at } } }",
        { board: [board], page, ...from },
      );
      const rows = listOf(listOf(answer["boards"])[0]?.["activity_logs"]);
      for (const row of rows) {
        const data = fieldsOf(JSON.parse(textOf(row["data"])));
        const item = data["pulse_id"] ?? (data["pulse"] as JsonObject | undefined)?.["id"] ?? data["item_id"];
        if (item !== undefined && item !== null) {
          store.putMember("activity_logs", textOf(row["id"]), row, { stream: "items", id: textOf(item) });
        }
        if (textOf(row["created_at"]) > newest) newest = textOf(row["created_at"]);
      }
      if (rows.length < 1000) break;
    }
    if (newest !== "") store.marks.set(`log ${board}`, newest);
  }

  return {
    holding: store.holding,
    pull: async () => {
      const { boards } = await query("{ boards(limit: 100) { id name state type groups { id title } } }");
      for (const board of listOf(boards)) {
        if (board["type"] !== "board") continue;
        const id = textOf(board["id"]);
        store.put("boards", id, board);
        await readItems(id);
        await readLog(id);
      }
    },
  };
}
