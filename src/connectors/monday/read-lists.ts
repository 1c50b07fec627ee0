import { z } from "zod";
import { isJsonObject } from "../../model/index.ts";
import type { JsonObject, Page, Position, RemovalCause, Tombstone } from "../../model/index.ts";
import type { ReadContext } from "../kit/index.ts";
import { boardSchema, userSchema, workspaceSchema } from "./answers.ts";
import type { BoardAnswer } from "./answers.ts";
import { isSubitemBoard, storedBoard, subitemBoardsOf } from "./board-columns.ts";
import { hiddenColumns, withMemory } from "./column-memory.ts";
import { BOARDS, BOARDS_BY_ID, BOARD_STATES, USERS, WORKSPACES } from "./documents.ts";
import type { MondayGateway } from "./gateway.ts";
import { wantsBoard } from "./settings.ts";
import type { MondaySettings } from "./settings.ts";

/** The lists have no change filter and are read whole each time; the content hash makes that free (design §5.2). */
const NO_STATE = null;
const USERS_PER_PAGE = 500;
export const BOARDS_PER_PAGE = 50;
const WORKSPACES_PER_PAGE = 100;
const STATES_PER_CALL = 100;

interface Listed<T> {
  readonly records: readonly T[];
  readonly position: Position;
}

/** Pages through a list, two pages a call, until one is empty: a short page may hide what the user cannot see. */
export async function wholeList<T>(
  gateway: MondayGateway,
  ask: { operation: string; query: string; limit: number; of: z.ZodType<T>; signal: AbortSignal },
): Promise<Listed<T>> {
  const startedAt = gateway.now();
  const records: T[] = [];
  // No list is no answer: taken for an empty one it would end everything.
  const list = z.array(ask.of.nullable());
  for (let page = 1; ; page += 2) {
    const { data } = await gateway.ask({
      operation: ask.operation,
      query: ask.query,
      variables: { limit: ask.limit, first: page, second: page + 1 },
      answer: z.object({ first: list, second: list }),
      signal: ask.signal,
    });
    records.push(...[...data.first, ...data.second].filter((record) => record !== null));
    if (data.second.length === 0) break;
  }
  return { records, position: { covered: [{ from: 0, to: startedAt }], state: NO_STATE } };
}

export async function* readWorkspaces(gateway: MondayGateway, context: ReadContext): AsyncGenerator<Page> {
  const ask = { operation: "workspaces", query: WORKSPACES, limit: WORKSPACES_PER_PAGE, of: workspaceSchema };
  const { records, position } = await wholeList(gateway, { ...ask, signal: context.signal });
  const named = records.flatMap((space) => (space.id === null ? [] : [{ ...space, id: space.id }]));
  yield {
    records: named.map((space) => ({ stream: "workspaces", id: space.id, content: space })),
    tombstones: await goneFromList("workspaces", named, context),
    rejects: [],
    position,
  };
}

/** Users in any state the list shows; one who is no longer listed keeps the record that names the past. */
export async function* readUsers(gateway: MondayGateway, context: ReadContext): AsyncGenerator<Page> {
  const ask = { operation: "users", query: USERS, limit: USERS_PER_PAGE, of: userSchema };
  const { records, position } = await wholeList(gateway, { ...ask, signal: context.signal });
  yield {
    records: records.map((user) => ({ stream: "users", id: user.id, content: user })),
    tombstones: [],
    rejects: [],
    position,
  };
}

/**
 * The boards the settings ask for. One that is no longer listed ends by its own state (archived, deleted) or is out of
 * sight, and its items with it, the items first: a crash in between is made good by the next run.
 */
export async function* readBoards(
  gateway: MondayGateway,
  settings: MondaySettings,
  context: ReadContext,
  /** Told what was listed, wanted or not. */
  listed: (boards: readonly BoardAnswer[]) => void = () => {},
): AsyncGenerator<Page> {
  const ask = { operation: "boards", query: BOARDS, limit: BOARDS_PER_PAGE, of: boardSchema };
  const { records: paged, position } = await wholeList(gateway, { ...ask, signal: context.signal });
  const records = [...paged, ...(await slippedBoards(gateway, paged, context))];
  listed(records);
  const wanted = await remembered(gateway, boardsWanted(records, settings, context.selection), context);
  const gone = await goneFromList("boards", wanted, context);
  const causes = await causesOf(
    gateway,
    gone.map(({ id }) => id),
    context.signal,
  );
  for (const { id } of gone) {
    const cause = causes.get(id) ?? "visibility lost";
    for (const stream of ["items", "subitems"]) {
      for await (const items of context.known.records(stream, id)) {
        const tombstones = items.map((item): Tombstone => ({
          stream,
          id: item.id,
          cause: cause === "deleted" ? "parent deleted" : cause,
          at: null,
        }));
        yield { records: [], tombstones, rejects: [], position };
      }
    }
  }
  yield {
    records: wanted.map((board) => ({ stream: "boards", id: board.id, content: boardContent(board) })),
    tombstones: gone.map((tombstone) => ({ ...tombstone, cause: causes.get(tombstone.id) ?? "visibility lost" })),
    rejects: [],
    position,
    sourceCount: { count: wanted.length, of: "boards the settings ask for" },
  };
}

