import type { ReadContext, ReadFace, ReadMode } from "../connectors/kit/index.ts";
import { HubError, MINUTE, toProblem } from "../model/index.ts";
import type { Problem, QuotaAccount, StorePort, StreamKey } from "../model/index.ts";
import { watchLedger, withConnection } from "./check.ts";
import type { LookContext } from "./check.ts";
import { forecast } from "./forecast.ts";
import type { Forecast } from "./forecast.ts";
import { knownRecords } from "./pull/known.ts";
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

/** Says what a sync would cost and when it would be done, without reading any record. */
export async function estimateSync(
  context: LookContext,
  choice: PullChoice & { readonly mode: ReadMode },
): Promise<readonly ConnectionEstimate[]> {
  const names = pullSources(context, choice).map(({ name }) => name);
  const rates = await pastRates(context.store);
  return Promise.all(names.map((name) => estimateConnection(context, name, choice, rates)));
}

/** Calls a minute by connection in the last reading that took a while. */
async function pastRates(store: StorePort): Promise<ReadonlyMap<string, number>> {
  const perMinute = new Map<string, number>();
  for (const run of await store.runs.certified(10)) {
    const own = await store.records.certificates(run.id);
    const minutes = ((run.endedAt ?? run.startedAt) - run.startedAt) / MINUTE;
    if (minutes < 1) continue;
    for (const connection of new Set(own.map((each) => each.connection))) {
      const calls = own.reduce((sum, each) => sum + (each.connection === connection ? each.calls : 0), 0);
      if (!perMinute.has(connection) && calls > 0) perMinute.set(connection, calls / minutes);
    }
  }
  return perMinute;
}

async function estimateConnection(
  context: LookContext,
  name: string,
  choice: PullChoice & { readonly mode: ReadMode },
  rates: ReadonlyMap<string, number>,
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
          known: knownRecords(
            store.records,
            { system: configured.system, tenant },
            () => dependencies.clock.now(),
            signal,
          ),
          signal,
        };
        for (const { name: stream } of neededStreams(offered, new Set(mapped))) {
          const key = { system: configured.system, tenant, stream };
          await attempt(stream, async () => {
            streams.push(await estimateStream(store, key, read, reading));
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
    forecast: forecast(calls, account, rates.get(name) ?? null, dependencies.clock.now()),
    spent,
    problems,
  };
}

async function estimateStream(
  store: StorePort,
  key: StreamKey,
  read: ReadFace,
  context: ReadContext,
): Promise<StreamEstimate> {
  const { stream } = key;
  const partitions = await read.partitions(stream, context);
  let calls = 0;
  let records: number | null = 0;
  // Where partitions come from records that are not read yet, there are none to ask about.
  let exact = partitions.length > 0;
  for (const partition of partitions) {
    const position = context.mode === "full" ? null : await store.records.position(key, partition.id);
    const one = await read.estimate(partition, position, context);
    calls += one.calls;
    records = records === null || one.records === null ? null : records + one.records;
    exact &&= one.exact;
  }
  return { stream, partitions: partitions.length, calls, records, exact };
}
