import { z } from "zod";
import { json } from "./answers.ts";
import { SANDBOX_APP } from "./apps.ts";
import { parseCell } from "./cell-writes.ts";
import { logType } from "./log-values.ts";
import type { ItemState } from "./parts.ts";
import { scalarText } from "./scalar-text.ts";
import type { Board, MondayState } from "./state.ts";
import { SANDBOX_TOKEN } from "./tokens.ts";
import type { Tokens } from "./tokens.ts";
import { truth, truthStream } from "./truth.ts";
import type { Webhooks } from "./webhooks.ts";
import { columnOf, logEvent, moveToGroup, setCell, setState, writableItem } from "./writes.ts";
import { part } from "./cell-parts.ts";

export interface WorldParts {
  readonly state: MondayState;
  readonly tokens: Tokens;
  readonly webhooks: Webhooks;
}

const id = z.union([z.string(), z.number()]).transform(String);
const BATCH = z.object({
  boardId: id,
  itemIds: z.array(id).min(1),
  columnId: z.string(),
  value: z.unknown(),
  perItemRows: z.boolean().default(true),
  asUserId: id.optional(),
});
const UNDO = z.object({ boardId: id, rowId: z.string().optional(), asUserId: id.optional() });
const LOG = z.object({
  boardId: id,
  event: z.string(),
  entity: z.enum(["board", "pulse"]).default("pulse"),
  data: z.record(z.string(), z.unknown()).default({}),
  asUserId: id.optional(),
});
const PERSON = z.object({
  id,
  name: z.string().optional(),
  kind: z.enum(["admin", "member", "guest", "view_only"]).optional(),
  enabled: z.boolean().optional(),
  emailConfirmed: z.boolean().optional(),
});
const GENERATE = z.object({
  name: z.string(),
  count: z.number().int().positive().max(2_000_000),
  seed: z.number().int().default(1),
  startAt: z.iso.datetime(),
  stepMs: z.number().int().positive(),
  archivedEvery: z.number().int().nonnegative().default(0),
  workspaceId: id.optional(),
});
const APP_TOKEN = z.object({ token: z.string(), userId: id, scopes: z.array(z.string()) });

/**
 * What the account's people do in the browser and no API call does, and what nobody may ask the real service: GET
 * /truth (all records as they are; `?streams=items,users` for some), POST /pump (delivers webhooks that are due),
 * /batch (sets a cell of many items at once, with or without their own rows), /undo (takes back a move or a change),
 * /log (a row of any event), /lock (a board), /purge (an item, for good), /people (what a user is), /app-tokens (an
 * OAuth token of the sandbox's app), /uninstall (that app, with all its tokens), /generate (a board of any size,
 * computed on demand), /retention (days the log is kept), /traps (`nestedSubitemState`: asking it fails the call). Null
 * for any other path.
 */
export async function controlWorld(parts: WorldParts, path: string, request: Request): Promise<Response | null> {
  const { state, tokens, webhooks } = parts;
  const integration = tokens.get(SANDBOX_TOKEN)?.userId ?? "";
  if (request.method === "GET" && path === "/truth") {
    const wanted = new URL(request.url).searchParams.get("streams")?.split(",");
    const records = truth(state, integration);
    const kept = wanted === undefined ? records : only(records, wanted);
    return new Response(truthStream(kept), { headers: { "content-type": "application/json" } });
  }
  if (request.method === "GET" && path === "/webhooks") return json(200, webhooks.counts());
  if (request.method !== "POST") return null;
  const body = async <T>(schema: z.ZodType<T>): Promise<T> => schema.parse(JSON.parse((await request.text()) || "{}"));
  switch (path) {
    case "/pump": {
      const delivered = await webhooks.drain();
      return json(200, { delivered, ...webhooks.counts() });
    }
    case "/batch":
      return json(200, batch(state, integration, await body(BATCH)));
    case "/undo":
      return json(200, undo(state, integration, await body(UNDO)));
    case "/log": {
      const { boardId, event, entity, data, asUserId } = await body(LOG);
      logEvent(state, boardOf(state, boardId), { userId: asUserId ?? integration }, event, entity, data);
      return json(200, { event });
    }
    case "/lock": {
      const { boardId, locked } = await body(z.object({ boardId: id, locked: z.boolean() }));
      boardOf(state, boardId).locked = locked;
      return json(200, { boardId, locked });
    }
    case "/purge": {
      const { itemId } = await body(z.object({ itemId: id }));
      state.purge(itemId);
      return json(200, { itemId });
    }
    case "/people": {
      const change = await body(PERSON);
      const user = state.users.get(change.id);
      if (user === undefined) throw new Error(`No such user: ${change.id}`);
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const next = { ...user, ...given };
      state.users.set(user.id, next);
      return json(200, next);
    }
    case "/retention": {
      const { days } = await body(z.object({ days: z.number().positive().nullable() }));
      state.logRetentionMs = days === null ? null : days * 86_400_000;
      return json(200, { days });
    }
    case "/traps": {
      const { nestedSubitemState } = await body(z.object({ nestedSubitemState: z.boolean() }));
      state.nestedStateFails = nestedSubitemState;
      return json(200, { nestedSubitemState });
    }
    case "/uninstall":
      tokens.revokeApp(SANDBOX_APP.id);
      return json(200, { app: SANDBOX_APP.id });
    case "/generate":
      return json(200, generate(state, integration, await body(GENERATE)));
    case "/app-tokens": {
      const { token, userId, scopes } = await body(APP_TOKEN);
      tokens.addForApp(token, userId, SANDBOX_APP, { scopes, expiresAt: null });
      return json(200, { token, scopes });
    }
    default:
      return null;
  }
}

