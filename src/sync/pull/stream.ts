import PQueue from "p-queue";
import type {
  Connection,
  Identity,
  Partition,
  ReadContext,
  ReadFace,
  StreamDefinition,
} from "../../connectors/kit/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type {
  Certificate,
  DriftPolicy,
  Fence,
  Instant,
  InstantRange,
  Position,
  Problem,
  RecordCounts,
  StorePort,
  StreamKey,
} from "../../model/index.ts";
import type { ProgressListener } from "../progress.ts";
import { intersectAll } from "./covered.ts";
import { checkDrift, NO_DRIFT } from "./drift.ts";
import type { PageWriter } from "./page-writer.ts";
import { compareCounts, countProblem } from "./source-counts.ts";
import type { BucketDifference } from "./source-counts.ts";
import { queueSweep } from "./sweep-order.ts";
import type { SweepQueue } from "./sweep-order.ts";
import type { Tallies } from "./tallies.ts";

export interface StreamPull {
  readonly connection: Connection;
  readonly identity: Identity;
  readonly stream: StreamDefinition;
  readonly writer: PageWriter;
  readonly tallies: Tallies;
  readonly context: ReadContext;
  readonly store: StorePort;
  readonly fence: Fence;
  readonly policy: DriftPolicy;
  readonly now: () => Instant;
  /** Partitions read side by side; the transport paces the calls beneath. */
  readonly concurrency: number;
  /** Whether any partition of the connection was swept in this run. */
  readonly sweeping: { gotThrough: boolean };
  readonly progress: ProgressListener;
}

/** A certificate before what was stored is known: pages of other streams may still carry records of this one. */
export type StreamReading = Omit<Certificate, keyof RecordCounts | "stored" | "complete">;

/** What one stream's reading came to; `stop` is set when the whole connection should end with it. */
export interface StreamOutcome {
  readonly reading: StreamReading;
  readonly stop: HubError | undefined;
}

/** What the source itself counted, over the partitions that said so. */
interface SourceCount {
  readonly count: number;
  readonly of: string;
}

