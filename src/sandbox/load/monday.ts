import type { MondayActivitySeed, MondayBoardSeed, MondayItemSeed, MondaySeed } from "../seeds.ts";
import { idIn, knownOf, object, objects, Tally, text } from "./given.ts";
import type { Content, GivenSystem, Json, Known, Loaded } from "./given.ts";
import { columnSeed, parsed, valuesIn } from "./monday-columns.ts";

const EPOCH = "1970-01-01T00:00:00.000Z";
const READ: ReadonlySet<string> = new Set(["workspaces", "users", "boards", "items", "subitems", "activity_logs"]);

/** An item with the board it is on. */
interface Placed {
  readonly boardId: string;
  readonly seed: MondayItemSeed;
}

/** An account of exactly these records. @param base what somebody's records do not tell */
export function mondaySeed(given: GivenSystem, base: MondaySeed): Loaded<MondaySeed> {
  const tally = new Tally();
  const known = (stream: string): readonly Known[] => {
    const records = [...knownOf(given, stream, tally)];
    for (const _ of records) tally.keep(stream);
    return records;
  };
  const boards = new Map(known("boards").map((record) => [record.id, record]));
  const itemRecords = [...known("items"), ...known("subitems")];
  const items = itemRecords.flatMap((record) => itemSeed(record, boards, tally));
  const rows = rowsByBoard(
    known("activity_logs"),
    new Map(items.map(({ boardId, seed }) => [seed.id, boardId])),
    tally,
  );
  for (const stream of Object.keys(given.records))
    if (!READ.has(stream))
      for (const _ of given.records[stream] ?? []) tally.leave(stream, "the stand-in has no such records");
  const users = known("users").map(userSeed);
  const tokenUserId =
    given.user ?? users.find(({ id }) => id === base.tokenUserId)?.id ?? users[0]?.id ?? base.tokenUserId;
  if (!users.some(({ id }) => id === tokenUserId))
    users.push({ id: tokenUserId, name: "Process Hub", email: "", enabled: true, createdAt: EPOCH });
  const seed: MondaySeed = {
    account: {
      id: given.tenant,
      name: given.name ?? base.account.name,
      slug: itemRecords.map(({ content }) => slugIn(content)).find((slug) => slug !== null) ?? base.account.slug,
    },
    tokenUserId,
    users,
    workspaces: workspaces(known("workspaces"), boards, tally),
    boards: [...boards.values()].map((record) =>
      boardSeed(
        record,
        items.filter(({ boardId }) => boardId === record.id).map((each) => each.seed),
        rows.get(record.id) ?? [],
        parentOf(record.id, boards),
      ),
    ),
  };
  return { seed, report: tally.report(given.tenant, tokenUserId) };
}

const slugIn = (content: Content): string | null =>
  /^https:\/\/([\w-]+)\.monday\.com\//u.exec(text(content["url"]) ?? "")?.[1] ?? null;

function userSeed({ id, content }: Known): MondaySeed["users"][number] {
  const status = text(content["status"]);
  const kind = (["admin", "member", "guest", "view_only"] as const).find((each) => each === content["kind"]);
  return {
    id,
    name: text(content["name"]) ?? "",
    email: text(content["email"]) ?? "",
    enabled: status !== "INACTIVE",
    emailConfirmed: status !== "PENDING",
    createdAt: EPOCH,
    ...(kind !== undefined && { kind }),
  };
}

/** The listed workspaces and those that only boards name. */
function workspaces(
  listed: readonly Known[],
  boards: ReadonlyMap<string, Known>,
  tally: Tally,
): MondaySeed["workspaces"] {
  const spaces = new Map(
    listed.map(({ id, content, removed }) => {
      const state = removed === undefined ? stateIn(content) : "deleted";
      return [id, { id, name: text(content["name"]) ?? "", state }] as const;
    }),
  );
  for (const { content } of boards.values()) {
    const space = object(content["workspace"]);
    const id = text(space?.["id"]);
    if (id === null || spaces.has(id)) continue;
    tally.mention("workspaces");
    spaces.set(id, { id, name: text(space?.["name"]) ?? "", state: "active" });
  }
  return [...spaces.values()];
}

type State = MondayItemSeed["state"];

function stateIn(content: Content): State {
  const { state } = content;
  return state === "archived" || state === "deleted" ? state : "active";
}

/** What a record's end says, else the record itself. */
function stateOf({ content, removed }: Known): State {
  if (removed === undefined) return stateIn(content);
  return removed.cause === "archived" ? "archived" : "deleted";
}

