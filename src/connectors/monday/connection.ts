import { HubError } from "../../model/index.ts";
import type { Instant, Page, Position } from "../../model/index.ts";
import type { ConnectOptions, Connection, Partition, ReadContext, ReadFace, Reread } from "../kit/index.ts";
import { boardSchema } from "./answers.ts";
import type { BoardAnswer } from "./answers.ts";
import { auditBoard, boardCounts, estimateReading } from "./audit.ts";
import { isSubitemBoard, selectedColumns, storedBoard } from "./board-columns.ts";
import { columnHidden, OVERLAP_MS } from "./board-source.ts";
import type { BoardSource } from "./board-source.ts";
import { describeStream } from "./describe.ts";
import { BOARDS } from "./documents.ts";
import { MondayGateway } from "./gateway.ts";
import { identify } from "./identify.ts";
import type { ItemStream } from "./item-records.ts";
import { BOARDS_PER_PAGE, boardsWanted, readBoards, readUsers, readWorkspaces, wholeList } from "./read-lists.ts";
import { readBoard } from "./read-board.ts";
import { rereadBoards, rereadItems } from "./reread.ts";
import type { Anywhere } from "./reread.ts";
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
    remember(records);
    return boardsWanted(records, settings, { subitems: [] });
  };

  /** What was listed last: describing the streams of a run lists the boards no second time. */
  let last: { readonly boards: readonly BoardAnswer[]; readonly at: Instant } | null = null;
  const remember = (boards: readonly BoardAnswer[]): void => {
    last = { boards, at: gateway.now() };
  };
  const boardsLately = async (signal: AbortSignal): Promise<readonly BoardAnswer[]> =>
    last !== null && gateway.now() - last.at < OVERLAP_MS
      ? boardsWanted(last.boards, settings, { subitems: [] })
      : boardsNow(signal);

  /** Read once per run, not once per board. */
  const boardsOf = new WeakMap<ReadContext, ReadonlyMap<string, BoardAnswer>>();

  const boardsIn = async (context: ReadContext): Promise<ReadonlyMap<string, BoardAnswer>> => {
    const known = boardsOf.get(context) ?? (await knownBoards(context));
    boardsOf.set(context, known);
    return known;
  };

  /** What mappings ask for, and what the hub finds its own items by. */
  const columnsAsked = ({ selection }: ReadContext, stream: ItemStream): readonly string[] => [
    ...(selection[stream] ?? []),
    ...(settings.marker === undefined ? [] : [settings.marker]),
  ];

  const sourceOf = async (stream: ItemStream, id: string, context: ReadContext): Promise<BoardSource> => {
    const boards = ofStream(await boardsIn(context), stream);
    const board = boards.get(id);
    if (board === undefined) throw unknownBoard(id);
    const columns = selectedColumns(board, columnsAsked(context, stream));
    return { gateway, stream, board, columns, boardIds: new Set(boards.keys()), filter, signal: context.signal };
  };

  /**
   * For items whose board is known only once they have answered: any board's columns may be meant. Null before any board
   * of the stream was read: it then comes as a whole.
   */
  const anywhere = async (stream: ItemStream, context: ReadContext): Promise<Anywhere | null> => {
    const boards = ofStream(await boardsIn(context), stream);
    const columns = [...boards.values()].flatMap((board) => selectedColumns(board, columnsAsked(context, stream)));
    const [first] = boards.values();
    if (first === undefined) return null;
    const { signal } = context;
    const source = {
      gateway,
      stream,
      board: { ...first, id: "" },
      columns,
      boardIds: new Set(boards.keys()),
      filter,
      signal,
    };
    const hidden = columns.find((column) => column.hidden);
    if (hidden !== undefined) throw columnHidden(source, hidden);
    return { source, sourceOf: (id) => sourceOf(stream, id, context) };
  };

  const read: ReadFace = {
    async partitions(stream, context) {
      if (stream === "activity_logs") return [];
      if (!isItemStream(stream)) return [{ stream, id: WHOLE, title: stream }];
      boardsOf.delete(context);
      const boards = ofStream(await boardsIn(context), stream);
      return [...boards.values()].map((board): Partition => ({ stream, id: board.id, title: board.name }));
    },
    read(partition, position, context) {
      switch (partition.stream) {
        case "workspaces":
          return readWorkspaces(gateway, context);
        case "users":
          return readUsers(gateway, context);
        case "boards":
          return readBoards(gateway, settings, context, remember);
        default:
          return readItems(partition, position, context);
      }
    },
    async *reread(stream, ids, context): AsyncIterable<Reread> {
      if (isItemStream(stream)) {
        const source = await anywhere(stream, context);
        if (source !== null) yield* rereadItems(source, ids);
      } else if (stream === "boards") yield* rereadBoards(gateway, settings, ids, context);
      else yield* rereadList(stream, ids, context);
    },
    async audit(partition, context) {
      if (!isItemStream(partition.stream)) return null;
      const boards = await boardsIn(context);
      return auditBoard(partition, await boardCounts(gateway, boards, context));
    },
    async estimate(partition, position, context) {
      const counts = isItemStream(partition.stream)
        ? await boardCounts(gateway, await boardsIn(context), context)
        : null;
      return estimateReading(partition, position, counts, context);
    },
  };

  async function* readItems(
    { stream, id }: Partition,
    position: Position | null,
    context: ReadContext,
  ): AsyncIterable<Page> {
    if (isItemStream(stream)) yield* readBoard(await sourceOf(stream, id, context), position, context);
  }

  /** Small lists have no question for single records. */
  async function* rereadList(stream: string, ids: readonly string[], context: ReadContext): AsyncIterable<Reread> {
    const asked = new Set(ids);
    const partition = { stream, id: WHOLE, title: stream };
    for await (const { records, tombstones, rejects } of read.read(partition, null, context)) {
      const ours = ({ id }: { readonly id: string }): boolean => asked.has(id);
      yield { records: records.filter(ours), tombstones: tombstones.filter(ours), rejects };
    }
  }

  return {
    name,
    system: "monday",
    identify: (signal) => identify(gateway, signal),
    describe: async (stream, signal) => describeStream(stream, isItemStream(stream) ? await boardsLately(signal) : []),
    read,
    write: mondayWriter({
      gateway,
      settings,
      boards: async (signal) => (await boardsNow(signal)).filter((board) => !isSubitemBoard(board)),
    }),
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

const isItemStream = (stream: string): stream is ItemStream => stream === "items" || stream === "subitems";

/** The boards whose items belong to a stream. */
function ofStream(boards: ReadonlyMap<string, BoardAnswer>, stream: ItemStream): ReadonlyMap<string, BoardAnswer> {
  return new Map([...boards].filter(([, board]) => isSubitemBoard(board) === (stream === "subitems")));
}

function unknownBoard(id: string): HubError {
  return new HubError("HUB-1502", `The board ${id} is not among those that were read.`, {
    disposition: "stop-stream",
    place: { system: "monday", stream: "items", partition: id },
    remedy: "Read the stream boards first; check the connection's `boards` settings.",
  });
}
