import type { Org } from "./org.ts";

/** One write of a staged transaction. */
export interface StagedWrite {
  readonly object: string;
  readonly id?: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly asUserId?: string | undefined;
}

interface Staged {
  readonly id: string;
  /** The stamp its rows will carry. */
  readonly at: string;
  /** Business instant of its commit; null to wait for the control route. */
  readonly commitAt: number | null;
  readonly writes: readonly StagedWrite[];
}

/**
 * Transactions that have stamped their rows but not committed yet: the rows appear later, with the older stamps
 * (reference salesforce.md §9, 2).
 */
export class StagedTransactions {
  readonly #org: Org;
  readonly #apply: (write: StagedWrite, at: string) => string;
  readonly #staged = new Map<string, Staged>();
  #count = 0;

  constructor(org: Org, apply: (write: StagedWrite, at: string) => string) {
    this.#org = org;
    this.#apply = apply;
  }

  /** Stages writes as of now; returns the transaction's id. */
  stage(writes: readonly StagedWrite[], commitAfterMs: number | null): string {
    this.#count += 1;
    const id = `tx-${String(this.#count)}`;
    const commitAt = commitAfterMs === null ? null : this.#org.clock.now() + commitAfterMs;
    this.#staged.set(id, { id, at: this.#org.now(), commitAt, writes });
    return id;
  }

  /** Makes a transaction's rows visible; returns their ids, or undefined for an unknown transaction. */
  commit(id: string): string[] | undefined {
    const staged = this.#staged.get(id);
    if (staged === undefined) return undefined;
    this.#staged.delete(id);
    return this.#org.atomically(() => staged.writes.map((write) => this.#apply(write, staged.at)));
  }

  /** Commits what is due by the business clock. */
  commitDue(): void {
    if (this.#staged.size === 0) return;
    const now = this.#org.clock.now();
    for (const { id, commitAt } of this.#staged.values()) if (commitAt !== null && commitAt <= now) this.commit(id);
  }

  /** The stamp of the oldest open transaction, which holds `latestDateCovered` back. */
  oldest(): string | null {
    let oldest: string | null = null;
    for (const { at } of this.#staged.values()) if (oldest === null || at < oldest) oldest = at;
    return oldest;
  }
}
