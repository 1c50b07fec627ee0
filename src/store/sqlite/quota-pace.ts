import { DAY, heldUntil, MINUTE, nextStarts } from "../../model/index.ts";
import type { Instant, PaceState, QuotaSource } from "../../model/index.ts";
import type { Database } from "./database.ts";

/** What a refusal showed is doubted after a day: the plan may have grown, or somebody else may have been busy then. */
const DOUBT_AFTER_MS = DAY;
/** Nobody holds calls back for longer: a later due time was written by a clock that has been set back since. */
const LONGEST_HOLD_MS = 10 * MINUTE;

export interface Pace extends PaceState {
  readonly source: QuotaSource;
}

/** The calls a minute of each credential and how far they are handed out, shared by all processes on the store. */
export class QuotaPace {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  read(credential: string, now = 0): Pace | undefined {
    const row = this.#database.get<{ per_minute: number; due_at: number; source: QuotaSource; known_at: number }>(
      "select per_minute, due_at, source, known_at from quota_pace where credential = ?",
      credential,
    );
    if (row === undefined || (row.source === "refused" && now - row.known_at > DOUBT_AFTER_MS)) return undefined;
    return { perMinute: row.per_minute, dueAt: row.due_at, source: row.source };
  }

  set(credential: string, perMinute: number, source: QuotaSource, now: Instant): void {
    this.#database.run(
      `insert into quota_pace (credential, per_minute, due_at, source, known_at) values (?, ?, 0, ?, ?)
       on conflict (credential) do update set per_minute = excluded.per_minute, source = excluded.source, known_at = excluded.known_at`,
      credential,
      perMinute,
      source,
      now,
    );
  }

  /**
   * In a transaction, so that no two processes are given the same start.
   * @param now by the clock of pacing. @param asOf by the clock of the records.
   */
  starts(credential: string, calls: number, now: Instant, asOf: Instant): readonly Instant[] | null {
    if (this.read(credential, asOf) === undefined) return null;
    return this.#database.transaction(() => {
      const pace = this.read(credential, asOf);
      if (pace === undefined) return null;
      const known = pace.dueAt > now + LONGEST_HOLD_MS ? { ...pace, dueAt: now } : pace;
      const { starts, dueAt } = nextStarts(known, calls, now);
      this.#due(credential, dueAt);
      return starts;
    });
  }

  hold(credential: string, until: Instant): void {
    const pace = this.read(credential);
    if (pace !== undefined) this.#due(credential, heldUntil(pace, until));
  }

  #due(credential: string, at: Instant): void {
    this.#database.run("update quota_pace set due_at = ? where credential = ?", at, credential);
  }
}
