import { crc32 } from "node:zlib";
import { shuffled } from "../kit/random.ts";
import { cellOf, cellText } from "./cells.ts";
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
  /** Ids as numbers: a board of 200,000 items takes 1.6 MB. */
  readonly ids: Float64Array;
  readonly expiresAt: number;
}

const CURSOR_LIFE = 60 * 60_000;
/** Ids all open listings may hold together; beyond it the oldest listing ends early. */
const MOST_IDS = 40_000_000;

/**
 * Pages of items: the id list is frozen with the first page and lives 60 minutes from it (reference monday.md §6); later
 * pages show the items' present values and leave out those that are no longer active.
 */
export class ItemPages {
  readonly #state: MondayState;
  readonly #snapshots = new Map<string, Snapshot>();
  /** The last unfiltered listing of each board or group, for as long as nothing is written there. */
  readonly #plain = new Map<string, { readonly ids: Float64Array; readonly revision: number }>();
  #held = 0;

  constructor(state: MondayState) {
    this.#state = state;
  }

  /** `items_page` of a board or a group. */
  first(board: Board, groupId: string | null, limit: number, query: ItemsQuery | null, userId: string): ItemsResponse {
    checkLimit(limit);
    if (query === null) return this.#open(board, groupId, this.#inSomeOrder(this.#plainIds(board, groupId)), limit);
    if (query.ids != null && query.ids.length > 100) throw invalidArgument("query_params.ids is limited to 100 ids");
    const test = compileRules(this.#state, board, query, userId);
    const ids = query.ids == null ? null : new Set(query.ids);
    const items = this.#activeItems(
      board,
      (item) => (groupId === null || item.groupId === groupId) && (ids === null || ids.has(item.id)) && test(item),
    );
    if (query.order_by == null) return this.#open(board, groupId, this.#inSomeOrder(idsOf(items)), limit);
    return this.#open(board, groupId, idsOf(orderItems(this.#state, board, items, query.order_by)), limit);
  }

  /** Without `order_by` no order is promised. */
  #inSomeOrder(ids: Float64Array): Float64Array {
    const dial = ids.length < 2 ? null : this.#state.environment.dials.take("reorder");
    if (dial === null) return ids;
    return Float64Array.from(shuffled(ids.length, dial.draw), (at) => ids[at] ?? 0);
  }

  #plainIds(board: Board, groupId: string | null): Float64Array {
    const key = `${board.id} ${groupId ?? ""} ${board.groups.map((group) => group.id).join(" ")}`;
    const known = this.#plain.get(key);
    const { revision } = board.items;
    if (known?.revision === revision && !this.#state.lag.active) return known.ids;
    const ids = idsOf(this.#activeItems(board, (item) => groupId === null || item.groupId === groupId));
    if (!this.#state.lag.active) this.#plain.set(key, { ids, revision });
    return ids;
  }

  /** Items a read sees as active and that pass a test, in board order: by group, then by position. */
  #activeItems(board: Board, keep: (item: Item) => boolean): Item[] {
    const byGroup = new Map<string, Item[]>(board.groups.map((group) => [group.id, []]));
    const strays: Item[] = [];
    const { lag } = this.#state;
    for (const stored of board.items.scan()) {
      const item = lag.visible(stored);
      if (item === undefined || item.state !== "active" || !keep(item)) continue;
      (byGroup.get(item.groupId) ?? strays).push(item);
    }
    return [...[...byGroup.values()].flat(), ...strays];
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
    const items = this.#activeItems(board, (item) =>
      wanted.every(({ column, texts }) => {
        if (column.type === "name") return texts.has(item.name);
        return texts.has(cellText(this.#state, cellOf(board, item, column)) ?? "");
      }),
    );
    return this.#open(board, null, idsOf(items), limit);
  }

  /** Any later page. */
  next(cursor: string, limit: number): ItemsResponse {
    checkLimit(limit);
    const [head, sum] = Buffer.from(cursor, "base64").toString("utf8").split("|");
    if (head === undefined || sum !== String(crc32(head))) {
      throw mondayError("CursorException", "InvalidCursorError: The cursor is not valid");
    }
    if (this.#state.environment.dials.take("expire-cursor") !== null) throw cursorExpired();
    const [, boardId = "", key = "", , offset = "0", groupId = ""] = head.split(",");
    const snapshot = this.#snapshots.get(key);
    const board = this.#state.board(boardId);
    if (snapshot === undefined || board === undefined || snapshot.expiresAt <= this.#state.environment.clock.now()) {
      throw cursorExpired();
    }
    return this.#page(board, groupId === "" ? null : groupId, key, snapshot, Number(offset), limit);
  }

  #open(board: Board, groupId: string | null, ids: Float64Array, limit: number): ItemsResponse {
    const now = this.#state.environment.clock.now();
    const snapshot = { ids, expiresAt: now + CURSOR_LIFE };
    if (ids.length <= limit) return this.#page(board, groupId, "", snapshot, 0, limit);
    const key = this.#state.newUuid().replaceAll("-", "").slice(0, 21);
    this.#snapshots.set(key, snapshot);
    this.#held += ids.length;
    for (const [oldKey, old] of this.#snapshots) {
      if (old.expiresAt > now && this.#held <= MOST_IDS) break;
      this.#snapshots.delete(oldKey);
      this.#held -= old.ids.length;
    }
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
    const end = offset + limit;
    const items: Item[] = [];
    for (const id of snapshot.ids.subarray(offset, end)) {
      const item = this.#state.visibleItem(String(id));
      if (item?.state === "active" && item.boardId === board.id) items.push(item);
    }
    if (end >= snapshot.ids.length) return { cursor: null, items };
    const head = `1,${board.id},${key},${snapshot.ids.length},${end},${groupId ?? ""}`;
    return { cursor: Buffer.from(`${head}|${crc32(head)}`).toString("base64"), items };
  }
}

function idsOf(items: readonly Item[]): Float64Array {
  const ids = new Float64Array(items.length);
  for (const [at, item] of items.entries()) ids[at] = Number(item.id);
  return ids;
}

function checkLimit(limit: number): void {
  if (limit < 1 || limit > 500) throw invalidArgument("limit must be between 1 and 500");
}
