import type { MondayActivitySeed, MondayBoardSeed, MondayColumnSeed, MondaySeed } from "../seeds.ts";
import type { SandboxEnvironment } from "../kit/system.ts";
import { ActivityLog } from "./activity-log.ts";
import { settingsOf } from "./column-settings.ts";
import { generatedBoard } from "./generated-board.ts";
import { ItemTable } from "./item-table.ts";
import type {
  Asset,
  Column,
  Doc,
  Folder,
  Group,
  Item,
  ItemState,
  Tag,
  Team,
  Update,
  User,
  View,
  Workspace,
} from "./parts.ts";
import { ReadLag } from "./read-lag.ts";

export type { ItemState, Update } from "./parts.ts";

export interface Board {
  readonly id: string;
  name: string;
  description: string | null;
  workspaceId: string | null;
  folderId: string | null;
  state: ItemState;
  kind: "public" | "private" | "share";
  readonly type: "board" | "sub_items_board";
  /** The board whose subitems these are, null for a main board. */
  readonly parentBoardId: string | null;
  readonly creatorId: string;
  readonly createdAt: string;
  updatedAt: string;
  groups: Group[];
  readonly columns: Column[];
  /** All items in any state, in board order inside their group. */
  readonly items: ItemTable;
  /** Most items the board takes. */
  readonly itemsLimit: number;
  readonly activity: ActivityLog;
  readonly subscribers: Set<string>;
  readonly owners: Set<string>;
  readonly teamSubscribers: Set<string>;
  itemNoun: string;
  communication: string | null;
  /** Columns no item may be without, and the board's own rules by id (reference monday.md §3, validation rules). */
  readonly requiredColumns: Set<string>;
  readonly rules: Map<string, unknown>;
  views: readonly View[];
  /** While true the board is locked: writes answer 423. */
  locked: boolean;
  /** True when the token's user has lost sight of the board. */
  hidden: boolean;
  /** True when the user may see the board and not its log. */
  activityHidden: boolean;
}

const MOST_ITEMS = 10_000;

/** What happened on a board, for webhooks; rows of the log and, for updates, the same shape without a row. */
export type BoardListener = (board: Board, row: MondayActivitySeed) => void;

/** Everything the account holds, with the indexes reads need. */
export class MondayState {
  readonly account: MondaySeed["account"];
  readonly users: Map<string, User>;
  readonly teams = new Map<string, Team>();
  readonly workspaces: Workspace[];
  readonly folders: Folder[] = [];
  readonly boards = new Map<string, Board>();
  readonly tags = new Map<string, Tag>();
  readonly assets = new Map<string, Asset>();
  readonly updates: Update[] = [];
  readonly docs = new Map<string, Doc>();
  readonly jobs = new Map<string, { readonly total: number; readonly failed: number; readonly at: string }>();
  /** Operators the filter on the last update refuses: accounts differ in what they take. */
  refusedFilters: ReadonlySet<string> = new Set();
  /** How long the plan keeps activity rows, milliseconds; null for ever. */
  logRetentionMs: number | null = null;
  /** Whether asking the state of nested subitems fails the whole call, as it can (reference monday.md §7.6). */
  nestedStateFails = false;
  readonly lag: ReadLag;
  readonly environment: SandboxEnvironment;
  readonly #boardOfItem = new Map<string, Board>();
  readonly #children = new Map<string, string[]>();
  readonly #listeners: BoardListener[] = [];
  #nextId: bigint;

  constructor(seed: MondaySeed, environment: SandboxEnvironment) {
    this.environment = environment;
    this.account = seed.account;
    this.users = new Map(
      seed.users.map((user) => [user.id, { emailConfirmed: true, ...user, kind: user.kind ?? "member" }]),
    );
    this.workspaces = seed.workspaces.map((space) => ({
      state: "active",
      ...space,
      createdAt: null,
      description: null,
      kind: "open",
      userIds: new Set(),
    }));
    this.lag = new ReadLag(() => environment.clock.now());
    this.#nextId = 18_000_000_000n;
    for (const board of seed.boards) this.addBoard(board, seed.tokenUserId);
  }

