import type { Partition, StreamDefinition } from "../../connectors/kit/index.ts";
import type { Fence, Instant, RecordsPort, StreamKey } from "../../model/index.ts";

/**
 * Streams in the order they are swept: the one with the partition that has waited longest goes first, so that budgets
 * too small for all of them reach each in turn. Streams that never were swept keep the connector's order among them.
 */
export async function longestWaiting(
  streams: readonly StreamDefinition[],
  tenant: Omit<StreamKey, "stream">,
  records: RecordsPort,
): Promise<readonly StreamDefinition[]> {
  const waiting = await Promise.all(
    streams.map(async (stream) => {
      const turns = await records.sweepTurns({ ...tenant, stream: stream.name });
      return { stream, since: Math.min(...(turns.size === 0 ? [0] : [...turns.values()].map((turn) => turn.endedAt))) };
    }),
  );
  // The sort is stable.
  return waiting.sort((a, b) => a.since - b.since).map(({ stream }) => stream);
}

/** The sweep of one stream's partitions, in turns. */
export interface SweepQueue {
  readonly partitions: readonly Partition[];
  /** One at a time after a sweep that stopped: what several have begun together is lost when the budget ends. */
  readonly oneByOne: boolean;
  /** The partition was swept, or could not be for a reason of its own: it goes to the end of the line. */
  ended(partition: string): Promise<void>;
  /** The sweep stopped in the middle of the partition. */
  cut(partition: string): Promise<void>;
}

export interface SweepQueueOptions {
  readonly key: StreamKey;
  readonly records: RecordsPort;
  readonly fence: Fence;
  readonly now: () => Instant;
  /** Shared by the streams of one connection: whether any partition got through in this run. */
  readonly progress: { gotThrough: boolean };
}

export async function queueSweep(
  partitions: readonly Partition[],
  { key, records, fence, now, progress }: SweepQueueOptions,
): Promise<SweepQueue> {
  const before = await records.sweepTurns(key);
  const runs = new Set([...before.values()].map(({ runId }) => runId));
  const oneByOne = before.size > 0 && (runs.size > 1 || runs.has(null));
  await records.beginSweep(
    fence,
    key,
    partitions.map(({ id }) => id),
  );
  const since = ({ id }: Partition): Instant => before.get(id)?.endedAt ?? 0;
  return {
    partitions: [...partitions].sort((a, b) => since(a) - since(b)),
    oneByOne,
    async ended(partition) {
      progress.gotThrough = true;
      await records.endSweepTurn(fence, key, partition, now());
    },
    async cut(partition) {
      await records.cutListing(fence, key, partition);
      // It had the whole budget for itself and is larger: the others have their turn before it goes on.
      if (oneByOne && !progress.gotThrough) await records.endSweepTurn(fence, key, partition, now());
    },
  };
}
