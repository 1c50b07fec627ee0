import PQueue from "p-queue";
import type {
  Connection,
  Identity,
  Partition,
  ReadContext,
  ReadFace,
  StreamDefinition,
} from "../../connectors/kit/index.ts";
import { cover } from "../../connectors/kit/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type {
  Certificate,
  Fence,
  HashedRecord,
  InstantRange,
  Page,
  Problem,
  RecordCounts,
  SourceRecord,
  StorePort,
  StreamKey,
} from "../../model/index.ts";
import type { ProgressListener } from "../progress.ts";
import { createSeal } from "./seal.ts";
import type { Tallies } from "./tallies.ts";

export interface StreamPull {
  readonly connection: Connection;
  readonly identity: Identity;
  readonly stream: StreamDefinition;
  /** Volatile fields by stream, for pages that carry members of other streams. */
  readonly volatile: Readonly<Record<string, readonly string[] | undefined>>;
  /** By stream, the streams whose entities look things up in it. */
  readonly dependents: Readonly<Record<string, readonly string[]>>;
  readonly tallies: Tallies;
  readonly context: ReadContext;
  readonly store: StorePort;
  readonly fence: Fence;
  readonly now: () => number;
  /** Partitions read side by side; the transport paces the calls beneath. */
  readonly concurrency: number;
  readonly progress: ProgressListener;
}

/** A certificate before what was stored is known: pages of other streams may still carry records of this one. */
export type StreamReading = Omit<Certificate, keyof RecordCounts | "stored" | "complete">;

/** What one stream's reading came to; `stop` is set when the whole connection should end with it. */
export interface StreamOutcome {
  readonly reading: StreamReading;
  readonly stop: HubError | undefined;
}

/** Reads every partition of a stream to its end, committing page by page, and certifies what was covered. */
export async function pullStream(pull: StreamPull, read: ReadFace): Promise<StreamOutcome> {
  const { connection, identity, stream, context, store, fence, progress } = pull;
  const key: StreamKey = { system: connection.system, tenant: identity.tenant, stream: stream.name };
  const callsBefore = connection.calls();
  const sealOf = sealsBy(pull.volatile);
  const problems: Problem[] = [];
  const coveredBy: (readonly InstantRange[])[] = [];
  let stop: HubError | undefined;
  let pages = 0;
  let sourceCount: number | null = null;
  let sourceCountOf: string | null = null;
  let partitions: readonly Partition[] = [];
  /** One partition met what ends the run: the others stop at their next page. */
  let broken = false;

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

  const fail = (error: unknown, partition?: string): void => {
    context.signal.throwIfAborted();
    const { place, ...rest } = toProblem(error);
    const where = {
      connection: connection.name,
      stream: stream.name,
      ...(partition === undefined ? {} : { partition }),
    };
    const problem: Problem = { ...rest, place: { ...where, ...place } };
    problems.push(problem);
    progress({ kind: "problem", ...problem });
    if (error instanceof HubError && ["retry-later", "stop-run", "operator"].includes(error.disposition))
      stop ??= error;
    // A lost lease or a bug is nobody's stream: it ends the run.
    if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
  };

  async function pullPartition(partition: Partition): Promise<void> {
    if (stop !== undefined || broken) return;
    const position = await store.records.position(key, partition.id);
    let covered: readonly InstantRange[] = position?.covered ?? [];
    try {
      for await (const page of read.read(partition, position, context)) {
        const outcome = await store.records.commitPage(fence, {
          key,
          partition: partition.id,
          records: page.records.map((record) => sealOf(record.stream)(record)),
          tombstones: page.tombstones,
          rejects: page.rejects,
          position: page.position,
          seenAt: pull.now(),
          dependents: pull.dependents,
        });
        pull.tallies.add(outcome);
        pages += 1;
        covered = page.position.covered;
        ({ sourceCount, sourceCountOf } = addCount(page, sourceCount, sourceCountOf));
        report(false);
        context.signal.throwIfAborted();
        if (broken) return;
      }
    } catch (error) {
      fail(error, partition.id);
    }
    coveredBy.push(covered);
  }

  try {
    partitions = await read.partitions(stream.name, context);
  } catch (error) {
    fail(error);
  }
  const queue = new PQueue({ concurrency: pull.concurrency });
  const settled = await Promise.allSettled(
    partitions.map((partition) =>
      queue.add(() =>
        pullPartition(partition).catch((error: unknown) => {
          broken = true;
          throw error;
        }),
      ),
    ),
  );
  const failed = settled.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  report(true);

  const reading: StreamReading = {
    runId: fence.runId,
    connection: connection.name,
    system: connection.system,
    tenant: identity.tenant,
    stream: stream.name,
    asSeenBy: identity.userName,
    partitions: partitions.length,
    covered: intersectAll(coveredBy),
    sourceCount,
    sourceCountOf,
    calls: connection.calls() - callsBefore,
    sweep: context.mode === "sweep",
    problems,
  };
  return { reading, stop };
}

function sealsBy(volatile: StreamPull["volatile"]): (stream: string) => (record: SourceRecord) => HashedRecord {
  const seals = new Map<string, (record: SourceRecord) => HashedRecord>();
  return (stream) => {
    let seal = seals.get(stream);
    if (seal === undefined) {
      seal = createSeal(volatile[stream]);
      seals.set(stream, seal);
    }
    return seal;
  };
}

function addCount(
  page: Page,
  count: number | null,
  of: string | null,
): { sourceCount: number | null; sourceCountOf: string | null } {
  if (page.sourceCount === undefined) return { sourceCount: count, sourceCountOf: of };
  return { sourceCount: (count ?? 0) + page.sourceCount.count, sourceCountOf: page.sourceCount.of };
}

/** What every partition covers: the stream's own covered intervals. */
function intersectAll(all: readonly (readonly InstantRange[])[]): readonly InstantRange[] {
  const [first, ...rest] = all;
  return rest.reduce(intersect, first ?? []);
}

function intersect(a: readonly InstantRange[], b: readonly InstantRange[]): readonly InstantRange[] {
  let result: readonly InstantRange[] = [];
  for (const x of a) {
    for (const y of b) result = cover(result, { from: Math.max(x.from, y.from), to: Math.min(x.to, y.to) });
  }
  return result;
}
