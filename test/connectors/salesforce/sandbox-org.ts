import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page, Position } from "../../../src/model/index.ts";
import type { ReadContext } from "../../../src/connectors/kit/index.ts";
import type { SalesforceSettings } from "../../../src/connectors/salesforce/index.ts";
import { SandboxClock } from "../../../src/sandbox/kit/clock.ts";
import { Dials } from "../../../src/sandbox/kit/dials.ts";
import { listen } from "../../../src/sandbox/kit/server.ts";
import { createSalesforce } from "../../../src/sandbox/salesforce/index.ts";
import type { SalesforceSeed } from "../../../src/sandbox/seeds.ts";
import { Listings } from "../../support/listings.ts";
import { AS_OF } from "../../support/salesforce-seed.ts";
import { connect } from "./stub-org.ts";
import type { Session } from "./stub-org.ts";

/** What a store would hold after reading some pages: live contents by stream and id, and why others ended. */
export class Shelf {
  readonly live = new Map<string, Map<string, Page["records"][number]["content"]>>();
  readonly ended = new Map<string, string>();

  take(pages: readonly Pick<Page, "records" | "tombstones">[]): this {
    for (const page of pages) {
      for (const { stream, id, content } of page.records) {
        const records = this.live.get(stream) ?? new Map<string, typeof content>();
        this.live.set(stream, records.set(id, content));
        this.ended.delete(id);
      }
      for (const { stream, id, cause } of page.tombstones) {
        this.live.get(stream)?.delete(id);
        this.ended.set(id, cause);
      }
    }
    return this;
  }

  /** Value of one field by record id. */
  values(stream: string, field: string): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...(this.live.get(stream) ?? [])].map(([id, content]) => [id, content[field]]));
  }
}

export interface SandboxOrg {
  readonly session: Session;
  readonly clock: SandboxClock;
  readonly shelf: Shelf;
  /** Reads a stream on from where the last reading of it ended, into the shelf. */
  read(
    stream: string,
    selection: ReadContext["selection"],
    mode?: ReadContext["mode"],
    between?: (page: Page) => Promise<void>,
  ): Promise<readonly Page[]>;
  /** A reading context over what the shelf holds. */
  context(selection: ReadContext["selection"], mode?: ReadContext["mode"]): ReadContext;
  api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  control(path: string, body: unknown, method?: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** A sandbox org with a connection to it whose waits move the sandbox's clock. */
export async function sandboxOrg(
  seed: SalesforceSeed,
  settings: Partial<SalesforceSettings> = {},
): Promise<SandboxOrg> {
  const clock = new SandboxClock(AS_OF, () => Date.now());
  clock.freeze(true);
  const directory = mkdtempSync(join(tmpdir(), "hub-salesforce-"));
  let n = 1;
  const random = (): number => {
    n = (n * 16_807) % 2_147_483_647;
    return n / 2_147_483_647;
  };
  const dials = new Dials(1, clock).of("salesforce");
  const system = createSalesforce(seed, { clock, random, directory, limits: "demo", dials });
  const server = await listen((request) => system.fetch(request), 0, clock);
  const told = system.describe(server.origin);
  const keys = { CLIENT_ID: told["clientId"] ?? "", CLIENT_SECRET: told["clientSecret"] ?? "" };
  const session = await connect(server.origin, settings, keys, () => clock.now());
  const shelf = new Shelf();
  const listings = new Listings();
  const positions = new Map<string, Position>();
  const context = (selection: ReadContext["selection"], mode: ReadContext["mode"] = "incremental"): ReadContext => ({
    mode,
    selection,
    known: listings.known(async function* (stream) {
      await Promise.resolve();
      yield [...(shelf.live.get(stream) ?? [])].map(([id, content]) => ({ id, content, partition: stream }));
    }),
    signal: new AbortController().signal,
  });
  return {
    session,
    clock,
    shelf,
    context,
    read: async (stream, selection, mode = "incremental", between = async () => Promise.resolve()) => {
      const pages: Page[] = [];
      const partition = { stream, id: stream, title: stream };
      const { read } = session.connection;
      for await (const page of read?.read(partition, positions.get(stream) ?? null, context(selection, mode)) ?? []) {
        pages.push(page);
        positions.set(stream, page.position);
        shelf.take([page]);
        listings.take(stream, stream, page.listing);
        await between(page);
      }
      return pages;
    },
    api: async (method, path, body) => {
      const response = await fetch(`${server.origin}/services/data/v64.0/${path}`, {
        method,
        headers: { authorization: `Bearer ${told["accessToken"] ?? ""}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.status >= 400) throw new Error(await response.text());
      return response.status === 204 ? {} : ((await response.json()) as Record<string, unknown>);
    },
    control: async (path, body, method = "POST") => {
      const response = await system.control(
        new Request(`http://control/${path}`, { method, ...(method === "GET" ? {} : { body: JSON.stringify(body) }) }),
      );
      if (response.status >= 400) throw new Error(await response.text());
      return (await response.json()) as Record<string, unknown>;
    },
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}