/**
 * The boards the settings ask for; documents and the like are listed among the boards and are none. Where subitems are
 * mapped, the hidden boards that hold those of these boards come along.
 */
export function boardsWanted(
  listed: readonly BoardAnswer[],
  settings: MondaySettings,
  selection: ReadContext["selection"],
): readonly BoardAnswer[] {
  const boards = listed.filter(
    ({ type, name, workspace }) =>
      (type === null || type === "board") && wantsBoard(settings, name, workspace?.name ?? null),
  );
  if (selection["subitems"] === undefined) return boards;
  const nested = new Set(boards.flatMap(subitemBoardsOf));
  return [...boards, ...listed.filter((board) => isSubitemBoard(board) && nested.has(board.id))];
}

/** The boards with what the hub remembers of their columns: former titles, and those it can no longer see. */
async function remembered(
  gateway: MondayGateway,
  boards: readonly BoardAnswer[],
  context: ReadContext,
): Promise<readonly BoardAnswer[]> {
  const before = new Map<string, BoardAnswer>();
  for await (const page of context.known.records("boards")) {
    for (const { id, content } of page) {
      const board = storedBoard(content);
      if (board !== undefined) before.set(id, board);
    }
  }
  return Promise.all(
    boards.map(async (board) => {
      const known = before.get(board.id);
      if (known === undefined) return board;
      return withMemory(board, known, await hiddenColumns(gateway, board, known, context));
    }),
  );
}

export function boardContent(board: BoardAnswer): JsonObject {
  const content: unknown = board;
  return isJsonObject(content) ? content : {};
}

async function goneFromList(
  stream: string,
  listed: readonly { readonly id: string }[],
  context: ReadContext,
): Promise<readonly Tombstone[]> {
  const seen = new Set(listed.map((record) => record.id));
  const gone: Tombstone[] = [];
  for await (const page of context.known.records(stream)) {
    for (const { id } of page) if (!seen.has(id)) gone.push({ stream, id, cause: "visibility lost", at: null });
  }
  return gone;
}

/**
 * Boards that are known, live, and on no page of the list: pages are counted, so that one board that goes moves all after
 * it up, over the edge of two pages.
 */
async function slippedBoards(
  gateway: MondayGateway,
  listed: readonly BoardAnswer[],
  context: ReadContext,
): Promise<readonly BoardAnswer[]> {
  const absent = (await goneFromList("boards", listed, context)).map(({ id }) => id);
  const slipped: BoardAnswer[] = [];
  for (let at = 0; at < absent.length; at += STATES_PER_CALL)
    slipped.push(...(await boardsById(gateway, absent.slice(at, at + STATES_PER_CALL), context.signal)));
  return slipped;
}

/** Live boards by their ids, at most a hundred. */
export async function boardsById(
  gateway: MondayGateway,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly BoardAnswer[]> {
  const { data } = await gateway.ask({
    operation: "boards by id",
    query: BOARDS_BY_ID,
    variables: { ids, limit: STATES_PER_CALL },
    answer: z.object({ boards: z.array(boardSchema.nullable()) }),
    signal,
  });
  return data.boards.filter((board) => board !== null);
}

/** Which boards are archived or deleted, as their own state says. */
export async function causesOf(
  gateway: MondayGateway,
  gone: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RemovalCause>> {
  const causes = new Map<string, RemovalCause>();
  const answer = z.object({ boards: z.array(z.object({ id: z.string(), state: z.string() }).nullable()) });
  for (let at = 0; at < gone.length; at += STATES_PER_CALL) {
    const ids = gone.slice(at, at + STATES_PER_CALL);
    const variables = { ids, limit: STATES_PER_CALL };
    const { data } = await gateway.ask({
      operation: "states of boards",
      query: BOARD_STATES,
      variables,
      answer,
      signal,
    });
    for (const board of data.boards) {
      if (board?.state === "archived" || board?.state === "deleted") causes.set(board.id, board.state);
    }
  }
  return causes;
}
