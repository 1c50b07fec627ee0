import type { Partition, ReadContext, ReadFace, ReadMode } from "../connectors/kit/index.ts";
import { HubError, MINUTE, toProblem } from "../model/index.ts";
import type { Certificate, Problem, QuotaAccount, StorePort, StreamKey } from "../model/index.ts";
import { watchLedger, withConnection } from "./check.ts";
import type { LookContext } from "./check.ts";
import { forecast } from "./forecast.ts";
import type { Forecast } from "./forecast.ts";
import { neededStreams } from "./pull/streams.ts";
import { pullSources } from "./sources.ts";
import type { PullChoice } from "./sources.ts";

/** What reading one stream would cost. */
export interface StreamEstimate {
  readonly stream: string;
  readonly partitions: number;
  readonly calls: number;
  readonly records: number | null;
  readonly exact: boolean;
  /** The system itself, the last reading of the same kind, or what is stored. */
  readonly by: "system" | "last reading" | "store";
}

export interface ConnectionEstimate {
  readonly connection: string;
  readonly streams: readonly StreamEstimate[];
  readonly calls: number;
  readonly account: QuotaAccount | null;
  readonly forecast: Forecast;
  /** Calls that estimating itself took. */
  readonly spent: number;
  readonly problems: readonly Problem[];
}

/** Rows that one call brings at most everywhere, for a guess. */
const ROWS_A_CALL = 100;

/** Says what a sync would cost and when it would be done, without reading any record. */
export async function estimateSync(
  context: LookContext,
  choice: PullChoice & { readonly mode: ReadMode },
): Promise<readonly ConnectionEstimate[]> {
  const names = pullSources(context, choice).map(({ name }) => name);
  const past = await pastReadings(context.store);
  return Promise.all(names.map((name) => estimateConnection(context, name, choice, past)));
}

interface PastReadings {
  readonly certificates: readonly Certificate[];
  /** Calls a minute by connection in the last reading that took a while. */
  readonly perMinute: ReadonlyMap<string, number>;
}

async function pastReadings(store: StorePort): Promise<PastReadings> {
  const certificates: Certificate[] = [];
  const perMinute = new Map<string, number>();
  for (const run of await store.runs.certified(10)) {
    const own = await store.records.certificates(run.id);
    certificates.push(...own);
    const minutes = ((run.endedAt ?? run.startedAt) - run.startedAt) / MINUTE;
    if (minutes < 1) continue;
    for (const connection of new Set(own.map((each) => each.connection))) {
      const calls = own.reduce((sum, each) => sum + (each.connection === connection ? each.calls : 0), 0);
      if (!perMinute.has(connection) && calls > 0) perMinute.set(connection, calls / minutes);
    }
  }
  return { certificates, perMinute };
}

async function estimateConnection(
  context: LookContext,
  name: string,
  choice: PullChoice & { readonly mode: ReadMode },
  past: PastReadings,
): Promise<ConnectionEstimate> {
  const { configuration, store, signal, dependencies } = context;
  const configured = configuration.connections.get(name);
  if (configured === undefined) throw new HubError("HUB-1001", `No connection ${name}.`);
  const watched = watchLedger(store.ledger);
  const looking = { ...context, dependencies: { ...dependencies, ledger: watched.ledger } };
  const streams: StreamEstimate[] = [];
  const problems: Problem[] = [];
  let spent = 0;
  const attempt = async (stream: string | null, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HubError)) throw error;
      const { place, ...rest } = toProblem(error);
      problems.push({ ...rest, place: { connection: name, ...(stream === null ? {} : { stream }), ...place } });
    }
  };
  await attempt(null, () =>
    withConnection(looking, configured, async (connection) => {
      try {
        const { tenant } = await connection.identify(signal);
        const { read } = connection;
        if (read === undefined) return;
        const offered = configured.connector.streams(configured.settings);
        const mapped = choice.streams ?? configuration.mappings.streams(name);
        const reading: ReadContext = {
          mode: choice.mode,
          selection: configuration.mappings.selection(name),
          known: {
            records: (stream, partition) =>
              store.records.live({ system: configured.system, tenant, stream }, partition),
          },
          signal,
        };
        for (const { name: stream } of neededStreams(offered, new Set(mapped))) {
          const key = { system: configured.system, tenant, stream };
          await attempt(stream, async () => {
            streams.push(await estimateStream(store, key, name, read, reading, past));
          });
        }
      } finally {
        spent = connection.calls();
      }
    }),
  );
  const credential = watched.credential();
  const account = credential === null ? null : await store.ledger.account(credential);
  const calls = streams.reduce((sum, each) => sum + each.calls, 0);
  return {
    connection: name,
    streams,
    calls,
    account,
    forecast: forecast(calls, account, past.perMinute.get(name) ?? null, dependencies.clock.now()),
    spent,
    problems,
  };
}

async function estimateStream(
  store: StorePort,
  key: StreamKey,
  connection: string,
  read: ReadFace,
  context: ReadContext,
  past: PastReadings,
): Promise<StreamEstimate> {
  const { stream } = key;
  const partitions = await read.partitions(stream, context);
  if (read.estimate === undefined) {
    const last = past.certificates.find(
      (each) => each.connection === connection && each.stream === stream && each.sweep === (context.mode === "sweep"),
    );
    const isBegun = await hasPosition(store, key, partitions);
    if (last !== undefined && context.mode !== "full" && isBegun) {
      return {
        stream,
        partitions: partitions.length,
        calls: last.calls,
        records: null,
        exact: false,
        by: "last reading",
      };
    }
    const counts = await store.records.counts(key);
    const records = counts.find((each) => each.stream === stream)?.live ?? 0;
    const pages = context.mode === "incremental" && isBegun ? 0 : Math.ceil(records / ROWS_A_CALL);
    return {
      stream,
      partitions: partitions.length,
      calls: partitions.length + pages,
      records,
      exact: false,
      by: "store",
    };
  }
  let calls = 0;
  let records: number | null = 0;
  let exact = true;
  for (const partition of partitions) {
    const position = context.mode === "full" ? null : await store.records.position(key, partition.id);
    const one = await read.estimate(partition, position, context);
    calls += one.calls;
    records = records === null || one.records === null ? null : records + one.records;
    exact &&= one.exact;
  }
  return { stream, partitions: partitions.length, calls, records, exact, by: "system" };
}

async function hasPosition(store: StorePort, key: StreamKey, partitions: readonly Partition[]): Promise<boolean> {
  for (const { id } of partitions) if ((await store.records.position(key, id)) === null) return false;
  return partitions.length > 0;
}
