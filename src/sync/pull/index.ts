import type { Connection, ConnectorDependencies, Identity, ReadMode } from "../../connectors/kit/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type { Certificate, ErrorPlace, Fence, Problem, StorePort } from "../../model/index.ts";
import { closeConnection } from "../closing.ts";
import type { ProgressListener } from "../progress.ts";
import { answerMarks } from "./marks.ts";
import { beginSession, connect } from "./session.ts";
import type { PullSource } from "./source.ts";
import { pullStream } from "./stream.ts";
import type { StreamReading } from "./stream.ts";
import { EVERYTHING_EVOLVES } from "./drift.ts";
import { neededStreams } from "./streams.ts";
import { longestWaiting } from "./sweep-order.ts";
import { unreadStreams } from "./unread.ts";
import { Tallies } from "./tallies.ts";

export type { PullSource } from "./source.ts";

export interface PullOptions {
  readonly sources: readonly PullSource[];
  /** Only these streams (and what they need). */
  readonly streams?: readonly string[];
  readonly mode: ReadMode;
  readonly store: StorePort;
  readonly fence: Fence;
  readonly dependencies: ConnectorDependencies;
  readonly progress: ProgressListener;
  readonly signal: AbortSignal;
  /** A second look within a run: it leaves no certificates beside those of the first. */
  readonly again?: boolean;
}

export interface ConnectionOutcome {
  readonly connection: string;
  readonly identity: Identity | null;
  readonly certificates: readonly Certificate[];
  /** Lines of streams that were to be read and were not begun. */
  readonly unread: readonly Certificate[];
  /** What kept the connection as a whole from being read; stream problems are in the certificates. */
  readonly problem: Problem | null;
  readonly stop: HubError | null;
  readonly calls: number;
}

export interface PullReport {
  readonly connections: readonly ConnectionOutcome[];
  readonly complete: boolean;
}

/** Side by side within one stream; the transport's pacing decides how many calls are really under way. */
const PARTITIONS_AT_ONCE = 8;

/**
 * Reads all connections side by side, each stream after what it builds on. One that fails does not stop the others;
 * what was read of it is stored and the report says what is missing.
 */
export async function pull(options: PullOptions): Promise<PullReport> {
  // What no connection can be blamed for ends the run: the others are stopped, and none goes on behind its back.
  const halt = new AbortController();
  const together = { ...options, signal: AbortSignal.any([options.signal, halt.signal]) };
  const settled = await Promise.allSettled(
    options.sources.map((source) =>
      pullConnection(source, together).catch((error: unknown) => {
        halt.abort(error);
        throw error;
      }),
    ),
  );
  options.signal.throwIfAborted();
  halt.signal.throwIfAborted();
  const connections = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const certificates = connections.flatMap(({ certificates: read, unread }) => [...read, ...unread]);
  if (options.again !== true) await options.store.records.saveCertificates(options.fence, certificates);
  return {
    connections,
    complete:
      connections.every((outcome) => outcome.problem === null) && certificates.every(({ complete }) => complete),
  };
}

async function pullConnection(source: PullSource, options: PullOptions): Promise<ConnectionOutcome> {
  const { store, fence, progress, signal } = options;
  const readings: StreamReading[] = [];
  const tallies = new Tallies();
  const certify = async (): Promise<readonly Certificate[]> => {
    const [first] = readings;
    const counts = first === undefined ? [] : await store.records.counts(first);
    const keptOut = first === undefined ? new Map<string, number>() : await store.records.keptOut(first);
    return readings.map((reading) => {
      const stored = counts.find((count) => count.stream === reading.stream)?.live ?? 0;
      const tally = tallies.of(reading.stream);
      const out = keptOut.get(reading.stream) ?? 0;
      const problems = out === 0 ? reading.problems : [...reading.problems, stillOut(reading, out)];
      return { ...reading, problems, complete: problems.length === 0 && tally.rejected === 0, stored, ...tally };
    });
  };
  let connection: Connection | undefined;
  let identity: Identity | null = null;
  const unread = (problem: Problem): Promise<readonly Certificate[]> =>
    unreadStreams(source, chosen(source, options.streams), new Set(readings.map(({ stream }) => stream)), problem, {
      store,
      fence,
      asSeenBy: identity?.userName ?? "",
    });
  try {
    connection = await connect(source, options);
    const session = await beginSession(source, connection, options, tallies);
    identity = session.identity;
    const { offered, context, writer, frozen } = session;
    const streams = neededStreams(offered, chosen(source, options.streams));
    const unanswered = await answerMarks({
      connection,
      tenant: identity.tenant,
      streams: new Set(streams.map(({ name }) => name).filter((name) => !frozen.has(name))),
      everRead: new Set(neededStreams(offered, chosen(source, undefined)).map(({ name }) => name)),
      store,
      fence,
      writer,
      context,
    });
    let stop: HubError | null = null;
    const key = { system: connection.system, tenant: identity.tenant };
    const ordered = options.mode === "sweep" ? await longestWaiting(streams, key, store.records) : streams;
    const sweeping = { gotThrough: false };
    for (const stream of connection.read === undefined ? [] : ordered) {
      if (connection.read === undefined || stop !== null) break;
      const outcome = await pullStream(
        {
          connection,
          identity,
          stream,
          writer,
          tallies,
          context,
          store,
          fence,
          policy: source.drift?.(stream.name) ?? EVERYTHING_EVOLVES,
          now: () => options.dependencies.clock.now(),
          concurrency: source.partitionsAtOnce ?? PARTITIONS_AT_ONCE,
          sweeping,
          progress,
        },
        connection.read,
      );
      const { reading } = outcome;
      const failure = unanswered.get(stream.name);
      if (failure === undefined) readings.push(reading);
      else {
        const problem = placed(failure, { connection: source.name, stream: stream.name });
        progress({ kind: "problem", ...problem });
        readings.push({ ...reading, problems: [problem, ...reading.problems] });
      }
      stop = outcome.stop ?? null;
    }
    return {
      connection: source.name,
      identity,
      certificates: await certify(),
      unread: stop === null ? [] : await unread(placed(stop, { connection: source.name })),
      problem: stop === null ? null : toProblem(stop),
      stop,
      calls: connection.calls(),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
    const problem = placed(error, { connection: source.name });
    progress({ kind: "problem", ...problem });
    return {
      connection: source.name,
      identity,
      certificates: await certify(),
      unread: await unread(problem),
      problem,
      stop: error,
      calls: connection?.calls() ?? 0,
    };
  } finally {
    if (connection !== undefined) await closeConnection(connection, signal);
  }
}

function chosen(source: PullSource, only: readonly string[] | undefined): ReadonlySet<string> {
  const mapped = Object.keys(source.selection);
  return new Set(only === undefined ? mapped : only);
}

function placed(error: HubError, where: ErrorPlace): Problem {
  const { place, ...rest } = toProblem(error);
  return { ...rest, place: { ...where, ...place } };
}

/** That records of a stream are missing from the store because they were rejected, now or by an earlier run. */
function stillOut({ connection, stream }: StreamReading, count: number): Problem {
  const error = new HubError(
    "HUB-1221",
    `${count} record${count === 1 ? "" : "s"} of ${stream} could not be accepted.`,
    {
      disposition: "skip-record",
      place: { connection, stream },
      remedy: "`hub rejects` says why; mend it and `hub rejects replay`.",
    },
  );
  return toProblem(error);
}
