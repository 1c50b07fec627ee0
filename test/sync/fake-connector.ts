import { z } from "zod";
import type {
  Audit,
  Connection,
  ConnectorDefinition,
  ConnectorDependencies,
  KnownRecords,
  Partition,
  ReadFace,
  Reread,
  StreamDefinition,
} from "../../src/connectors/kit/index.ts";
import type { DriftPolicy, JsonObject, Page, Position } from "../../src/model/index.ts";
import { pull } from "../../src/sync/pull/index.ts";
import type { PullReport } from "../../src/sync/pull/index.ts";
import type { Progress } from "../../src/sync/progress.ts";
import type { Fence, StorePort } from "../../src/model/index.ts";
import { AS_OF, fixedClock } from "../support/store.ts";

/** What a fake system holds and how it behaves; tests change it between reads. */
export interface FakeSystem {
  streams: readonly StreamDefinition[];
  partitions: (stream: string) => readonly Partition[];
  read: (partition: Partition, position: Position | null, mode: string, known: KnownRecords) => AsyncIterable<Page>;
  audit?: (partition: Partition) => Audit | null;
  /** Fields as the system describes them: type by name. */
  fields?: Readonly<Record<string, string>>;
  describe?: () => never;
  drift?: DriftPolicy;
  reread?: (stream: string, ids: readonly string[]) => AsyncIterable<Reread>;
}

export const THINGS: StreamDefinition = { name: "things", title: "Things", role: "entity" };

export function oneThing(id: string, content: JsonObject = { id }): Page["records"][number] {
  return { stream: "things", id, content };
}

export function onePage(changes: Partial<Page>): Page {
  return { records: [], tombstones: [], rejects: [], position: { covered: [], state: null }, ...changes };
}

export async function* pagesOf<T = Page>(...pages: readonly T[]): AsyncIterable<T> {
  yield* pages;
}

function connectorOf(system: FakeSystem): ConnectorDefinition {
  const { audit, reread } = system;
  const read: ReadFace = {
    partitions: async (stream) => system.partitions(stream),
    read: (partition, position, context) => system.read(partition, position, context.mode, context.known),
    reread: (stream, ids) => reread?.(stream, ids) ?? pagesOf(),
    audit: async (partition) => audit?.(partition) ?? null,
    estimate: async () => ({ calls: 1, records: null, exact: false }),
  };
  const connection: Connection = {
    name: "fake",
    system: "fake",
    identify: async () => ({
      tenant: "t1",
      tenantName: "Tenant",
      user: "u1",
      userName: "User",
      apiVersion: "1",
      notes: [],
    }),
    describe: async (stream) => ({
      stream: system.describe?.() ?? stream,
      fields: Object.entries(system.fields ?? {}).map(([name, type]) => ({ name, label: name, type })),
    }),
    read,
    calls: () => 0,
    close: async () => undefined,
  };
  return {
    system: "fake",
    title: "Fake",
    settings: z.unknown(),
    credentials: [],
    streams: () => system.streams,
    connect: async () => connection,
    normaliser: () => () => {
      throw new Error("nothing is mapped here");
    },
  };
}

/** Reads a fake system into a store through the real pull. */
export async function pullFake(
  system: FakeSystem,
  store: StorePort,
  fence: Fence,
  mode: "incremental" | "full" | "sweep" = "incremental",
  streams?: readonly string[],
): Promise<{ readonly report: PullReport; readonly told: readonly Progress[] }> {
  const told: Progress[] = [];
  const { drift } = system;
  const dependencies: ConnectorDependencies = {
    clock: fixedClock,
    wallNow: () => AS_OF,
    sleep: async () => undefined,
    random: () => 0,
    ledger: store.ledger,
    log: () => undefined,
  };
  const report = await pull({
    sources: [
      {
        name: "fake",
        definition: connectorOf(system),
        settings: {},
        credentials: async () => ({}),
        selection: Object.fromEntries(system.streams.map(({ name }) => [name, Object.keys(system.fields ?? {})])),
        ...(drift === undefined ? {} : { drift: () => drift }),
      },
    ],
    mode,
    ...(streams === undefined ? {} : { streams }),
    store,
    fence,
    dependencies,
    progress: (each) => void told.push(each),
    signal: new AbortController().signal,
  });
  return { report, told };
}