/** A board of three groups and one column of each common type, its items computed on demand. */
function generate(state: MondayState, integration: string, args: z.output<typeof GENERATE>): unknown {
  const { name, count, seed, startAt, stepMs, archivedEvery } = args;
  const boardId = state.newId();
  const firstId = Number(state.newId()) + 1;
  state.addBoard(
    {
      id: boardId,
      name,
      workspaceId: args.workspaceId ?? state.workspaces[0]?.id ?? "",
      createdAt: startAt,
      groups: ["Backlog", "Doing", "Done"].map((title) => ({ id: title.toLowerCase(), title, color: "#579bfc" })),
      columns: [
        {
          id: "status",
          title: "Status",
          type: "status",
          labels: { "0": "Working on it", "1": "Done", "2": "Stuck" },
          doneIndexes: [1],
        },
        { id: "owner", title: "Owner", type: "people" },
        { id: "due", title: "Due", type: "date" },
        { id: "span", title: "Span", type: "timeline" },
        { id: "effort", title: "Effort", type: "numbers" },
        { id: "reference", title: "Reference", type: "text" },
        { id: "tier", title: "Tier", type: "dropdown", labels: { "1": "Gold", "2": "Silver" } },
        { id: "approved", title: "Approved", type: "checkbox" },
        { id: "deal", title: "Deal", type: "link" },
      ],
      items: [],
      activity: [],
      generated: { seed, count, firstId, startAt, stepMs, archivedEvery, userIds: [...state.users.keys()] },
    },
    integration,
  );
  return { boardId, firstId: String(firstId), count };
}

function* only<T extends { readonly stream: string }>(records: Iterable<T>, wanted: readonly string[]): Generator<T> {
  for (const record of records) if (wanted.includes(record.stream)) yield record;
}

function boardOf(state: MondayState, boardId: string): Board {
  const board = state.boards.get(boardId);
  if (board === undefined) throw new Error(`No such board: ${boardId}`);
  return board;
}

/** A change of many items at once, as a selection in the browser makes it (reference monday.md §8). */
function batch(state: MondayState, integration: string, args: z.output<typeof BATCH>): unknown {
  const actor = { userId: args.asUserId ?? integration };
  const board = boardOf(state, args.boardId);
  const column = columnOf(board, args.columnId);
  const raw = parseCell(column, args.value ?? null, false);
  logEvent(state, board, actor, "batch_change_pulses_column_value", "board", {
    pulse_ids: args.itemIds.map(Number),
    column_id: column.id,
    column_type: logType(column.type),
    column_title: column.title,
    value: raw ?? {},
    is_batch_action: true,
  });
  for (const itemId of args.itemIds) {
    const { item } = writableItem(state, actor, itemId);
    if (args.perItemRows) setCell(state, actor, board, item, column, raw);
    else state.putItem(board, { ...item, updatedAt: state.now(), values: { ...item.values, [column.id]: raw } });
  }
  return { changed: args.itemIds.length };
}

const NEXT_STATE: Readonly<Record<string, ItemState>> = {
  archive_pulse: "active",
  delete_pulse: "active",
  restore_pulse: "archived",
};

/** Takes back what the newest row, or the given one, tells of; the new row says that it undoes. */
function undo(state: MondayState, integration: string, args: z.output<typeof UNDO>): unknown {
  const actor = { userId: args.asUserId ?? integration };
  const board = boardOf(state, args.boardId);
  for (let at = board.activity.length - 1; at >= 0; at -= 1) {
    const row = board.activity.at(at);
    if (row === undefined || (args.rowId !== undefined && row.id !== args.rowId)) continue;
    const itemId = scalarText(row.data["pulse_id"]);
    const to = NEXT_STATE[row.event];
    if (row.event === "move_pulse_from_group") {
      moveToGroup(state, actor, itemId, scalarText(part(row.data["source_group"], "id")), {
        is_batch_action: false,
        is_undo_action: true,
      });
    } else if (to !== undefined) {
      setState(state, actor, itemId, to);
    } else if (row.event === "update_column_value") {
      const { item } = writableItem(state, actor, itemId);
      const column = columnOf(board, scalarText(row.data["column_id"]));
      const before = part(part(row.data["previous_value"], "label"), "index");
      if (column.type !== "status") throw new Error("Only changes of a status can be undone");
      setCell(state, actor, board, item, column, before === undefined ? null : { index: before }, {
        is_undo_action: true,
      });
    } else if (args.rowId === undefined) {
      continue;
    } else {
      throw new Error(`A row of ${row.event} cannot be undone`);
    }
    return { undone: row.id, event: row.event };
  }
  throw new Error("There is nothing to undo");
}
