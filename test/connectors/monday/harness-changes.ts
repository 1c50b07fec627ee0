import type { JsonObject } from "../../../src/model/index.ts";
import type { Change, Draw } from "../../acceptance/harness.ts";
import { fieldsOf, textOf } from "../../acceptance/served-system.ts";
import type { Account } from "./harness-account.ts";

const idOf = (value: unknown): string => textOf(fieldsOf(value)["id"]);

/** Everything that happens in an account at random. */
export function mondayChanges(account: Account): readonly Change[] {
  let serial = 0;
  const named = (): string => {
    serial += 1;
    return `League ${serial}`;
  };
  const board = async (draw: Draw): Promise<string | undefined> => draw.pick(await account.boards());
  const groups = async (of: string): Promise<readonly string[]> => {
    const { boards } = await account.ask("query ($board: [ID!]) { boards(ids: $board) { groups { id } } }", {
      board: [of],
    });
    const [found] = boards as readonly JsonObject[];
    return ((found?.["groups"] ?? []) as readonly JsonObject[]).map(idOf);
  };
  const who = (draw: Draw): string => draw.pick(["101", "102", "-4"]) ?? "101";
  const on = async (draw: Draw, act: (id: string, home: string) => Promise<string | null>): Promise<string | null> => {
    const found = draw.pick(await account.items(await board(draw)));
    return found === undefined ? null : act(idOf(found), idOf(found["board"]));
  };
  const set = (name: string, weight: number, values: (draw: Draw) => object): Change => ({
    name,
    weight,
    make: (draw) =>
      on(draw, async (item, home) => {
        await account.ask(
          "mutation ($board: ID!, $item: ID!, $values: JSON!) { change_multiple_column_values(board_id: $board, item_id: $item, column_values: $values) { id } }",
          { board: home, item, values: JSON.stringify(values(draw)) },
          who(draw),
        );
        return item;
      }),
  });
  const end = (name: string, mutation: string, state: "archived" | "deleted", weight: number): Change => ({
    name,
    weight,
    make: (draw) =>
      on(draw, async (item) => {
        await account.ask(`mutation ($item: ID!) { ${mutation}(item_id: $item) { id } }`, { item });
        account.gone.set(item, state);
        return item;
      }),
  });

  return [
    {
      name: "create items",
      weight: 4,
      make: async (draw) => {
        const home = await board(draw);
        if (home === undefined) return null;
        const group = draw.pick(await groups(home));
        const ids: string[] = [];
        for (let n = draw.below(5); n >= 0; n -= 1) {
          const { create_item: item } = await account.ask(
            "mutation ($board: ID!, $group: String, $name: String!, $values: JSON) { create_item(board_id: $board, group_id: $group, item_name: $name, column_values: $values) { id } }",
            { board: home, group, name: named(), values: JSON.stringify({ reference: named() }) },
            who(draw),
          );
          ids.push(idOf(item));
        }
        return ids.join(" ");
      },
    },
    set("set status", 6, (draw) => ({ status: { index: draw.below(3) } })),
    set("set effort and reference", 4, (draw) => ({ effort: String(draw.below(100)), reference: named() })),
    set("set due date", 2, (draw) => ({ due: { date: `2026-12-1${draw.below(10)}` } })),
    set("set owner", 2, (draw) => ({
      owner: { personsAndTeams: draw.chance(0.5) ? [{ id: 102, kind: "person" }] : [] },
    })),
    {
      name: "rename item",
      weight: 2,
      make: (draw) =>
        on(draw, async (item, home) => {
          await account.ask(
            'mutation ($board: ID!, $item: ID!, $value: String!) { change_simple_column_value(board_id: $board, item_id: $item, column_id: "name", value: $value) { id } }',
            { board: home, item, value: named() },
          );
          return item;
        }),
    },
    {
      name: "move to group",
      weight: 4,
      make: (draw) =>
        on(draw, async (item, home) => {
          const group = draw.pick(await groups(home));
          await account.ask(
            "mutation ($item: ID!, $group: String!) { move_item_to_group(item_id: $item, group_id: $group) { id } }",
            { item, group },
            who(draw),
          );
          return `${item} to ${group}`;
        }),
    },
    {
      name: "move to board",
      weight: 2,
      make: (draw) =>
        on(draw, async (item, home) => {
          const other = (await account.boards()).find((one) => one !== home);
          const group = other === undefined ? undefined : draw.pick(await groups(other));
          if (other === undefined || group === undefined) return null;
          await account.ask(
            "mutation ($item: ID!, $board: ID!, $group: ID!) { move_item_to_board(item_id: $item, board_id: $board, group_id: $group) { id } }",
            { item, board: other, group },
          );
          return `${item} to ${other}`;
        }),
    },
    {
      name: "duplicate item",
      weight: 1,
      make: (draw) =>
        on(draw, async (item, home) => {
          const { duplicate_item: copy } = await account.ask(
            "mutation ($board: ID!, $item: ID!) { duplicate_item(board_id: $board, item_id: $item) { id } }",
            { board: home, item },
          );
          return idOf(copy);
        }),
    },
    end("archive item", "archive_item", "archived", 2),
    end("delete item", "delete_item", "deleted", 2),
    {
      name: "restore item",
      weight: 1,
      make: async (draw) => {
        const id = draw.pick([...account.gone.keys()]);
        if (id === undefined) return null;
        await account.control("POST", "/restore", { itemId: id });
        account.gone.delete(id);
        return id;
      },
    },
    {
      name: "new group",
      weight: 1,
      make: async (draw) => {
        const home = await board(draw);
        if (home === undefined) return null;
        const { create_group: group } = await account.ask(
          "mutation ($board: ID!, $name: String!) { create_group(board_id: $board, group_name: $name) { id } }",
          { board: home, name: named() },
        );
        return idOf(group);
      },
    },
    {
      name: "rename label",
      weight: 1,
      make: async (draw) => {
        const home = await board(draw);
        if (home === undefined) return null;
        await account.control("POST", "/labels", {
          boardId: home,
          columnId: "status",
          key: String(draw.below(3)),
          text: named(),
        });
        return home;
      },
    },
  ];
}
