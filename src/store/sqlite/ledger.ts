import { randomUUID } from "node:crypto";
import { DAY, HOUR } from "../../model/index.ts";
import type {
  Clock,
  Instant,
  Priority,
  QuotaAccount,
  QuotaBook,
  QuotaRules,
  QuotaSource,
  QuotaState,
} from "../../model/index.ts";
import type { Database } from "./database.ts";
import { QuotaLeases } from "./quota-leases.ts";
import { QuotaPace } from "./quota-pace.ts";

/** An older observation of a full account is doubted: the next call may ask. Rolling windows have no reset time to wait for. */
const DOUBT_AFTER_MS = HOUR;

interface Account {
  used: number;
  limit: number | null;
  resetsAt: number | null;
  observedAt: number;
  /** Calls booked since the store was told. */
  unsaved: number;
  /** An observation that the store has not seen. */
  fresh: boolean;
  /** What other processes hold in hand. */
  elsewhere: number;
}

interface AccountRow {
  readonly used: number;
  readonly maximum: number | null;
  readonly resets_at: number | null;
  readonly observed_at: number;
}

/**
 * One account of calls per credential, kept in the store and shared by every run. Calls are leased from it in blocks: one
 * write per block instead of one per call, and what a crashed process held counts as used.
 */
export class SqliteLedger implements QuotaBook {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #leases: QuotaLeases;
  readonly #pace: QuotaPace;
  readonly #accounts = new Map<string, Account>();
  readonly #rules = new Map<string, QuotaRules>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#leases = new QuotaLeases(database, randomUUID());
    this.#pace = new QuotaPace(database);
  }

  reserve(credential: string, share: number): void {
    this.configure(credential, { reserve: share });
  }

  configure(credential: string, rules: QuotaRules): void {
    this.#rules.set(credential, { ...this.#rules.get(credential), ...rules });
    if (rules.perMinute !== undefined) this.#pace.set(credential, rules.perMinute, "configured", this.#clock.now());
  }

  async take(credential: string, calls: number, priority: Priority = "read"): Promise<boolean> {
    const account = this.#account(credential);
    if (this.#leases.inHand(credential, priority) < calls || !this.#mayTake(credential, account, calls, priority)) {
      this.#settle(credential, account);
      if (!this.#mayTake(credential, account, calls, priority)) return false;
      this.#leases.lease(credential, priority, calls, this.#room(credential, account, priority), this.#clock.now());
    }
    this.#leases.spend(credential, priority, calls);
    account.used += calls;
    account.unsaved += calls;
    return true;
  }

  observe(credential: string, state: QuotaState): void {
    const account = this.#account(credential);
    account.used = state.used;
    account.limit = state.limit;
    account.resetsAt = state.resetsAt;
    account.observedAt = this.#clock.now();
    account.unsaved = 0;
    account.fresh = true;
  }

  async state(credential: string): Promise<QuotaState> {
    const account = this.#account(credential);
    const { used, elsewhere, resetsAt } = account;
    const sweeps = { used: this.#sweeps(credential, account), budget: this.#sweepBudget(credential, account) };
    return { used: used + elsewhere, limit: this.#limit(credential, account), resetsAt, sweeps };
  }

  async account(credential: string): Promise<QuotaAccount> {
    const pace = this.#pace.read(credential);
    return {
      credential,
      ...(await this.state(credential)),
      reserve: this.#rules.get(credential)?.reserve ?? 0,
      perMinute: pace?.perMinute ?? null,
      perMinuteFrom: pace?.source ?? null,
      spent: this.#leases.spentSince(credential, this.#clock.now() - DAY),
    };
  }

  async accounts(): Promise<readonly QuotaAccount[]> {
    for (const [credential, account] of this.#accounts) this.#settle(credential, account);
    const rows = this.#database.all<{ credential: string }>("select credential from quota order by credential");
    return Promise.all(rows.map(({ credential }) => this.account(credential)));
  }

  async perMinute(credential: string): Promise<number | null> {
    return this.#pace.read(credential, this.#clock.now())?.perMinute ?? null;
  }

  async setPerMinute(credential: string, perMinute: number, source: QuotaSource): Promise<void> {
    this.#pace.set(credential, perMinute, source, this.#clock.now());
  }

  async starts(credential: string, calls: number, now: Instant): Promise<readonly Instant[] | null> {
    return this.#pace.starts(credential, calls, now, this.#clock.now());
  }

  async hold(credential: string, until: Instant): Promise<void> {
    this.#pace.hold(credential, until);
  }

  /** Writes what is still in memory and gives back what was not spent. */
  flush(): void {
    for (const [credential, account] of this.#accounts) this.#settle(credential, account);
    this.#leases.giveBack();
  }

  #limit(credential: string, account: Account): number | null {
    return account.limit ?? this.#rules.get(credential)?.perDay ?? null;
  }

  #mayTake(credential: string, account: Account, calls: number, priority: Priority): boolean {
    if (priority === "sweep") {
      const budget = this.#sweepBudget(credential, account);
      if (budget !== null && this.#sweeps(credential, account) + calls > budget) return false;
    }
    return this.#isDoubted(account) || calls <= this.#room(credential, account, priority);
  }

  /** Calls that may still be made at a priority. */
  #room(credential: string, account: Account, priority: Priority): number {
    const now = this.#clock.now();
    if (account.resetsAt !== null && now >= account.resetsAt) {
      account.used = 0;
      account.resetsAt = null;
      account.observedAt = now;
      account.fresh = true;
    }
    const limit = this.#limit(credential, account);
    if (limit === null) return Number.POSITIVE_INFINITY;
    const reserve = priority === "person" ? 0 : (this.#rules.get(credential)?.reserve ?? 0);
    return limit * (1 - reserve) - account.used - account.elsewhere;
  }

  /** What was told is doubted after a while; what the hub counts itself by a configured limit is not. */
  #isDoubted(account: Account): boolean {
    if (account.limit === null || account.resetsAt !== null) return false;
    return this.#clock.now() - account.observedAt >= DOUBT_AFTER_MS;
  }

  #sweepBudget(credential: string, account: Account): number | null {
    const sweeps = this.#rules.get(credential)?.sweeps;
    if (sweeps === undefined) return null;
    if ("calls" in sweeps) return sweeps.calls;
    const limit = this.#limit(credential, account);
    return limit === null ? null : Math.floor(limit * sweeps.share);
  }

  /** Calls of sweeps in the account's day. */
  #sweeps(credential: string, account: Account): number {
    const since = (account.resetsAt ?? this.#clock.now()) - DAY;
    return this.#leases.spentSince(credential, since).sweep;
  }

  #account(credential: string): Account {
    let account = this.#accounts.get(credential);
    if (account === undefined) {
      account = { used: 0, limit: null, resetsAt: null, observedAt: 0, unsaved: 0, fresh: false, elsewhere: 0 };
      this.#accounts.set(credential, account);
      this.#settle(credential, account);
    }
    return account;
  }

  /** Tells the store what happened here and learns what happened elsewhere. */
  #settle(credential: string, account: Account): void {
    const now = this.#clock.now();
    this.#database.transaction(() => {
      const row = this.#database.get<AccountRow>(
        "select used, maximum, resets_at, observed_at from quota where credential = ?",
        credential,
      );
      const { lost, elsewhere } = this.#leases.settle(credential, now);
      account.elsewhere = elsewhere;
      if (row !== undefined && !(account.fresh && account.observedAt >= row.observed_at)) {
        account.used = row.used + account.unsaved;
        account.limit = row.maximum;
        account.resetsAt = row.resets_at;
        account.observedAt = row.observed_at;
      }
      account.used += lost;
      if (account.limit === null) account.used = this.#leases.totalSince(credential, now - DAY);
      account.unsaved = 0;
      account.fresh = false;
      this.#database.run(
        `insert into quota (credential, used, maximum, resets_at, observed_at) values (?, ?, ?, ?, ?)
         on conflict (credential) do update set used = excluded.used, maximum = excluded.maximum, resets_at = excluded.resets_at, observed_at = excluded.observed_at`,
        credential,
        account.used,
        account.limit,
        account.resetsAt,
        account.observedAt,
      );
    });
  }
}