/** The board whose subtasks column leads here. */
function parentOf(id: string, boards: ReadonlyMap<string, Known>): string | null {
  if (boards.get(id)?.content["type"] !== "sub_items_board") return null;
  for (const [parent, { content }] of boards) {
    for (const column of objects(content["columns"])) {
      if (column["type"] !== "subtasks") continue;
      const { boardIds } = object(parsed(column["settings_str"])) ?? {};
      if (Array.isArray(boardIds) && boardIds.some((each) => idIn(each) === id)) return parent;
    }
  }
  return null;
}

function boardSeed(
  record: Known,
  items: readonly MondayItemSeed[],
  activity: readonly MondayActivitySeed[],
  parentBoardId: string | null,
): MondayBoardSeed {
  const { id, content } = record;
  const listed = objects(content["groups"]).map((group) => ({
    id: text(group["id"]) ?? "",
    title: text(group["title"]) ?? "",
    color: text(group["color"]) ?? "#579bfc",
  }));
  const here = new Set(listed.map((group) => group.id));
  const former = [...new Set(items.map(({ groupId }) => groupId))].filter((group) => !here.has(group));
  return {
    id,
    name: text(content["name"]) ?? "",
    workspaceId: text(object(content["workspace"])?.["id"]),
    createdAt:
      [...items.map(({ createdAt }) => createdAt), ...activity.map(({ createdAt }) => createdAt)].toSorted()[0]
      ?? EPOCH,
    state: stateOf(record),
    ...(parentBoardId !== null && { parentBoardId }),
    groups: [...listed, ...former.map((group) => ({ id: group, title: group, color: "#c4c4c4", deleted: true }))],
    columns: objects(content["columns"]).flatMap(columnSeed),
    items,
    activity,
  };
}

function itemSeed(record: Known, boards: ReadonlyMap<string, Known>, tally: Tally): Placed[] {
  const { id, content } = record;
  const boardId = text(object(content["board"])?.["id"]) ?? record.partition ?? "";
  if (!boards.has(boardId)) {
    tally.leave("items", "its board is not among the records");
    return [];
  }
  const createdAt = instant(content["created_at"]);
  const parentId = text(object(content["parent_item"])?.["id"]);
  const seed: MondayItemSeed = {
    id,
    name: text(content["name"]) ?? "",
    groupId: text(object(content["group"])?.["id"]) ?? "",
    creatorId: text(content["creator_id"]) ?? "",
    createdAt,
    updatedAt: content["updated_at"] === null ? createdAt : instant(content["updated_at"]),
    state: stateOf(record),
    ...(parentId !== null && { parentId }),
    ...valuesIn(objects(content["column_values"])),
  };
  return [{ boardId, seed }];
}

/** An instant of the API, which gives seconds, as ISO text with milliseconds. */
function instant(value: Json | undefined): string {
  const at = Date.parse(text(value) ?? "");
  return Number.isNaN(at) ? EPOCH : new Date(at).toISOString();
}

/** The rows of each board's log; one about several items is stored once for each of them. */
function rowsByBoard(
  records: readonly Known[],
  boardOf: ReadonlyMap<string, string>,
  tally: Tally,
): Map<string, MondayActivitySeed[]> {
  const rows = new Map<string, { readonly boardId: string; readonly items: string[]; readonly record: Known }>();
  for (const record of records) {
    const item = record.member?.id ?? "";
    const data = object(record.content["data"]) ?? {};
    const { board_id: own } = data;
    const boardId = idIn(own) ?? record.partition ?? boardOf.get(item);
    const id = text(record.content["id"]) ?? record.id;
    if (boardId === undefined) {
      tally.leave("activity_logs", "its board is not among the records");
      continue;
    }
    const row = rows.get(id);
    if (row === undefined) rows.set(id, { boardId, items: [item], record });
    else row.items.push(item);
  }
  const byBoard = new Map<string, MondayActivitySeed[]>();
  for (const [id, { boardId, items, record }] of rows) {
    const log = byBoard.get(boardId) ?? [];
    log.push(activitySeed(id, record.content, items));
    byBoard.set(boardId, log);
  }
  return byBoard;
}

function activitySeed(id: string, content: Content, items: readonly string[]): MondayActivitySeed {
  const told = text(content["created_at"]) ?? "0";
  const data = object(content["data"]) ?? {};
  const single = data["pulse_id"] ?? object(data["pulse"])?.["id"] ?? data["item_id"];
  return {
    id,
    event: text(content["event"]) ?? "",
    entity: "pulse",
    userId: text(content["user_id"]) ?? "",
    createdAt: new Date(Math.floor(Number(told) / 10_000)).toISOString(),
    stamp: told,
    data: single === undefined || single === null ? { ...data, pulse_ids: items.map(Number) } : data,
  };
}
