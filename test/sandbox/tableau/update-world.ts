import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBench } from "./extract-bench.ts";
import type { ExtractBench } from "./extract-bench.ts";
import { downloaded, jobOf, publishFile, uploadChunks } from "./publishing-client.ts";
import { idIn, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

/** A row of the tables whose data are updated, as a query. */
export const row = (id: string, n: number | null, at = "2026-03-01"): string =>
  `SELECT '${id}'::text AS id, ${n ?? "NULL"}::bigint AS n, timestamp '${at} 00:00:00' AS at`;
export const rows = (...queries: readonly string[]): string => queries.join(" UNION ALL ");
export const BY_ID = { op: "eq", "source-col": "id", "target-col": "id" };
export const TABLES = { "source-table": "Extract", "target-table": "Extract" };

export interface UpdateOptions {
  /** Uploaded first. */
  readonly payload?: Buffer;
  /** Null for none; a fresh one when left out. */
  readonly requestId?: string | null;
  readonly path?: string;
}

/** A site with a data source whose data are updated. */
export interface UpdateWorld {
  readonly server: TableauServer;
  readonly session: Session;
  readonly bench: ExtractBench;
  readonly directory: string;
  /** Publishes a file and turns to it. */
  publish(fileName: string, bytes: Buffer, name?: string): Promise<string>;
  /** Publishes a=1, b=2 (older), c=null and turns to it. */
  reset(): Promise<void>;
  patch(actions: unknown, options?: UpdateOptions): Promise<Response>;
  /** The outcome of an update that was accepted. @throws Error with what the server said to one that was not */
  outcome(
    actions: unknown,
    payload?: Buffer,
  ): Promise<{ readonly finishCode: string | undefined; readonly notes: string | undefined }>;
  /** The rows of what is published, as `id=n`. */
  published(table?: string): Promise<readonly string[]>;
  content(): Promise<Buffer>;
  /** Id of the data source turned to. */
  target(): string;
  stop(): Promise<void>;
}

/** @param hyperd the engine, with which both the server and the tests work */
export async function startUpdateWorld(hyperd: string): Promise<UpdateWorld> {
  const directory = await mkdtemp(join(tmpdir(), "tableau-updates-"));
  const bench = await startBench(hyperd, directory);
  const server = await startTableau({ hyperd });
  const session = await signIn(server);
  let target = "";
  let serial = 0;
  const world: UpdateWorld = {
    server,
    session,
    bench,
    directory,
    publish: async (fileName, bytes, name) => {
      target = await publishFile(session, fileName, bytes, name);
      return target;
    },
    reset: async () => {
      const bytes = await bench.make({ Extract: rows(row("a", 1), row("b", 2, "2026-01-01"), row("c", null)) });
      await world.publish("kpi.hyper", bytes);
    },
    patch: async (actions, options = {}) => {
      const upload = options.payload === undefined ? undefined : await uploadChunks(session, [options.payload]);
      serial += 1;
      const requestId = options.requestId === undefined ? `request-${serial}` : options.requestId;
      const query = upload === undefined ? "" : `?uploadSessionId=${upload}`;
      const path = `/api/3.29/sites/${session.siteId}/datasources/${target}${options.path ?? "/data"}${query}`;
      return fetch(`${server.origin}${path}`, {
        method: "PATCH",
        headers: {
          "x-tableau-auth": session.token,
          "content-type": "application/json",
          ...(requestId === null ? {} : { RequestID: requestId }),
        },
        body: JSON.stringify({ actions }),
      });
    },
    outcome: async (actions, payload) => {
      const accepted = await world.patch(actions, payload === undefined ? {} : { payload });
      const text = await accepted.text();
      if (accepted.status !== 202) throw new Error(text);
      const { finishCode, notes } = await jobOf(session, idIn(text, "job"));
      return { finishCode, notes };
    },
    content: () => downloaded(session, target),
    target: () => target,
    published: async (table) =>
      (await bench.rows(await world.content(), table)).map((each) => `${each["id"]}=${each["n"]}`),
    stop: async () => {
      await server.stop();
      await bench.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return world;
}
