import type { Connection, ReadContext } from "../../connectors/kit/index.ts";
import type { Fence, StorePort, StoredMark } from "../../model/index.ts";
import type { PageWriter } from "./page-writer.ts";

/** Most records of one stream asked for in one go. */
const IDS_AT_ONCE = 200;

export interface MarkReading {
  readonly connection: Connection;
  readonly tenant: string;
  /** Streams that this run reads: only they are kept. */
  readonly streams: ReadonlySet<string>;
  readonly store: StorePort;
  readonly fence: Fence;
  readonly writer: PageWriter;
  readonly context: ReadContext;
}

/**
 * Reads again what webhooks marked, before anything else: the freshest news first. A mark goes with the page that
 * answers it, so that one that comes in meanwhile stays. Returns how many were answered.
 */
export async function answerMarks(reading: MarkReading): Promise<number> {
  const { connection, tenant, streams, store, fence, writer, context } = reading;
  const key = { system: connection.system, tenant };
  const marks = await store.records.marks(key);
  const unread = marks.filter((mark) => !streams.has(mark.stream));
  if (unread.length > 0) await store.records.dropMarks(fence, pksOf(unread));
  if (connection.read === undefined) return 0;
  let answered = 0;
  for (const stream of new Set(marks.map((mark) => mark.stream))) {
    const own = marks.filter((mark) => mark.stream === stream && streams.has(stream));
    for (let at = 0; at < own.length; at += IDS_AT_ONCE) {
      const some = own.slice(at, at + IDS_AT_ONCE);
      const ids = [...new Set(some.map(({ id }) => id))];
      // The pages come first, the marks go with an empty last one: a stop in between reads some records twice.
      for await (const page of connection.read.reread(stream, ids, context)) {
        await writer.reread({ ...key, stream }, page);
        context.signal.throwIfAborted();
      }
      const nothing = { records: [], tombstones: [], rejects: [] };
      await writer.reread({ ...key, stream }, nothing, pksOf(some));
      answered += some.length;
    }
  }
  return answered;
}

function pksOf(marks: readonly StoredMark[]): readonly number[] {
  return marks.map(({ pk }) => pk);
}
