import { crc32 } from "node:zlib";
import { cellText } from "./cells.ts";
import { cursorExpired, invalidArgument, mondayError } from "./errors.ts";
import { compileRules, orderItems } from "./item-rules.ts";
import type { RuleGroup } from "./query-rules.ts";
import type { Item } from "./parts.ts";
import type { Board, MondayState } from "./state.ts";
import { columnOf } from "./writes.ts";

export interface ItemsQuery extends RuleGroup {
  readonly ids?: readonly string[] | null;
  readonly order_by?: readonly { column_id: string; direction?: "asc" | "desc" | null }[] | null;
}

export interface ItemsResponse {
  readonly cursor: string | null;
  readonly items: readonly Item[];
}

interface Snapshot {
  readonly ids: readonly string[];
  readonly expiresAt: number;
}

const CURSOR_LIFE = 60 * 60_000;
const MOST_SNAPSHOTS = 1_000;

/**
 * Pages of items: the id list is frozen with the first page and lives 60 minutes from it (reference monday.md §6); later
 * pages show the items' present values and leave out those that are no longer active.
 */
export class ItemPages {
  readonly #state: MondayState;
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(state: MondayState) {
    this.#state = state;
  }

  /** `items_page` of a board or a group. */
  first(board: Board, groupId: string | null, limit: number, query: ItemsQuery | null, userId: string): ItemsResponse {
    checkLimit(limit);
    let items = this.#state.visibleItems(board).filter((item) => item.state === "active");
    if (groupId !== null) items = items.filter((item) => item.groupId === groupId);
    if (query !== null) {
      if (query.ids != null && query.ids.length > 100) throw invalidArgument("query_params.ids is limited to 100 ids");
      const test = compileRules(this.#state, board, query, userId);
      const ids = query.ids == null ? null : new Set(query.ids);
      items = items.filter((item) => (ids === null || ids.has(item.id)) && test(item));
      if (query.order_by != null) items = orderItems(this.#state, board, items, query.order_by);
    }
    return this.#open(board, groupId, items, limit);
  }

  /** `items_page_by_column_values`: exact text, AND across columns, OR inside one. */
  byColumnValues(
    board: Board,
    columns: readonly { column_id: string; column_values: readonly (string | null)[] }[],
    limit: number,
  ): ItemsResponse {
    checkLimit(limit);
    const wanted = columns.map((entry) => ({
      column: columnOf(board, entry.column_id),
      texts: new Set(entry.column_values.map((value) => value ?? "")),
    }));
    const items = this.#state.visibleItems(board).filter(
      (item) =>
        item.state === "active"
        && wanted.every(({ column, texts }) => {
          if (column.type === "name") return texts.has(item.name);
          return texts.has(cellText(this.#state, { board, item, column, raw: item.values[column.id] ?? null }) ?? "");
        }),
    );
    return this.#open(board, null, items, limit);
  }

  /** Any later page. */
  next(cursor: string, limit: number): ItemsResponse {
    checkLimit(limit);
    const [head, sum] = Buffer.from(cursor, "base64").toString("utf8").split("|");
    if (head === undefined || sum !== String(crc32(head))) {
      throw mondayError("CursorException", "InvalidCursorError: The cursor is not valid");
    }
    const [, boardId = "", key = "", , offset = "0", groupId = ""] = head.split(",");
    const snapshot = this.#snapshots.get(key);
    const board = this.#state.board(boardId);
    if (snapshot === undefined || board === undefined || snapshot.expiresAt <= this.#state.environment.clock.now()) {
      throw cursorExpired();
    }
    return this.#page(board, groupId === "" ? null : groupId, key, snapshot, Number(offset), limit);
  }

  #open(board: Board, groupId: string | null, items: readonly Item[], limit: number): ItemsResponse {
    if (items.length <= limit) return { cursor: null, items };
    const key = this.#state.newUuid().replaceAll("-", "").slice(0, 21);
    const expiresAt = this.#state.environment.clock.now() + CURSOR_LIFE;
    const snapshot = { ids: items.map((item) => item.id), expiresAt };
    this.#snapshots.set(key, snapshot);
    const oldest = this.#snapshots.size > MOST_SNAPSHOTS ? this.#snapshots.keys().next().value : undefined;
    if (oldest !== undefined) this.#snapshots.delete(oldest);
    return this.#page(board, groupId, key, snapshot, 0, limit);
  }

  #page(
    board: Board,
    groupId: string | null,
    key: string,
    snapshot: Snapshot,
    offset: number,
    limit: number,
  ): ItemsResponse {
    const items = snapshot.ids
      .slice(offset, offset + limit)
      .map((id) => this.#state.visibleItem(id))
      .filter((item): item is Item => item !== undefined && item.state === "active");
    const end = offset + limit;
    if (end >= snapshot.ids.length) return { cursor: null, items };
    const head = `1,${board.id},${key},${snapshot.ids.length},${end},${groupId ?? ""}`;
    return { cursor: Buffer.from(`${head}|${crc32(head)}`).toString("base64"), items };
  }
}

function checkLimit(limit: number): void {
  if (limit < 1 || limit > 500) throw invalidArgument("limit must be between 1 and 500");
}
