import { DAY, HOUR, MINUTE, PRIORITIES } from "../../model/index.ts";
import type { Instant, Priority } from "../../model/index.ts";
import type { Database } from "./database.ts";

/** Calls leased at a time: a crash makes at most so many count as used that were not. */
const BLOCK = 50;
/** A lease that was not touched for so long belongs to a process that died: its calls may have been made. */
const LEASE_LIFE_MS = 10 * MINUTE;
/** Hours of spending that are kept, for forecasts. */
const KEPT_MS = 8 * DAY;

interface Lease {
  left: number;
  /** Spent since the store was told. */
  spent: number;
}

/** The blocks of calls that this process holds, and what was spent by the hour, per credential and priority. */
export class QuotaLeases {
  readonly #database: Database;
  readonly #holder: string;
  readonly #leases = new Map<string, Map<Priority, Lease>>();

  constructor(database: Database, holder: string) {
    this.#database = database;
    this.#holder = holder;
  }

  inHand(credential: string, priority: Priority): number {
    return this.#leases.get(credential)?.get(priority)?.left ?? 0;
  }

  spend(credential: string, priority: Priority, calls: number): void {
    const lease = this.#lease(credential, priority);
    lease.left -= calls;
    lease.spent += calls;
  }

  /** Takes a block, or what is left of the account; never less than the calls wanted now. */
  lease(credential: string, priority: Priority, calls: number, room: number, now: Instant): void {
    const lease = this.#lease(credential, priority);
    lease.left = Math.max(calls, Math.min(BLOCK, Math.floor(room)));
    this.#database.run(
      `insert into quota_lease (credential, holder, priority, calls_left, taken_at) values (?, ?, ?, ?, ?)
       on conflict (credential, holder, priority) do update set calls_left = excluded.calls_left, taken_at = excluded.taken_at`,
      credential,
      this.#holder,
      priority,
      lease.left,
      now,
    );
  }

  /**
   * Books what was spent, gives what is in hand back, and finds what others hold. The calls of those who died are lost.
   */
  settle(credential: string, now: Instant): { readonly lost: number; readonly elsewhere: number } {
    for (const [priority, lease] of this.#leases.get(credential) ?? []) {
      this.#book(credential, priority, lease.spent, now);
      lease.spent = 0;
      lease.left = 0;
    }
    this.#database.run("delete from quota_lease where credential = ? and holder = ?", credential, this.#holder);
    let lost = 0;
    let elsewhere = 0;
    const others = this.#database.all<{ holder: string; priority: Priority; calls_left: number; taken_at: number }>(
      "select holder, priority, calls_left, taken_at from quota_lease where credential = ?",
      credential,
    );
    for (const { holder, priority, calls_left: left, taken_at: takenAt } of others) {
      if (takenAt > now - LEASE_LIFE_MS) {
        elsewhere += left;
        continue;
      }
      lost += left;
      this.#book(credential, priority, left, takenAt);
      this.#database.run("delete from quota_lease where credential = ? and holder = ?", credential, holder);
    }
    this.#database.run("delete from quota_spent where hour < ?", now - KEPT_MS);
    return { lost, elsewhere };
  }

  /** Everything was settled before. */
  giveBack(): void {
    this.#leases.clear();
  }

  /** Calls by priority since an instant, to the hour, those not yet told to the store included. */
  spentSince(credential: string, since: Instant): Readonly<Record<Priority, number>> {
    const spent: Record<Priority, number> = { person: 0, write: 0, read: 0, sweep: 0 };
    const rows = this.#database.all<{ priority: Priority; calls: number }>(
      "select priority, sum(calls) as calls from quota_spent where credential = ? and hour > ? group by priority",
      credential,
      since - HOUR,
    );
    for (const { priority, calls } of rows) spent[priority] = calls;
    for (const [priority, lease] of this.#leases.get(credential) ?? []) spent[priority] += lease.spent;
    return spent;
  }

  totalSince(credential: string, since: Instant): number {
    const spent = this.spentSince(credential, since);
    return PRIORITIES.reduce((sum, priority) => sum + spent[priority], 0);
  }

  #lease(credential: string, priority: Priority): Lease {
    const ofCredential = this.#leases.get(credential) ?? new Map<Priority, Lease>();
    this.#leases.set(credential, ofCredential);
    const lease = ofCredential.get(priority) ?? { left: 0, spent: 0 };
    ofCredential.set(priority, lease);
    return lease;
  }

  #book(credential: string, priority: Priority, calls: number, at: Instant): void {
    if (calls === 0) return;
    this.#database.run(
      `insert into quota_spent (credential, hour, priority, calls) values (?, ?, ?, ?)
       on conflict (credential, hour, priority) do update set calls = calls + excluded.calls`,
      credential,
      Math.floor(at / HOUR) * HOUR,
      priority,
      calls,
    );
  }
}
