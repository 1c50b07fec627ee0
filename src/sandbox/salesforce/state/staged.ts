import type { SystemDials } from "../../kit/dials.ts";
import { SalesforceError } from "../errors.ts";
import type { Org, Rehearsal } from "./org.ts";

/** One write of a staged transaction. */
export interface StagedWrite {
  readonly object: string;
  readonly id?: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly asUserId?: string | undefined;
}

interface Staged {
  readonly id: string;
  /** The instant its rows will be stamped with, epoch milliseconds. */
  readonly at: number;
  /** Business instant of its commit; null to wait for the control route. */
  readonly commitAt: number | null;
  /** Makes the change, stamped as of `at`; the ids of what it wrote, as far as they are told. */
  readonly apply: () => string[];
  /** Rows it holds a lock on. */
  readonly locks: ReadonlySet<string>;
}

/**
 * Transactions that have stamped their rows but not committed yet: the rows appear later, with the older stamps
 * (reference salesforce.md §9, 2).
 */
export class StagedTransactions {
  readonly #org: Org;
  readonly #dials: SystemDials;
  readonly #write: (write: StagedWrite, at: string) => string;
  readonly #staged = new Map<string, Staged>();
  #count = 0;

  constructor(org: Org, dials: SystemDials, write: (write: StagedWrite, at: string) => string) {
    this.#org = org;
    this.#dials = dials;
    this.#write = write;
  }

  /** Stages writes as of now; returns the transaction's id. */
  stage(writes: readonly StagedWrite[], commitAfterMs: number | null): string {
    const stamp = this.#org.now();
    const apply = (): string[] => writes.map((write) => this.#write(write, stamp));
    return this.#add(apply, commitAfterMs, new Set());
  }

  /**
   * Makes a change now, or later where a dial says so; its answer comes at once in both cases. A change of a row that an
   * open transaction holds ends that one first, as it would have had to wait for it.
   * @param succeeded whether the outcome is one that is kept
   */
  run<T>(change: () => T, succeeded: (outcome: T) => boolean = () => true): T {
    const late = this.#dials.take("late-commit");
    if (late === null && this.#staged.size === 0) return change();
    let rehearsal = this.#org.rehearse(change);
    const held = [...this.#staged.values()].filter(({ locks }) => !locks.isDisjointFrom(rehearsal.touched));
    for (const { id } of held) this.commit(id);
    if (held.length > 0) rehearsal = this.#org.rehearse(change);
    const { outcome } = rehearsal;
    if (!succeeded(outcome)) return outcome;
    if (late === null) return this.#org.repeat(rehearsal, change);
    this.#add(() => this.#applied(rehearsal, change), late.ms, rehearsal.touched);
    return outcome;
  }

  /** Makes a transaction's rows visible; returns their ids, or undefined for an unknown transaction. */
  commit(id: string): string[] | undefined {
    const staged = this.#staged.get(id);
    if (staged === undefined) return undefined;
    this.#staged.delete(id);
    return this.#org.clock.during({ at: staged.at }, () => this.#org.atomically(staged.apply));
  }

  /** Commits what is due by the business clock. */
  commitDue(): void {
    if (this.#staged.size === 0) return;
    const now = this.#org.clock.now();
    for (const { id, commitAt } of this.#staged.values()) if (commitAt !== null && commitAt <= now) this.commit(id);
  }

  /** The stamp of the oldest open transaction, which holds `latestDateCovered` back. */
  oldest(): string | null {
    let oldest: number | null = null;
    for (const { at } of this.#staged.values()) if (oldest === null || at < oldest) oldest = at;
    return oldest === null ? null : this.#org.clock.during({ at: oldest }, () => this.#org.now());
  }

  #applied<T>(rehearsal: Rehearsal<T>, change: () => T): string[] {
    try {
      this.#org.repeat(rehearsal, change);
    } catch (error) {
      // What was allowed when it was made may not be any more: the transaction is rolled back.
      if (!(error instanceof SalesforceError)) throw error;
      return [];
    }
    return [...rehearsal.touched];
  }

  #add(apply: () => string[], commitAfterMs: number | null, locks: ReadonlySet<string>): string {
    this.#count += 1;
    const id = `tx-${String(this.#count)}`;
    const at = this.#org.clock.now();
    this.#staged.set(id, { id, at, commitAt: commitAfterMs === null ? null : at + commitAfterMs, apply, locks });
    return id;
  }
}
