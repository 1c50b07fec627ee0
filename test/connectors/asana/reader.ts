import { asana } from "../../../src/connectors/asana/index.ts";
import type { AsanaSettings } from "../../../src/connectors/asana/index.ts";
import type { Connection, Normaliser, ReadContext, ReadMode } from "../../../src/connectors/kit/index.ts";
import type { Entity, JsonObject, NormalisedEntity, Position, Reject, Tombstone } from "../../../src/model/index.ts";
import { Listings } from "../../support/listings.ts";
import type { AsanaServer } from "../../support/asana-server.ts";

interface Stored {
  readonly content: JsonObject;
  readonly partition: string;
  readonly member: { readonly stream: string; readonly id: string } | undefined;
}

/** A hub reduced to what a connector sees of it: records, positions and tombstones kept in memory, page by page. */
export class Reader {
  readonly records = new Map<string, Map<string, Stored>>();
  readonly tombstones: Tombstone[] = [];
  readonly rejects: Reject[] = [];
  readonly counts = new Map<string, number>();
  readonly positions = new Map<string, Position>();
  readonly server: AsanaServer;
  readonly settings: Partial<AsanaSettings>;
  readonly slept: number[] = [];
  selection: Record<string, readonly string[]> = {
    projects: ["owner", "due_on", "Opportunity ID", "Seats"],
    tasks: ["assignee", "due_on", "Health", "Opportunity ID"],
    sections: [],
  };
  /** Throws after this many pages, as a crash would. */
  crashAfter = Number.POSITIVE_INFINITY;

  constructor(server: AsanaServer, settings: Partial<AsanaSettings> = {}) {
    this.server = server;
    this.settings = settings;
  }

  async connect(): Promise<Connection> {
    const { server } = this;
    return asana.connect({
      name: "asana-main",
      settings: asana.settings.parse(this.settings),
      credentials: { TOKEN: server.token, BASE_URL: server.baseUrl },
      dependencies: {
        clock: { now: () => server.clock.now() },
        wallNow: () => server.clock.now(),
        sleep: (ms) => {
          this.slept.push(ms);
          server.clock.advance(ms);
          return Promise.resolve();
        },
        random: () => 0.5,
        ledger: {
          take: () => Promise.resolve(true),
          observe: () => {},
          state: () => Promise.resolve({ used: 0, limit: null, resetsAt: null }),
          reserve: () => {},
        },
        log: () => {},
      },
    });
  }

  context(mode: ReadMode): ReadContext {
    const rows = this.records;
    const known = new Listings().known(async function* (stream, partition) {
      const found = [...(rows.get(stream) ?? [])]
        .filter(([, one]) => partition === undefined || one.partition === partition)
        .map(([id, one]) => ({ id, content: one.content, partition: one.partition }));
      if (found.length > 0) yield await Promise.resolve(found);
    });
    return { mode, selection: this.selection, known, signal: new AbortController().signal };
  }

  /** One run over all streams; answers how many calls of each route the service counted. */
  async run(mode: ReadMode = "incremental"): Promise<Readonly<Record<string, number>>> {
    await this.server.control("DELETE", "/calls");
    this.tombstones.length = 0;
    this.counts.clear();
    const connection = await this.connect();
    const context = this.context(mode);
    const { read } = connection;
    if (read === undefined) throw new Error("the connector does not read");
    let pages = 0;
    try {
      for (const { name } of asana.streams(asana.settings.parse({}))) {
        for (const partition of await read.partitions(name, context)) {
          const key = `${name}/${partition.id}`;
          for await (const page of read.read(partition, this.positions.get(key) ?? null, context)) {
            pages += 1;
            if (pages > this.crashAfter) throw new Error("crash");
            this.#commit(key, partition.id, page);
            if (page.sourceCount !== undefined)
              this.counts.set(name, (this.counts.get(name) ?? 0) + page.sourceCount.count);
          }
        }
      }
    } finally {
      await connection.close();
    }
    return ((await this.server.control("GET", "/calls")) as { routes: Record<string, number> }).routes;
  }

  #commit(
    key: string,
    partition: string,
    page: {
      records: readonly { stream: string; id: string; content: JsonObject; member?: { stream: string; id: string } }[];
      tombstones: readonly Tombstone[];
      rejects: readonly Reject[];
      position: Position;
    },
  ): void {
    for (const { stream, id, content, member } of page.records) {
      const rows = this.records.get(stream) ?? new Map<string, Stored>();
      this.records.set(stream, rows);
      rows.set(id, { content, partition, member });
    }
    for (const tombstone of page.tombstones) {
      this.records.get(tombstone.stream)?.delete(tombstone.id);
      this.tombstones.push(tombstone);
    }
    this.rejects.push(...page.rejects);
    this.positions.set(key, page.position);
  }

  ids(stream: string): string[] {
    return [...(this.records.get(stream)?.keys() ?? [])].sort();
  }

  content(stream: string, id: string): JsonObject {
    const row = this.records.get(stream)?.get(id);
    if (row === undefined) throw new Error(`${stream} ${id} is not stored`);
    return row.content;
  }

  entity(stream: string, id: string): Entity {
    const members = [...(this.records.get("stories") ?? [])]
      .filter(([, one]) => one.member?.stream === stream && one.member.id === id)
      .map(([member, one]) => ({ stream: "stories", id: member, content: one.content }));
    return {
      system: "asana",
      tenant: this.server.description["workspaceGid"] ?? "",
      stream,
      id,
      content: this.content(stream, id),
      members,
      tombstone: null,
      firstSeenAt: 0,
    };
  }

  normaliser(): Normaliser {
    const references = Object.fromEntries(
      [...this.records].map(([name, rows]) => [name, new Map([...rows].map(([key, one]) => [key, one.content]))]),
    );
    const settings = asana.settings.parse(this.settings);
    const tenant = this.server.description["workspaceGid"] ?? "";
    return asana.normaliser({ system: "asana", tenant, settings, references });
  }

  normalise(stream: string, id: string): NormalisedEntity {
    return this.normaliser()(this.entity(stream, id));
  }
}

/** A number of minutes in milliseconds. */
export function minutes(count: number): number {
  return count * 60_000;
}
