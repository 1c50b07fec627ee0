import type {
  Connection,
  ConnectorDefinition,
  ConnectorDependencies,
  Identity,
  KnownRecords,
  ReadContext,
  ReadMode,
  StreamDefinition,
} from "../../connectors/kit/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type { Certificate, Fence, Problem, StorePort } from "../../model/index.ts";
import type { ProgressListener } from "../progress.ts";
import { pullStream } from "./stream.ts";
import type { StreamReading } from "./stream.ts";
import { neededStreams } from "./streams.ts";
import { Tallies } from "./tallies.ts";

/** A connection as configured, ready to be opened. */
export interface PullSource {
  readonly name: string;
  readonly definition: ConnectorDefinition;
  readonly settings: unknown;
  /** Throws HUB-1101 when one is missing. */
  readonly credentials: () => Promise<Readonly<Record<string, string>>>;
  /** Fields by stream that mappings and `keep:` name; its keys are the mapped streams. */
  readonly selection: Readonly<Record<string, readonly string[]>>;
}

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
}

export interface ConnectionOutcome {
  readonly connection: string;
  readonly identity: Identity | null;
  readonly certificates: readonly Certificate[];
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
  const certificates = connections.flatMap((outcome) => outcome.certificates);
  await options.store.records.saveCertificates(options.fence, certificates);
  return {
    connections,
    complete:
      connections.every((outcome) => outcome.problem === null) && certificates.every(({ complete }) => complete),
  };
}

async function pullConnection(source: PullSource, options: PullOptions): Promise<ConnectionOutcome> {
  const { store, fence, dependencies, progress, signal } = options;
  const readings: StreamReading[] = [];
  const tallies = new Tallies();
  const certify = async (): Promise<readonly Certificate[]> => {
    const [first] = readings;
    const counts = first === undefined ? [] : await store.records.counts(first);
    return readings.map((reading) => {
      const stored = counts.find((count) => count.stream === reading.stream)?.live ?? 0;
      const tally = tallies.of(reading.stream);
      return { ...reading, complete: reading.problems.length === 0 && tally.rejected === 0, stored, ...tally };
    });
  };
  let connection: Connection | undefined;
  let identity: Identity | null = null;
  try {
    connection = await source.definition.connect({
      name: source.name,
      settings: source.settings,
      credentials: await source.credentials(),
      dependencies,
    });
    identity = await connection.identify(signal);
    await store.records.pinTenant(fence, {
      connection: source.name,
      system: source.definition.system,
      tenant: identity.tenant,
      name: identity.tenantName,
      at: dependencies.clock.now(),
    });
    const offered = source.definition.streams(source.settings);
    const streams = neededStreams(offered, chosen(source, options.streams));
    const dependents = dependentsOf(offered);
    const volatile = Object.fromEntries(offered.map((stream) => [stream.name, stream.volatile]));
    const context = readContext(source, identity, options);
    let stop: HubError | null = null;
    for (const stream of connection.read === undefined ? [] : streams) {
      if (connection.read === undefined || stop !== null) break;
      const outcome = await pullStream(
        {
          connection,
          identity,
          stream,
          volatile,
          dependents,
          tallies,
          context,
          store,
          fence,
          now: () => dependencies.clock.now(),
          concurrency: PARTITIONS_AT_ONCE,
          progress,
        },
        connection.read,
      );
      readings.push(outcome.reading);
      stop = outcome.stop ?? null;
    }
    return {
      connection: source.name,
      identity,
      certificates: await certify(),
      problem: stop === null ? null : toProblem(stop),
      stop,
      calls: connection.calls(),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
    const { place, ...rest } = toProblem(error);
    const problem: Problem = { ...rest, place: { connection: source.name, ...place } };
    progress({ kind: "problem", ...problem });
    return {
      connection: source.name,
      identity,
      certificates: await certify(),
      problem,
      stop: error,
      calls: connection?.calls() ?? 0,
    };
  } finally {
    await connection?.close();
  }
}

function chosen(source: PullSource, only: readonly string[] | undefined): ReadonlySet<string> {
  const mapped = Object.keys(source.selection);
  return new Set(only === undefined ? mapped : only);
}

function readContext(source: PullSource, identity: Identity, options: PullOptions): ReadContext {
  const key = { system: source.definition.system, tenant: identity.tenant };
  const known: KnownRecords = {
    records: (stream, partition) => options.store.records.live({ ...key, stream }, partition),
  };
  return {
    mode: options.mode,
    selection: source.selection,
    known,
    signal: options.signal,
  };
}

/** A label, column or user that changed may change how entities read that were not touched themselves. */
function dependentsOf(offered: readonly StreamDefinition[]): Readonly<Record<string, readonly string[]>> {
  const dependents: Record<string, string[]> = {};
  for (const { name, references } of offered) {
    for (const reference of references ?? []) dependents[reference] = [...(dependents[reference] ?? []), name];
  }
  return dependents;
}
