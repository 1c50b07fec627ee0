import type { MondayActivitySeed, MondayItemSeed, MondaySeed } from "../seeds.ts";
import type { SandboxEnvironment } from "../kit/system.ts";
import { settingsOf } from "./column-settings.ts";
import type { Column, Group, Item } from "./parts.ts";
import { ReadLag } from "./read-lag.ts";

export type ItemState = MondayItemSeed["state"];

export interface Board {
  readonly id: string;
  name: string;
  description: string | null;
  readonly workspaceId: string | null;
  state: ItemState;
  readonly kind: "public" | "private" | "share";
  readonly creatorId: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly groups: Group[];
  readonly columns: Column[];
  /** All items in any state, in board order inside their group. */
  readonly items: Map<string, Item>;
  /** Oldest first, times never decreasing. */
  readonly activity: MondayActivitySeed[];
  /** True when the token's user has lost sight of the board. */
  hidden: boolean;
  /** True when the user may see the board and not its log. */
  activityHidden: boolean;
}

export interface Update {
  readonly id: string;
  readonly itemId: string;
  readonly creatorId: string;
  readonly body: string;
  readonly createdAt: string;
}

/** Everything the account holds, with the indexes reads need. */
export class MondayState {
  readonly account: MondaySeed["account"];
  readonly users: Map<string, MondaySeed["users"][number]>;
  readonly workspaces: { id: string; name: string; createdAt: string | null; description: string | null }[];
  readonly boards = new Map<string, Board>();
  readonly updates: Update[] = [];
  /** Operators the filter on the last update refuses: accounts differ in what they take. */
  refusedFilters: ReadonlySet<string> = new Set();
  readonly lag: ReadLag;
  readonly environment: SandboxEnvironment;
  readonly #boardOfItem = new Map<string, Board>();
  readonly #cellStamps = new Map<string, Map<string, string>>();
  #nextId: bigint;

  constructor(seed: MondaySeed, environment: SandboxEnvironment) {
    this.environment = environment;
    this.account = seed.account;
    this.users = new Map(seed.users.map((user) => [user.id, user]));
    this.workspaces = seed.workspaces.map((space) => ({ ...space, createdAt: null, description: null }));
    this.lag = new ReadLag(() => environment.clock.now());
    let highest = 18_000_000_000n;
    for (const board of seed.boards) {
      if (BigInt(board.id) > highest) highest = BigInt(board.id);
      const lastRow = board.activity[board.activity.length - 1];
      const state: Board = {
        id: board.id,
        name: board.name,
        description: null,
        workspaceId: board.workspaceId,
        state: "active",
        kind: "public",
        creatorId: seed.tokenUserId,
        createdAt: board.createdAt,
        updatedAt: lastRow?.createdAt ?? board.createdAt,
        groups: board.groups.map((group) => ({ ...group })),
        columns: withNameColumn(board.columns.map((column) => columnState(column))),
        items: new Map(),
        activity: [...board.activity].sort((a, b) => compareText(a.createdAt, b.createdAt)),
        hidden: false,
        activityHidden: false,
      };
      for (const item of board.items) {
        if (BigInt(item.id) > highest) highest = BigInt(item.id);
        this.putItem(state, { ...item, boardId: board.id });
      }
      this.boards.set(board.id, state);
    }
    this.#nextId = highest;
  }

  /** A fresh numeric id, always above 2^31 as the real ones are. */
  newId(): string {
    this.#nextId += 1n + BigInt(Math.floor(this.environment.random() * 40));
    return this.#nextId.toString();
  }

  newUuid(): string {
    let hex = "";
    for (let i = 0; i < 32; i += 1) hex += Math.floor(this.environment.random() * 16).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** The business instant as the ISO text everything is stamped with. */
  now(): string {
    return new Date(this.environment.clock.now()).toISOString();
  }

  /** The board in any state, unless it is unknown or out of sight. */
  board(id: string): Board | undefined {
    const board = this.boards.get(id);
    return board === undefined || board.hidden ? undefined : board;
  }

  boardOfItem(itemId: string): Board | undefined {
    const board = this.#boardOfItem.get(itemId);
    return board === undefined || board.hidden ? undefined : board;
  }

  /** The item as a write sees it: the newest version. */
  item(id: string): Item | undefined {
    return this.boardOfItem(id)?.items.get(id);
  }

  /** The item as a read sees it: some seconds old while a lag is set. */
  visibleItem(id: string): Item | undefined {
    const item = this.item(id);
    return item === undefined ? undefined : this.lag.visible(item);
  }

  /** All items of a board as a read sees them, in board order: by group, then by position. */
  visibleItems(board: Board): Item[] {
    const byGroup = new Map<string, Item[]>(board.groups.map((group) => [group.id, []]));
    const strays: Item[] = [];
    for (const stored of board.items.values()) {
      const item = this.lag.visible(stored);
      if (item !== undefined) (byGroup.get(item.groupId) ?? strays).push(item);
    }
    return [...[...byGroup.values()].flat(), ...strays];
  }

  putItem(board: Board, item: Item): void {
    const before = board.items.get(item.id);
    this.lag.record(item.id, before);
    board.items.set(item.id, item);
    this.#boardOfItem.set(item.id, board);
  }

  /** When a cell last changed, from the log; undefined when it never did. */
  cellStamp(board: Board, itemId: string, columnId: string): string | undefined {
    let stamps = this.#cellStamps.get(board.id);
    if (stamps === undefined) {
      stamps = new Map();
      for (const row of board.activity) noteStamp(stamps, row);
      this.#cellStamps.set(board.id, stamps);
    }
    return stamps.get(`${itemId} ${columnId}`);
  }

  appendActivity(board: Board, row: MondayActivitySeed): void {
    board.activity.push(row);
    const stamps = this.#cellStamps.get(board.id);
    if (stamps !== undefined) noteStamp(stamps, row);
  }
}

function noteStamp(stamps: Map<string, string>, row: MondayActivitySeed): void {
  const { pulse_id: item, column_id: column } = row.data;
  if (row.event === "update_column_value") stamps.set(`${String(item)} ${String(column)}`, row.createdAt);
}

function columnState(seed: MondaySeed["boards"][number]["columns"][number]): Column {
  return {
    id: seed.id,
    title: seed.title,
    type: seed.type,
    description: null,
    labels: new Map(Object.entries(seed.labels ?? {})),
    doneIndexes: seed.doneIndexes ?? [],
    extra: {},
    revision: 1,
  };
}

/** The name column every board has, first. */
export function withNameColumn(columns: readonly Column[]): Column[] {
  if (columns.some((column) => column.id === "name")) return [...columns];
  return [newColumn("name", "Name", "name"), ...columns];
}

export function newColumn(id: string, title: string, type: string): Column {
  const defaults = settingsOf(type);
  return { id, title, type, description: null, ...defaults, revision: 1 };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
