import { stampOf } from "./activity-log.ts";
import { cellsOf, cellText, cellValue } from "./cells.ts";
import { linkedItemIds, seconds } from "./cell-parts.ts";
import { settingsObject, settingsText } from "./column-settings.ts";
import type { Item } from "./parts.ts";
import { statusOf } from "./resolve-queries.ts";
import type { Board, MondayState } from "./state.ts";

/** How a record stands for the user the integration signs in as. */
export type TrueState = "live" | "deleted" | "archived" | "hidden";

export interface TrueRecord {
  readonly stream: string;
  readonly id: string;
  readonly state: TrueState;
  readonly content: unknown;
}

/**
 * Every record the account holds, as the API would show it: workspaces, users, boards, items (subitems too) and
 * activity_logs. Items of a board that is gone or out of sight stand as their board does; an item that was purged is
 * not among them.
 */
export function* truth(state: MondayState, userId: string): Generator<TrueRecord> {
  for (const space of state.workspaces) {
    const content = { id: space.id, name: space.name, state: space.state, kind: space.kind };
    yield { stream: "workspaces", id: space.id, state: space.state === "active" ? "live" : space.state, content };
  }
  for (const user of state.users.values()) {
    const { id, name, email, kind, createdAt } = user;
    const content = { id, name, email, kind, status: statusOf(user), is_deleted: false, created_at: createdAt };
    yield { stream: "users", id, state: "live", content };
  }
  for (const board of state.boards.values()) {
    yield {
      stream: "boards",
      id: board.id,
      state: boardState(state, userId, board),
      content: boardContent(state, board),
    };
  }
  for (const board of state.boards.values()) {
    const own = boardState(state, userId, board);
    for (const item of board.items.scan()) {
      const itemState = own === "live" && item.state !== "active" ? item.state : own;
      yield { stream: "items", id: item.id, state: itemState, content: itemContent(state, board, item) };
    }
  }
  for (const board of state.boards.values()) {
    const own = boardState(state, userId, board);
    for (let at = 0; at < board.activity.length; at += 1) {
      const row = board.activity.at(at);
      if (row === undefined) continue;
      const content = {
        id: row.id,
        event: row.event,
        entity: row.entity,
        data: JSON.stringify(row.data),
        user_id: row.userId,
        account_id: state.account.id,
        created_at: stampOf(row),
        board: { id: board.id },
      };
      const hidden = own === "hidden" || board.activityHidden;
      yield { stream: "activity_logs", id: row.id, state: hidden ? "hidden" : "live", content };
    }
  }
}

function boardState(state: MondayState, userId: string, board: Board): TrueState {
  if (!state.sees(userId, board)) return "hidden";
  return board.state === "active" ? "live" : board.state;
}

function boardContent(state: MondayState, board: Board): unknown {
  const space = state.workspaces.find((candidate) => candidate.id === board.workspaceId);
  return {
    id: board.id,
    name: board.name,
    description: board.description,
    state: board.state,
    type: board.type,
    board_kind: board.kind,
    updated_at: seconds(board.updatedAt),
    workspace: space === undefined ? null : { id: space.id, name: space.name },
    groups: board.groups
      .filter((group) => group.deleted !== true)
      .map(({ id, title, color, archived }) => ({ id, title, color, archived: archived ?? false })),
    columns: board.columns.map((column) => ({
      id: column.id,
      title: column.title,
      type: column.type,
      settings: settingsObject(column),
      settings_str: settingsText(column),
    })),
  };
}

function itemContent(state: MondayState, board: Board, item: Item): unknown {
  return {
    id: item.id,
    name: item.name,
    state: item.state,
    created_at: seconds(item.createdAt),
    updated_at: seconds(item.updatedAt),
    creator_id: item.creatorId,
    url: `https://${state.account.slug}.monday.com/boards/${board.id}/pulses/${item.id}`,
    board: { id: board.id },
    group: { id: item.groupId },
    parent_item: item.parentId === undefined ? null : { id: item.parentId },
    column_values: cellsOf(board, item).map((cell) => ({
      id: cell.column.id,
      type: cell.column.type,
      text: cellText(state, cell),
      value: cellValue(cell),
      ...(cell.column.type === "board_relation" || cell.column.type === "dependency"
        ? { linked_item_ids: linkedItemIds(cell.raw) }
        : {}),
    })),
  };
}

/** The truth as a JSON text that is written while it is read: `{stream: {id: {state, content}}}`. */
export function truthStream(records: Iterable<TrueRecord>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = records[Symbol.iterator]();
  let stream: string | null = null;
  return new ReadableStream({
    pull(controller) {
      let text = "";
      while (text.length < 65_536) {
        const next = iterator.next();
        if (next.done === true) {
          controller.enqueue(encoder.encode(`${text}${stream === null ? "{" : "}"}}`));
          controller.close();
          return;
        }
        const { id, state, content } = next.value;
        if (next.value.stream === stream) text += ",";
        else text += `${stream === null ? "{" : "},"}${JSON.stringify(next.value.stream)}:{`;
        stream = next.value.stream;
        text += `${JSON.stringify(id)}:${JSON.stringify({ state, content })}`;
      }
      controller.enqueue(encoder.encode(text));
    },
  });
}
