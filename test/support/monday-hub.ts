import type { Connection, ReadContext, ReadMode } from "../../src/connectors/kit/index.ts";
import { monday } from "../../src/connectors/monday/index.ts";
import type { MondaySettings } from "../../src/connectors/monday/index.ts";
import type { Entity, JsonObject, NormalisedEntity, Page, Position, Tombstone } from "../../src/model/index.ts";
import { Listings } from "./listings.ts";
import type { MondayServer } from "./monday-server.ts";

interface Stored {
  content: JsonObject;
  partition: string;
  member: { stream: string; id: string } | undefined;
  tombstone: Tombstone | null;
}

export interface Cycle {
  readonly calls: number;
  readonly pages: readonly Page[];
}

/** A hub in memory: keeps what a monday connection delivers as the store would, and reads on from there. */
export interface MondayHub {
  readonly connection: Connection;
  readonly waits: number[];
  cycle(mode?: ReadMode): Promise<Cycle>;
  /** Reads one partition and stops after so many pages, as a crash would. */
  crash(stream: string, partition: string, pages: number): Promise<void>;
  live(stream: string): string[];
  tombstones(): Tombstone[];
  entity(id: string, stream?: string): NormalisedEntity;
  /** What is stored of a record. */
  content(stream: string, id: string): JsonObject | undefined;
  context(mode?: ReadMode): ReadContext;
  readonly logged: string[];
}

const REFERENCES = ["workspaces", "users", "boards"];

export async function mondayHub(
  server: MondayServer,
  selection: readonly string[],
  settings: Partial<MondaySettings> = {},
  /** Fields of other streams than items. */
  also: Readonly<Record<string, readonly string[]>> = {},
): Promise<MondayHub> {
  const waits: number[] = [];
  const logged: string[] = [];
  const records = new Map<string, Map<string, Stored>>();
  const positions = new Map<string, Position>();
  const listings = new Listings();
  const ofStream = (stream: string): Map<string, Stored> => {
    const known = records.get(stream) ?? new Map<string, Stored>();
    records.set(stream, known);
    return known;
  };
  const connection = await monday.connect({
    name: "monday-test",
    settings: monday.settings.parse(settings),
    credentials: { ENDPOINT: server.endpoint, TOKEN: server.token },
    dependencies: {
      clock: server.clock,
      wallNow: () => server.clock.now(),
      sleep: (ms) => {
        waits.push(ms);
        server.clock.advance(ms);
        return Promise.resolve();
      },
      random: () => 0.5,
      ledger: {
        take: () => Promise.resolve(true),
        observe: () => undefined,
        state: () => Promise.resolve({ used: 0, limit: null, resetsAt: null }),
        reserve: () => undefined,
      },
      log: (_level, message) => logged.push(message),
    },
  });
  const context = (mode: ReadMode = "incremental"): ReadContext => ({
    mode,
    selection: { items: selection, ...also },
    signal: new AbortController().signal,
    known: listings.known(async function* (stream, partition) {
      await Promise.resolve();
      const found = [...ofStream(stream)]
        .filter(([, record]) => record.tombstone === null)
        .filter(([, record]) => partition === undefined || record.partition === partition)
        .map(([id, record]) => ({ id, content: record.content, partition: record.partition }));
      if (found.length > 0) yield found;
    }),
  });
  const commit = (key: string, partition: string, page: Page): void => {
    const ended = new Map(page.tombstones.map((tombstone) => [`${tombstone.stream} ${tombstone.id}`, tombstone]));
    for (const { stream, id, content, member } of page.records) {
      const tombstone = ended.get(`${stream} ${id}`) ?? null;
      ofStream(stream).set(id, { content, partition, member, tombstone });
    }
    for (const tombstone of page.tombstones) {
      const known = ofStream(tombstone.stream).get(tombstone.id);
      if (known !== undefined) known.tombstone = tombstone;
    }
    const [stream = ""] = key.split(" ");
    listings.take(stream, partition, page.listing);
    positions.set(key, page.position);
  };
  const readPartition = async (
    stream: string,
    id: string,
    mode: ReadMode,
    most = Number.POSITIVE_INFINITY,
  ): Promise<Page[]> => {
    const pages: Page[] = [];
    const key = `${stream} ${id}`;
    const partition = { stream, id, title: "" };
    for await (const page of connection.read?.read(partition, positions.get(key) ?? null, context(mode)) ?? []) {
      commit(key, id, page);
      pages.push(page);
      if (pages.length >= most) break;
    }
    return pages;
  };
  return {
    connection,
    waits,
    logged,
    context,
    async cycle(mode = "incremental") {
      const before = connection.calls();
      const pages: Page[] = [];
      for (const { name } of monday.streams(monday.settings.parse(settings))) {
        for (const { id } of (await connection.read?.partitions(name, context(mode))) ?? []) {
          pages.push(...(await readPartition(name, id, mode)));
        }
      }
      return { calls: connection.calls() - before, pages };
    },
    async crash(stream, partition, pages) {
      await readPartition(stream, partition, "incremental", pages);
    },
    live: (stream) =>
      [...ofStream(stream)]
        .filter(([, record]) => record.tombstone === null)
        .map(([id]) => id)
        .sort(),
    tombstones: () =>
      [...records.values()].flatMap((stream) => [...stream.values()].flatMap(({ tombstone }) => tombstone ?? [])),
    content: (stream, id) => ofStream(stream).get(id)?.content,
    entity(id, stream = "items") {
      const members = [...ofStream("activity_logs")]
        .filter(([, record]) => record.member?.stream === stream && record.member.id === id)
        .map(([member, { content }]) => ({ stream: "activity_logs", id: member, content }));
      const own = ofStream(stream).get(id);
      const entity: Entity = {
        system: "monday",
        tenant: "9001",
        stream,
        id,
        content: own?.content ?? null,
        members,
        tombstone: own?.tombstone ?? null,
        firstSeenAt: 0,
      };
      const references = Object.fromEntries(
        REFERENCES.map((stream) => [
          stream,
          new Map(
            [...ofStream(stream)]
              .filter(([, record]) => record.tombstone === null)
              .map(([key, { content }]) => [key, content]),
          ),
        ]),
      );
      return monday.normaliser({
        system: "monday",
        tenant: "9001",
        settings: monday.settings.parse(settings),
        references,
      })(entity);
    },
  };
}