  /** Adds a board as a seed tells it; ids given later are higher than all of its own. */
  addBoard(seed: MondayBoardSeed, creatorId: string): Board {
    const columns = withNameColumn(seed.columns.map((column) => columnState(column)));
    const groups = seed.groups.map((group) => ({ ...group }));
    const rule = seed.generated;
    const generated = rule === undefined ? null : generatedBoard(seed, rule, columns, groups);
    const board: Board = {
      ...blankBoard(seed.id, seed.name, creatorId, seed.createdAt),
      workspaceId: seed.workspaceId,
      state: seed.state ?? "active",
      type: seed.parentBoardId === undefined ? "board" : "sub_items_board",
      parentBoardId: seed.parentBoardId ?? null,
      groups,
      columns,
      items: new ItemTable(generated?.items ?? null),
      itemsLimit: rule === undefined ? MOST_ITEMS : rule.count + MOST_ITEMS,
      activity: new ActivityLog(seed.activity, generated?.activity ?? null),
    };
    board.updatedAt = board.activity.last?.createdAt ?? seed.createdAt;
    this.boards.set(board.id, board);
    for (const item of seed.items) this.putItem(board, { ...item, boardId: board.id });
    const last = rule === undefined ? [] : [String(rule.firstId + rule.count)];
    for (const id of [seed.id, ...last, ...seed.items.map((item) => item.id)]) {
      if (BigInt(id) > this.#nextId) this.#nextId = BigInt(id);
    }
    return board;
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

  /** Whether a user sees a board: private ones are their people's, guests see what they are subscribed to. */
  sees(userId: string, board: Board): boolean {
    if (board.hidden) return false;
    const user = this.users.get(userId);
    if (user === undefined) return true;
    const main = board.parentBoardId === null ? board : (this.boards.get(board.parentBoardId) ?? board);
    if (main.kind !== "private" && user.kind !== "guest") return true;
    const teams = [...main.teamSubscribers].some((id) => this.teams.get(id)?.userIds.has(userId) === true);
    return teams || main.owners.has(userId) || main.subscribers.has(userId);
  }

  /** The board an item is on, also when it is out of sight. */
  homeOf(itemId: string): Board | undefined {
    const board = this.#boardOfItem.get(itemId);
    if (board !== undefined) return board;
    for (const candidate of this.boards.values()) {
      if (candidate.items.generated !== null && candidate.items.has(itemId)) return candidate;
    }
    return undefined;
  }

  boardOfItem(itemId: string): Board | undefined {
    const board = this.homeOf(itemId);
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

  /** Ids of all subitems ever created under an item. */
  childIds(itemId: string): readonly string[] {
    return this.#children.get(itemId) ?? [];
  }

  /** The board that holds a board's subitems, once one was created. */
  subitemsBoard(board: Board): Board | undefined {
    for (const candidate of this.boards.values()) if (candidate.parentBoardId === board.id) return candidate;
    return undefined;
  }

  putItem(board: Board, item: Item): void {
    this.#place(board, item, () => board.items.set(item));
  }

  /** As `putItem`, and the item goes last on its board, or beside another item. */
  placeItem(board: Board, item: Item, anchor: { readonly id: string; readonly after: boolean } | null = null): void {
    this.#place(board, item, () =>
      anchor === null ? board.items.setLast(item) : board.items.place(item, anchor.id, anchor.after),
    );
  }

  #place(board: Board, item: Item, store: () => void): void {
    const home = this.homeOf(item.id);
    this.lag.record(item.id, home?.items.get(item.id));
    if (home !== undefined && home !== board) home.items.remove(item.id);
    store();
    this.#boardOfItem.set(item.id, board);
    if (item.parentId === undefined) return;
    const siblings = this.#children.get(item.parentId) ?? [];
    if (!siblings.includes(item.id)) this.#children.set(item.parentId, [...siblings, item.id]);
  }

  /** Removes an item for good, as the real service does some 30 days after its deletion. */
  purge(itemId: string): void {
    const board = this.homeOf(itemId);
    board?.items.remove(itemId);
    this.#boardOfItem.delete(itemId);
  }

  subscribe(listener: BoardListener): void {
    this.#listeners.push(listener);
  }

  publish(board: Board, row: MondayActivitySeed): void {
    for (const listener of this.#listeners) listener(board, row);
  }

  appendActivity(board: Board, row: MondayActivitySeed): void {
    board.activity.push(row);
    this.lag.recordRow(row);
    this.publish(board, row);
  }
}

/** A board with nothing on it. */
export function blankBoard(id: string, name: string, creatorId: string, now: string): Board {
  return {
    id,
    name,
    description: null,
    workspaceId: null,
    folderId: null,
    state: "active",
    kind: "public",
    type: "board",
    parentBoardId: null,
    creatorId,
    createdAt: now,
    updatedAt: now,
    groups: [],
    columns: [],
    items: new ItemTable(),
    itemsLimit: MOST_ITEMS,
    activity: new ActivityLog([]),
    subscribers: new Set([creatorId]),
    owners: new Set([creatorId]),
    teamSubscribers: new Set(),
    itemNoun: "Item",
    communication: null,
    requiredColumns: new Set(),
    rules: new Map(),
    views: [],
    locked: false,
    hidden: false,
    activityHidden: false,
  };
}

function columnState(seed: MondayColumnSeed): Column {
  return {
    id: seed.id,
    title: seed.title,
    type: seed.type,
    description: null,
    labels: new Map(Object.entries(seed.labels ?? {})),
    doneIndexes: seed.doneIndexes ?? [],
    extra: seed.settings ?? {},
    ...(seed.settingsText !== undefined && { settingsText: seed.settingsText }),
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
