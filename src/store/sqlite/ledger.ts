import { HOUR } from "../../model/index.ts";
import type { Clock, QuotaLedger, QuotaState } from "../../model/index.ts";
import type { Database } from "./database.ts";

/** Calls booked in memory before the store is told: one write per block instead of one per call. */
const BLOCK = 50;
/** An older observation of a full account is doubted: the next call may ask. Rolling windows have no reset time to wait for. */
const DOUBT_AFTER_MS = HOUR;

interface Account {
  used: number;
  limit: number | null;
  resetsAt: number | null;
  observedAt: number;
  unsaved: number;
}

/** One account of calls per credential, kept in the store and shared by every run. */
export class SqliteLedger implements QuotaLedger {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #accounts = new Map<string, Account>();
  readonly #reserves = new Map<string, number>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  reserve(credential: string, share: number): void {
    this.#reserves.set(credential, share);
  }

  async take(credential: string, calls: number): Promise<boolean> {
    const account = this.#account(credential);
    const now = this.#clock.now();
    if (account.resetsAt !== null && now >= account.resetsAt) {
      account.used = 0;
      account.resetsAt = null;
    }
    const allowed = account.limit === null ? null : account.limit * (1 - (this.#reserves.get(credential) ?? 0));
    const doubted = account.resetsAt === null && now - account.observedAt >= DOUBT_AFTER_MS;
    if (allowed !== null && account.used + calls > allowed && !doubted) return false;
    account.used += calls;
    account.unsaved += calls;
    if (account.unsaved >= BLOCK) this.#save(credential, account);
    return true;
  }

  observe(credential: string, state: QuotaState): void {
    const account = this.#account(credential);
    account.used = state.used;
    account.limit = state.limit;
    account.resetsAt = state.resetsAt;
    account.observedAt = this.#clock.now();
    account.unsaved += 1;
    if (account.unsaved >= BLOCK) this.#save(credential, account);
  }

  async state(credential: string): Promise<QuotaState> {
    const { used, limit, resetsAt } = this.#account(credential);
    return { used, limit, resetsAt };
  }

  /** Writes what is still in memory. */
  flush(): void {
    for (const [credential, account] of this.#accounts) if (account.unsaved > 0) this.#save(credential, account);
  }

  #account(credential: string): Account {
    let account = this.#accounts.get(credential);
    if (account === undefined) {
      const row = this.#database.get<{
        used: number;
        maximum: number | null;
        resets_at: number | null;
        observed_at: number;
      }>("select used, maximum, resets_at, observed_at from quota where credential = ?", credential);
      account = {
        used: row?.used ?? 0,
        limit: row?.maximum ?? null,
        resetsAt: row?.resets_at ?? null,
        observedAt: row?.observed_at ?? 0,
        unsaved: 0,
      };
      this.#accounts.set(credential, account);
    }
    return account;
  }

  #save(credential: string, account: Account): void {
    account.unsaved = 0;
    this.#database.run(
      `insert into quota (credential, used, maximum, resets_at, observed_at) values (?, ?, ?, ?, ?)
       on conflict (credential) do update set used = excluded.used, maximum = excluded.maximum, resets_at = excluded.resets_at, observed_at = excluded.observed_at`,
      credential,
      account.used,
      account.limit,
      account.resetsAt,
      account.observedAt,
    );
  }
}
