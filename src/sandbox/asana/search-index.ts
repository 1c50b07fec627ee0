import type { TaskRow } from "./rows.ts";

interface Remembered {
  /** Until when the index holds this version, epoch milliseconds: the instant it was changed. */
  readonly until: number;
  readonly task: TaskRow;
}

/** What the search index still holds of tasks that changed a moment ago (reference asana.md §15). */
export class SearchIndex {
  readonly #now: () => number;
  readonly #versions = new Map<string, readonly Remembered[]>();
  /** How long a change takes to arrive, milliseconds. */
  lagMs = 20_000;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Keeps a task as it is before a call that may change it. */
  remember(task: TaskRow): void {
    const until = this.#now();
    const fresh = this.#fresh(task.gid);
    if (fresh.at(-1)?.until === until) return;
    this.#versions.set(task.gid, [
      ...fresh,
      { until, task: { ...task, values: new Map(task.values), stories: task.stories } },
    ]);
  }

  /** The version of a task the index holds now; null for one it has not heard of yet. */
  versionOf(task: TaskRow): TaskRow | null {
    if (Date.parse(task.createdAt) > this.#now() - this.lagMs) return null;
    return this.#versions.size === 0 ? task : (this.#fresh(task.gid)[0]?.task ?? task);
  }

  #fresh(gid: string): readonly Remembered[] {
    const known = this.#versions.get(gid);
    if (known === undefined) return [];
    const indexed = this.#now() - this.lagMs;
    const fresh = known.filter(({ until }) => until > indexed);
    if (fresh.length === 0) this.#versions.delete(gid);
    return fresh;
  }
}
