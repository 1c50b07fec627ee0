import type { JsonObject } from "../../../src/model/index.ts";
import type { Change, Draw } from "../../acceptance/harness.ts";
import { fieldsOf, textOf } from "../../acceptance/served-system.ts";
import type { ServedSystem } from "../../acceptance/served-system.ts";
import type { Account } from "./harness-account.ts";

const QUIET: ReadonlySet<string> = new Set(["hide a board", "show everything", "purge an item"]);

/** What administrators and odd gestures do to an account, and how it is taken back. */
export function accountTurmoil(
  served: ServedSystem,
  account: Account,
): { readonly changes: readonly Change[]; readonly restore: () => Promise<void> } {
  let serial = 0;
  const hidden = new Set<string>();
  const change = (name: string, weight: number, make: (draw: Draw) => Promise<string | null>): Change => ({
    name,
    weight,
    quiet: QUIET.has(name),
    hides: name.startsWith("hide "),
    make,
  });
  const ids = async (board: string): Promise<readonly string[]> =>
    (await account.items(board)).map(({ id }) => textOf(id));
  const subitems = async (item: string): Promise<readonly string[]> => {
    const { items } = await account.ask("query ($ids: [ID!]) { items(ids: $ids) { subitems { id } } }", {
      ids: [item],
    });
    const [found] = items as readonly JsonObject[];
    return ((found?.["subitems"] ?? []) as readonly JsonObject[]).map(({ id }) => textOf(id));
  };
  return {
    changes: [
      change("hide a board", 0.6, async (draw) => {
        const board = draw.pick(await account.boards());
        if (board === undefined) return null;
        await served.organise({ do: "hide", board });
        hidden.add(board);
        return board;
      }),
      change("show everything", 2, async () => {
        if (hidden.size === 0) return null;
        await restore();
        return "";
      }),
      change("rename a group", 0.5, async (draw) => {
        const board = draw.pick(await account.boards());
        if (board === undefined) return null;
        serial += 1;
        await served.organise({ do: "rename-section", board, group: "topics", to: `Group ${serial}` });
        return `topics of ${board}`;
      }),
      change("add a column", 0.5, async (draw) => {
        const object = draw.pick(await account.boards());
        if (object === undefined) return null;
        serial += 1;
        await served.organise({ do: "add-field", object, field: `extra_${serial}`, title: `Extra ${serial}` });
        return `extra_${serial} of ${object}`;
      }),
      {
        ...change("reuse a label", 0.5, async (draw) => {
          const board = draw.pick(await account.boards());
          if (board === undefined) return null;
          serial += 1;
          const from = String(draw.below(3));
          const label = `Reused ${serial}`;
          await served.organise({ do: "reuse-id", board, column: "status", from, label, isDone: draw.chance(0.5) });
          return `${from} of ${board} as ${label}`;
        }),
        since: 2,
      },
      change("deactivate a person", 0.3, async () => {
        await served.organise({ do: "deactivate-person", userId: "102" });
        return "102";
      }),
      change("set many at once", 2, async (draw) => {
        const boardId = draw.pick(await account.boards());
        if (boardId === undefined) return null;
        const itemIds = (await ids(boardId)).filter(() => draw.chance(0.2));
        if (itemIds.length === 0) return null;
        const value = { index: draw.below(3) };
        await served.control("POST", "/batch", {
          boardId,
          itemIds,
          columnId: "status",
          value,
          perItemRows: draw.chance(0.7),
        });
        return `${itemIds.length} of ${boardId}`;
      }),
      change("undo", 1, async (draw) => {
        const boardId = draw.pick(await account.boards());
        if (boardId === undefined) return null;
        await served.control("POST", "/undo", { boardId });
        return boardId;
      }),
      change("log an unknown event", 1, async (draw) => {
        const boardId = draw.pick(await account.boards());
        const item = boardId === undefined ? undefined : draw.pick(await ids(boardId));
        if (item === undefined) return null;
        serial += 1;
        const event = draw.pick(["board_view_created", "subscribe", `never_seen_${serial}`]);
        await served.control("POST", "/log", { boardId, event, data: { pulse_id: Number(item) } });
        return `${event} on ${item}`;
      }),
      change("add subitem", 2, async (draw) => {
        const board = draw.pick(await account.boards());
        const item = board === undefined ? undefined : draw.pick(await ids(board));
        if (item === undefined) return null;
        serial += 1;
        const { create_subitem: made } = await account.ask(
          "mutation ($item: ID!, $name: String!) { create_subitem(parent_item_id: $item, item_name: $name) { id } }",
          { item, name: `Sub ${serial}` },
        );
        return `${textOf(fieldsOf(made)["id"])} of ${item}`;
      }),
      change("end or rename a subitem", 2, async (draw) => {
        const board = draw.pick(await account.boards());
        for (const item of board === undefined ? [] : await ids(board)) {
          const sub = draw.pick(await subitems(item));
          if (sub === undefined) continue;
          const end = draw.pick(["delete_item", "archive_item", null]);
          if (end === null || end === undefined) {
            serial += 1;
            const { items } = await account.ask("query ($ids: [ID!]) { items(ids: $ids) { board { id } } }", {
              ids: [sub],
            });
            const [found] = items as readonly JsonObject[];
            await account.ask(
              'mutation ($board: ID!, $item: ID!, $value: String!) { change_simple_column_value(board_id: $board, item_id: $item, column_id: "name", value: $value) { id } }',
              { board: fieldsOf(found?.["board"])["id"], item: sub, value: `Sub ${serial}` },
            );
            return `${sub} renamed`;
          }
          await account.ask(`mutation ($item: ID!) { ${end}(item_id: $item) { id } }`, { item: sub });
          return `${sub} ${end}`;
        }
        return null;
      }),
      change("purge an item", 0.5, async (draw) => {
        const itemId = draw.pick([...account.gone].flatMap(([id, how]) => (how === "deleted" ? [id] : [])));
        if (itemId === undefined) return null;
        await served.control("POST", "/purge", { itemId });
        account.gone.delete(itemId);
        return itemId;
      }),
    ],
    restore,
  };

  async function restore(): Promise<void> {
    for (const board of hidden) await served.organise({ do: "show", board });
    hidden.clear();
  }
}
