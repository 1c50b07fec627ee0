import type { MondayActivitySeed } from "../seeds.ts";
import { part } from "./cell-parts.ts";
import { scalarText } from "./scalar-text.ts";
import type { Board, MondayState } from "./state.ts";

/** What a webhook was registered for. */
export interface Registration {
  readonly event: string;
  readonly config: unknown;
}

/** The board whose webhooks hear of a row: subitem events are registered on the parent board (reference monday.md §10). */
export const listeningBoard = (board: Board): string => board.parentBoardId ?? board.id;

const MAIN: Readonly<Record<string, readonly string[]>> = {
  create_pulse: ["create_item"],
  update_column_value: ["change_column_value", "change_specific_column_value", "change_status_column_value"],
  update_name: ["change_name"],
  archive_pulse: ["item_archived"],
  archive_group_pulse: ["item_archived"],
  delete_pulse: ["item_deleted"],
  delete_group_pulse: ["item_deleted"],
  restore_pulse: ["item_restored"],
  move_pulse_from_group: ["item_moved_to_any_group", "item_moved_to_specific_group"],
  create_update: ["create_update"],
  edit_update: ["edit_update"],
  delete_update: ["delete_update"],
  create_column: ["create_column"],
};

const SUBITEM: Readonly<Record<string, readonly string[]>> = {
  create_pulse: ["create_subitem"],
  update_column_value: ["change_subitem_column_value"],
  update_name: ["change_subitem_name"],
  archive_pulse: ["subitem_archived"],
  delete_pulse: ["subitem_deleted"],
  create_update: ["create_subitem_update"],
  move_subitem: ["move_subitem"],
};

/** Whether a registration wants to hear of a row. */
export function wants({ event, config }: Registration, board: Board, row: MondayActivitySeed): boolean {
  const events = (board.type === "sub_items_board" ? SUBITEM : MAIN)[row.event] ?? [];
  if (!events.includes(event)) return false;
  const { data } = row;
  switch (event) {
    case "change_specific_column_value":
      return part(config, "columnId") === data["column_id"];
    case "change_status_column_value": {
      if (part(config, "columnId") !== data["column_id"]) return false;
      const wanted = part(config, "columnValue");
      if (wanted === undefined || part(wanted, "$any$") === true) return true;
      return part(wanted, "index") === part(part(data["value"], "label"), "index");
    }
    case "item_moved_to_specific_group":
      return part(config, "groupId") === part(data["dest_group"], "id");
    default:
      return true;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  move_pulse_from_group: "move_pulse_into_group",
  archive_group_pulse: "archive_pulse",
  delete_group_pulse: "delete_pulse",
};

/** The part of a webhook's `event` that follows from the row (reference monday.md §10); `type` is the internal name. */
export function eventBody(state: MondayState, board: Board, row: MondayActivitySeed): Record<string, unknown> {
  const { data } = row;
  const type = TYPES[row.event] ?? row.event;
  const pulseId = Number(data["pulse_id"]);
  const parentId = data["parent_item_id"];
  const parent =
    parentId === undefined
      ? {}
      : { parentItemId: scalarText(parentId), parentItemBoardId: scalarText(board.parentBoardId) };
  const common = { type, userId: Number(row.userId), boardId: Number(board.id) };
  const pulse = { pulseId, pulseName: data["pulse_name"], groupId: data["group_id"] };
  const item = { itemId: pulseId, itemName: data["pulse_name"] };
  switch (type) {
    case "create_pulse": {
      const initial = data["column_values_json"];
      return {
        ...common,
        ...pulse,
        groupName: data["group_name"],
        groupColor: data["group_color"],
        isTopGroup: data["is_top_group"],
        columnValues: typeof initial === "string" ? (JSON.parse(initial) as unknown) : {},
        ...parent,
      };
    }
    case "update_column_value":
      return {
        ...common,
        ...pulse,
        columnId: data["column_id"],
        columnType: data["column_type"],
        columnTitle: data["column_title"],
        value: data["value"],
        previousValue: data["previous_value"] ?? null,
        changedAt: Date.parse(row.createdAt) / 1000,
        isTopGroup: data["is_top_group"],
        ...parent,
      };
    case "update_name":
      return {
        ...common,
        pulseId,
        groupId: data["group_id"],
        value: data["value"],
        previousValue: data["previous_value"],
        ...parent,
      };
    case "archive_pulse":
    case "delete_pulse":
      return {
        ...common,
        ...item,
        ...(parentId === undefined
          ? {}
          : { parentBoardId: Number(board.parentBoardId), parentItemId: Number(parentId) }),
      };
    case "restore_pulse": {
      const before = data["previous_state"] === "archived" ? 1 : 2;
      return { ...common, ...item, value: { state: 1 }, previousValue: { state: before === 1 ? 3 : 2 }, ...parent };
    }
    case "move_pulse_into_group": {
      const target = board.groups.find((group) => group.id === part(data["dest_group"], "id"));
      return {
        ...common,
        pulseId,
        sourceGroupId: part(data["source_group"], "id"),
        destGroupId: target?.id,
        destGroup: {
          id: target?.id,
          title: target?.title,
          color: target?.color,
          is_top_group: board.groups[0] === target,
        },
        ...parent,
      };
    }
    case "create_column":
      return {
        ...common,
        columnId: data["column_id"],
        columnTitle: data["column_title"],
        columnType: data["column_type"],
        accountId: Number(state.account.id),
        entity: row.entity,
        createdAt: row.createdAt,
        retryCount: 0,
      };
    default:
      return {
        ...common,
        pulseId,
        body: data["body"],
        textBody: data["textBody"],
        updateId: data["updateId"],
        replyId: data["replyId"],
        ...parent,
      };
  }
}