/** Reads every partition of a stream to its end, committing page by page, and certifies what was covered. */
export async function pullStream(pull: StreamPull, read: ReadFace): Promise<StreamOutcome> {
  const { connection, identity, stream, context, store, fence, progress } = pull;
  const key: StreamKey = { system: connection.system, tenant: identity.tenant, stream: stream.name };
  const callsBefore = connection.calls();
  const problems: Problem[] = [];
  const coveredBy = new Map<string, readonly InstantRange[]>();
  const counts = new Map<string, SourceCount>();
  let stop: HubError | undefined;
  let pages = 0;
  let partitions: readonly Partition[] = [];
  /** One partition met what ends the run: the others stop at their next page. */
  let broken = false;

  let drift = NO_DRIFT;

  const report = (done: boolean): void => {
    const { inserted, changed, unchanged, removed } = pull.tallies.of(stream.name);
    progress({
      kind: "stream",
      connection: connection.name,
      stream: stream.name,
      records: inserted + changed + unchanged + removed,
      pages,
      done,
    });
  };

  const tell = (problem: Problem): void => {
    problems.push(problem);
    progress({ kind: "problem", ...problem });
  };

  const fail = (error: unknown, partition?: string): void => {
    context.signal.throwIfAborted();
    // Partitions read side by side meet the end of the calls together: it is one end, told once.
    if (endsRun(error) && stop?.code === error.code) return;
    const { place, ...rest } = toProblem(error);
    const where = {
      connection: connection.name,
      stream: stream.name,
      ...(partition === undefined ? {} : { partition }),
    };
    tell({ ...rest, place: { ...where, ...place } });
    if (endsRun(error)) stop ??= error;
    // A lost lease or a bug is nobody's stream: it ends the run.
    if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
  };

  async function readToEnd(partition: Partition, from: Position | null, how: ReadContext): Promise<void> {
    coveredBy.set(partition.id, from?.covered ?? coveredBy.get(partition.id) ?? []);
    for await (const page of read.read(partition, from, how)) {
      await pull.writer.page(key, partition.id, page);
      pages += 1;
      coveredBy.set(partition.id, page.position.covered);
      if (page.sourceCount !== undefined) counts.set(partition.id, page.sourceCount);
      report(false);
      context.signal.throwIfAborted();
      if (broken) return;
    }
  }

  /** Every partition, side by side; what one of them cannot be read for is told, what ends the run ends them all. */
  async function forEach(
    some: readonly Partition[],
    work: (partition: Partition) => Promise<void>,
    sweep?: SweepQueue,
  ): Promise<void> {
    const queue = new PQueue({ concurrency: sweep?.oneByOne === true ? 1 : pull.concurrency });
    const one = async (partition: Partition): Promise<void> => {
      if (stop !== undefined || broken) return;
      context.signal.throwIfAborted();
      try {
        await work(partition);
        if (!broken) await sweep?.ended(partition.id);
      } catch (error) {
        try {
          fail(error, partition.id);
          await (endsRun(error) ? sweep?.cut(partition.id) : sweep?.ended(partition.id));
        } catch (final) {
          broken = true;
          throw final;
        }
      }
    };
    const settled = await Promise.allSettled(some.map((partition) => queue.add(() => one(partition))));
    const failed = settled.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /**
   * A partition whose source counts other than what is stored is read on, swept for what is stored too much and read as
   * a whole for what is missing; what still differs is told part by part. Most differences are changes made while it was
   * read.
   */
  async function settleCounts(partition: Partition, sumsAgree: boolean): Promise<void> {
    let open: readonly BucketDifference[] | null = null;
    let of = stream.title;
    for (const mode of [null, "incremental", "sweep", "full"] as const) {
      const over = open?.some(({ source, stored }) => stored > source) ?? true;
      const under = open?.some(({ source, stored }) => stored < source) ?? true;
      if ((mode === "sweep" && !over) || (mode === "full" && !under)) continue;
      if (mode !== null) {
        const from = mode === "full" ? null : await store.records.position(key, partition.id);
        await readToEnd(partition, from, { ...context, mode });
      }
      const comparison = await compareCounts(read, partition, context);
      // One figure alone cannot tell a record that another partition delivered from one that is missing.
      if (comparison === null && sumsAgree) return;
      if (comparison === null) continue;
      const { audit, differences } = comparison;
      counts.set(partition.id, { count: audit.buckets.reduce((sum, { count }) => sum + count, 0), of: audit.of });
      open = differences;
      ({ of } = audit);
      if (open.length === 0) return;
    }
    if (open === null) await settleUnaudited(partition);
    else tell(countProblem(connection.name, partition, of, open));
  }

  /** The source gives one figure and cannot say more. */
  async function settleUnaudited(partition: Partition): Promise<void> {
    const { count, of } = counts.get(partition.id) ?? { count: 0, of: stream.title };
    const stored = (await store.records.partitionCounts(key)).get(partition.id) ?? 0;
    if (stored !== count)
      tell(countProblem(connection.name, partition, of, [{ bucket: "all", source: count, stored }]));
  }

  const selected = stream.role === "entity" ? context.selection[stream.name] : undefined;
  if (selected !== undefined) {
    const look = context.mode === "sweep";
    const { policy, now } = pull;
    const { signal } = context;
    try {
      drift = await checkDrift({ connection, stream, key, selected, policy, store, fence, now: now(), look, signal });
    } catch (error) {
      // What cannot be described cannot be read either, and reading says what is lost.
      if (!(error instanceof HubError) || error.disposition !== "stop-stream") fail(error);
      // What was held against it before is not over because nobody could look.
      drift = (await store.shapes.held(key)) ?? NO_DRIFT;
    }
  }
  if (drift.frozen !== null) tell(drift.frozen);
  // Whether anything is kept out already or not: what comes will be, and nobody should have to find out by its absence.
  if (drift.quarantine !== null) tell(drift.quarantine);
  if (selected !== undefined) pull.writer.quarantine(stream.name, drift.quarantine);
  try {
    partitions = drift.frozen === null ? await read.partitions(stream.name, context) : [];
  } catch (error) {
    fail(error);
  }
  const sweep =
    context.mode === "sweep" && stop === undefined
      ? await queueSweep(partitions, { key, records: store.records, fence, now: pull.now, progress: pull.sweeping })
      : undefined;
  await forEach(
    sweep?.partitions ?? partitions,
    async (partition) => readToEnd(partition, await store.records.position(key, partition.id), context),
    sweep,
  );
  // A rejected record, of this run or an earlier one, is missing for a reason that is told already.
  const rejected = pull.tallies.of(stream.name).rejected + ((await store.records.keptOut(key)).get(stream.name) ?? 0);
  if (counts.size > 0 && problems.length === 0 && rejected === 0 && stop === undefined) {
    const { off, sumsAgree } = await differing(store, key, partitions, counts);
    await forEach(off, (partition) => settleCounts(partition, sumsAgree));
  }
  report(true);

  const [counted] = counts.values();
  const reading: StreamReading = {
    runId: fence.runId,
    connection: connection.name,
    system: connection.system,
    tenant: identity.tenant,
    stream: stream.name,
    asSeenBy: identity.userName,
    partitions: partitions.length,
    covered: intersectAll(partitions.map(({ id }) => coveredBy.get(id) ?? [])),
    sourceCount: counted === undefined ? null : [...counts.values()].reduce((sum, { count }) => sum + count, 0),
    sourceCountOf: counted?.of ?? null,
    calls: connection.calls() - callsBefore,
    sweep: context.mode === "sweep",
    problems,
    drift: drift.changes,
  };
  return { reading, stop };
}

/** Whether the connection as a whole ends with it. */
function endsRun(error: unknown): error is HubError {
  return error instanceof HubError && ["retry-later", "stop-run", "operator"].includes(error.disposition);
}

/**
 * The partitions whose source counted other than what is stored of them, and whether the sums agree all the same: then
 * a record that is listed by two of them (a task in two projects) may be stored with the other one, or one partition
 * lacks as many as another has too many.
 */
async function differing(
  store: StorePort,
  key: StreamKey,
  partitions: readonly Partition[],
  counts: ReadonlyMap<string, SourceCount>,
): Promise<{ readonly off: readonly Partition[]; readonly sumsAgree: boolean }> {
  const stored = await store.records.partitionCounts(key);
  const counted = partitions.filter(({ id }) => counts.has(id));
  const difference = ({ id }: Partition): number => (counts.get(id)?.count ?? 0) - (stored.get(id) ?? 0);
  return {
    off: counted.filter((partition) => difference(partition) !== 0),
    sumsAgree: counted.reduce((sum, partition) => sum + difference(partition), 0) === 0,
  };
}
