import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { HubError } from "../../model/index.ts";
import type { Fence, Instant } from "../../model/index.ts";

/** What a statement may bind. `node:sqlite` stores a Date as NULL silently, so that instants are always numbers here. */
export type Bound = string | number | null;

const PRAGMAS = [
  // Of a new store; rows are about a kilobyte, and few of them fit a page of 4.
  "page_size=8192",
  "journal_mode=WAL",
  "synchronous=NORMAL",
  "foreign_keys=ON",
  "busy_timeout=5000",
  "temp_store=MEMORY",
  "cache_size=-8192",
  // Fewer, larger checkpoints: each one waits for the disk, and a page commit should not.
  "wal_autocheckpoint=4000",
];

/**
 * Without a sign of life for this long a lease on another machine is taken over. Too short and a paused laptop loses
 * its run; too long and a crashed machine blocks the night: the fencing token makes the first harmless.
 */
export const LEASE_MS = 10 * 60_000;

/** One connection with its prepared statements. Everything else in this folder speaks SQL through it. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;
  #wallNow: (() => Instant) | undefined;

  /** @param path a file (its folder is made) or `:memory:`. @throws HubError HUB-3001 when it cannot be opened. */
  constructor(path: string) {
    try {
      if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
      this.#db = new DatabaseSync(path);
      for (const pragma of PRAGMAS) this.#db.exec(`pragma ${pragma}`);
    } catch (cause) {
      throw new HubError("HUB-3001", `The store ${path} cannot be opened.`, {
        cause,
        place: { file: path },
        remedy: "Check that the folder is writable and that the file is a store of this program.",
      });
    }
  }

  /** Rows in the shape the statement selects; the caller names the shape because SQL is ours on both ends. */
  all<Row>(sql: string, ...parameters: readonly Bound[]): readonly Row[] {
    return this.#prepare(sql).all(...parameters) as unknown as Row[];
  }

  get<Row>(sql: string, ...parameters: readonly Bound[]): Row | undefined {
    return this.#prepare(sql).get(...parameters) as unknown as Row | undefined;
  }

  /** @returns the number of rows changed. */
  run(sql: string, ...parameters: readonly Bound[]): number {
    return Number(this.#prepare(sql).run(...parameters).changes);
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /**
   * All or nothing. The work is synchronous, so nothing else of this process can come between.
   * @throws HubError HUB-3006 when the store cannot be written.
   */
  transaction<Result>(work: () => Result): Result {
    if (this.#inTransaction) return work();
    try {
      this.#db.exec("begin immediate");
    } catch (error) {
      throw explained(error);
    }
    this.#inTransaction = true;
    try {
      const result = work();
      this.#db.exec("commit");
      return result;
    } catch (error) {
      // A full disk has rolled back already; a second attempt would hide what happened.
      if (this.#db.isTransaction) this.#db.exec("rollback");
      throw explained(error);
    } finally {
      this.#inTransaction = false;
    }
  }

  /** From here on every transaction of the lease's holder is a sign of life. */
  keepLease(wallNow: () => Instant): void {
    this.#wallNow = wallNow;
  }

  /** A transaction of the lease's holder. @throws HubError HUB-3003 when a newer token exists. */
  fenced<Result>(fence: Fence, work: () => Result): Result {
    return this.transaction(() => {
      const lease = this.get<{ token: number; expires_at: number }>(
        "select token, expires_at from lease where name = 'writer'",
      );
      if (lease?.token !== fence.token) {
        throw new HubError("HUB-3003", `Run ${fence.runId} lost its lease to a later run and stopped writing.`, {
          remedy: "Nothing of this run was stored after that point; the later run goes on.",
        });
      }
      const now = this.#wallNow?.();
      if (now !== undefined && lease.expires_at < now + LEASE_MS / 2) {
        this.run("update lease set expires_at = ? where name = 'writer'", now + LEASE_MS);
      }
      return work();
    });
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** SQLite's primary result codes for what a person can mend. */
const OUTSIDE_CAUSES: Readonly<Record<number, readonly [what: string, remedy: string]>> = {
  5: ["another process holds it", "Wait until that has ended; look for another hub or a database browser on the file."],
  8: ["it is read-only", "Make the file and its folder writable."],
  10: ["the disk reports an error", "Look at the disk; then run again, it goes on from the last stored page."],
  11: ["it is damaged", "Restore the newest copy; what was read since then is read again."],
  13: ["the disk is full", "Make room; then run again, it goes on from the last stored page."],
};

/** What keeps a store from being written is nobody's record or stream. */
function explained(error: unknown): unknown {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return error;
  const cause = OUTSIDE_CAUSES[Number(error.errcode) & 0xff];
  if (cause === undefined) return error;
  const [what, remedy] = cause;
  return new HubError("HUB-3006", `The store cannot be written: ${what}.`, { cause: error, remedy });
}

/** Reads a table in pages by ascending `pk`, so that no cursor stays open while others write. */
export async function* pagesByKey<Row extends { readonly pk: number }>(
  database: Database,
  sql: string,
  parameters: readonly Bound[],
  pageSize = 1000,
): AsyncIterable<readonly Row[]> {
  let last = 0;
  for (;;) {
    const rows = database.all<Row>(sql, ...parameters, last, pageSize);
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1)?.pk ?? last;
  }
}
