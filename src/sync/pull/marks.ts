import type { Connection, ReadContext } from "../../connectors/kit/index.ts";
import { HubError } from "../../model/index.ts";
import type { Disposition, Fence, StorePort, StoredMark, StreamKey } from "../../model/index.ts";
import type { PageWriter } from "./page-writer.ts";

/** Most records of one stream asked for in one go. */
const IDS_AT_ONCE = 200;
/** Most marks held at once. */
const MARKS_AT_ONCE = 2000;

export interface MarkReading {
  readonly connection: Connection;
  readonly tenant: string;
  /** Streams whose marks this run answers. */
  readonly streams: ReadonlySet<string>;
  /** Streams that some run reads: the marks of others nobody ever answers. */
  readonly everRead: ReadonlySet<string>;
  readonly store: StorePort;
  readonly fence: Fence;
  readonly writer: PageWriter;
  readonly context: ReadContext;
}

/**
 * Reads again what webhooks marked, before anything else: the freshest news first. A mark goes with the page that
 * answers it, so that one that comes in meanwhile stays. Returns what kept a stream's marks from being answered: they
 * stay, and the stream is read all the same.
 */
export async function answerMarks(reading: MarkReading): Promise<ReadonlyMap<string, HubError>> {
  const { connection, tenant, streams, everRead, store, fence, context } = reading;
  const key = { system: connection.system, tenant };
  const failed = new Map<string, HubError>();
  let page: readonly StoredMark[] = [];
  for (let after = 0; ; after = page.at(-1)?.pk ?? after) {
    page = await store.records.marks(key, { after, limit: MARKS_AT_ONCE });
    if (page.length === 0) return failed;
    const unread = page.filter((mark) => !streams.has(mark.stream) && !everRead.has(mark.stream));
    if (unread.length > 0) await store.records.dropMarks(fence, pksOf(unread));
    for (const stream of new Set(page.map((mark) => mark.stream))) {
      if (failed.has(stream)) continue;
      const own = page.filter((mark) => mark.stream === stream && streams.has(stream));
      try {
        await answerStream(reading, { ...key, stream }, own);
      } catch (error) {
        context.signal.throwIfAborted();
        if (!(error instanceof HubError) || !OF_ONE_STREAM.has(error.disposition) || error.code.startsWith("HUB-30"))
          throw error;
        failed.set(stream, error);
      }
    }
  }
}

/** What does not end the reading of a whole connection. */
const OF_ONE_STREAM: ReadonlySet<Disposition> = new Set(["stop-stream", "skip-record", "retry-now"]);

async function answerStream(
  { connection, writer, context }: MarkReading,
  key: StreamKey,
  marks: readonly StoredMark[],
): Promise<void> {
  if (connection.read === undefined) return;
  for (let at = 0; at < marks.length; at += IDS_AT_ONCE) {
    const some = marks.slice(at, at + IDS_AT_ONCE);
    const ids = [...new Set(some.map(({ id }) => id))];
    // The pages come first, the marks go with an empty last one: a stop in between reads some records twice.
    for await (const page of connection.read.reread(key.stream, ids, context)) {
      await writer.reread(key, page);
      context.signal.throwIfAborted();
    }
    const nothing = { records: [], tombstones: [], rejects: [] };
    await writer.reread(key, nothing, pksOf(some));
  }
}

function pksOf(marks: readonly StoredMark[]): readonly number[] {
  return marks.map(({ pk }) => pk);
}
