import { HubError } from "../../model/index.ts";
import type { Page, Position } from "../../model/index.ts";
import type { ConnectOptions, Connection, Identity, Partition, ReadContext, ReadFace } from "../kit/index.ts";
import { boardSchema, identitySchema } from "./answers.ts";
import type { BoardAnswer } from "./answers.ts";
import { selectedColumns, storedBoard } from "./board-columns.ts";
import type { BoardSource } from "./board-source.ts";
import { describeStream } from "./describe.ts";
import { BOARDS, IDENTITY } from "./documents.ts";
import { API_VERSION, MondayGateway } from "./gateway.ts";
import { BOARDS_PER_PAGE, isWanted, readBoards, readUsers, readWorkspaces, wholeList } from "./read-lists.ts";
import { readBoard } from "./read-board.ts";
import { confirmItems } from "./removals.ts";
import { DEFAULT_ENDPOINT, reserveShare } from "./settings.ts";
import type { MondaySettings } from "./settings.ts";
import { FILTER_FORMS } from "./updated-filter.ts";
import type { FilterForm } from "./updated-filter.ts";
import { mondayWriter } from "./write.ts";

/** Lists that one question covers are a single partition of this id. */
const WHOLE = "all";

/** Opens a connection. Nothing is asked before `identify` or the first read. */
export function connectMonday(options: ConnectOptions<MondaySettings>): Connection {
  const { name, settings, credentials, dependencies } = options;
  const credential = `monday/${name}`;
  const share = reserveShare(settings.reserve);
  if (share !== undefined) dependencies.ledger.reserve(credential, share);
  const gateway = new MondayGateway({
    endpoint: credentials["ENDPOINT"] ?? DEFAULT_ENDPOINT,
    token: credentials["TOKEN"] ?? "",
    credential,
    dependencies,
  });
  const filter: { form: FilterForm } = { form: FILTER_FORMS[0] };

  const boardsNow = async (signal: AbortSignal): Promise<readonly BoardAnswer[]> => {
    const ask = { operation: "boards", query: BOARDS, limit: BOARDS_PER_PAGE, of: boardSchema, signal };
    const { records } = await wholeList(gateway, ask);
    return records.filter((board) => isWanted(board, settings));
  };

  /** Read once per run, not once per board. */
  const boardsOf = new WeakMap<ReadContext, ReadonlyMap<string, BoardAnswer>>();

  const sourceOf = async (id: string, context: ReadContext): Promise<BoardSource> => {
    const boards = boardsOf.get(context) ?? (await knownBoards(context));
    const board = boards.get(id);
    if (board === undefined) throw unknownBoard(id);
    const columns = selectedColumns(board, context.selection["items"]);
    return { gateway, board, columns, boardIds: new Set(boards.keys()), filter, signal: context.signal };
  };

  const read: ReadFace = {
    async partitions(stream, context) {
      if (stream === "activity_logs") return [];
      if (stream !== "items") return [{ stream, id: WHOLE, title: stream }];
      const boards = await knownBoards(context);
      boardsOf.set(context, boards);
      return [...boards.values()].map((board): Partition => ({ stream, id: board.id, title: board.name }));
    },
    read(partition, position, context) {
      switch (partition.stream) {
        case "workspaces":
          return readWorkspaces(gateway, context);
        case "users":
          return readUsers(gateway, context);
        case "boards":
          return readBoards(gateway, settings, context);
        default:
          return readItems(partition, position, context);
      }
    },
  };

  async function* readItems(
    partition: Partition,
    position: Position | null,
    context: ReadContext,
  ): AsyncIterable<Page> {
    yield* readBoard(await sourceOf(partition.id, context), position, context);
  }

  async function verify(id: string, context: ReadContext): Promise<Page> {
    // The board is known only once the item has answered; any board's columns may be meant.
    const boards = [...(await knownBoards(context)).values()];
    const columns = boards.flatMap((board) => selectedColumns(board, context.selection["items"]));
    const [first] = boards;
    if (first === undefined) throw unknownBoard(id);
    const anywhere = { ...first, id: "" };
    const boardIds = new Set(boards.map((board) => board.id));
    const source = { gateway, board: anywhere, columns, boardIds, filter, signal: context.signal };
    const page = await confirmItems(source, [id], new Map(), "anywhere");
    return { ...page, rejects: [], position: { covered: [], state: null } };
  }

  return {
    name,
    system: "monday",
    identify: (signal) => identify(gateway, signal),
    describe: async (stream, signal) => describeStream(stream, stream === "items" ? await boardsNow(signal) : []),
    read,
    write: mondayWriter({ gateway, settings, boards: boardsNow, verify }),
    calls: () => gateway.calls,
    close: () => Promise.resolve(),
  };
}

async function knownBoards(context: ReadContext): Promise<ReadonlyMap<string, BoardAnswer>> {
  const boards = new Map<string, BoardAnswer>();
  for await (const page of context.known.records("boards")) {
    for (const { id, content } of page) {
      const board = storedBoard(content);
      if (board !== undefined) boards.set(id, board);
    }
  }
  return boards;
}

async function identify(gateway: MondayGateway, signal: AbortSignal): Promise<Identity> {
  const { data } = await gateway.ask({
    operation: "identity",
    query: IDENTITY,
    variables: {},
    answer: identitySchema,
    signal,
  });
  const { me, account, version, platform_api: platform } = data;
  if (me === null || account === null) {
    throw new HubError("HUB-1501", "monday.com does not say whose token this is.", {
      disposition: "operator",
      place: { system: "monday" },
      remedy: "Give the token the scopes me:read and account:read.",
    });
  }
  const limit = platform?.daily_limit?.total ?? null;
  if (limit !== null) await gateway.bookDailyLimit(limit);
  const notes =
    version.kind === "current" ? [] : [`API version ${API_VERSION} is no longer the current one (${version.kind}).`];
  return {
    tenant: account.id,
    tenantName: account.name,
    user: me.id,
    userName: me.name,
    apiVersion: version.value,
    notes,
  };
}

function unknownBoard(id: string): HubError {
  return new HubError("HUB-1502", `The board ${id} is not among those that were read.`, {
    disposition: "stop-stream",
    place: { system: "monday", stream: "items", partition: id },
    remedy: "Read the stream boards first; check the connection's `boards` settings.",
  });
}
