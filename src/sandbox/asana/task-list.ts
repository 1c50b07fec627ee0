import type { TaskRow } from "./rows.ts";
import type { Source } from "./source.ts";

/** Tasks that are worked out by number when asked for. */
export interface NumberedTasks {
  at(index: number): TaskRow | undefined;
  indexOf(gid: string): number | undefined;
  mayHaveChangedSince(index: number, instant: number): boolean;
}

/** A stretch of a generated set that a section starts with. */
export interface Stretch {
  readonly set: NumberedTasks;
  /** Index in the set of the first task. */
  readonly start: number;
  readonly count: number;
}

/**
 * A section's tasks, top to bottom. One that starts as a stretch of a generated set keeps no list of its own until
 * something is put into it or taken out, and then only the indexes of the tasks it was born with.
 */
export class TaskList implements Source<TaskRow> {
  readonly #stretch: Stretch | null;
  #entries: (TaskRow | number)[] | null;

  constructor(stretch: Stretch | null = null) {
    this.#stretch = stretch;
    this.#entries = stretch === null ? [] : null;
  }

  get length(): number {
    return this.#entries === null ? (this.#stretch?.count ?? 0) : this.#entries.length;
  }

  at(index: number): TaskRow | undefined {
    const entry = this.#entry(index);
    return typeof entry === "number" ? this.#stretch?.set.at(entry) : entry;
  }

  mayHaveChangedSince(index: number, instant: number): boolean {
    const entry = this.#entry(index);
    if (typeof entry === "number") return this.#stretch?.set.mayHaveChangedSince(entry, instant) ?? true;
    return entry !== undefined;
  }

  indexOf(gid: string): number {
    const born = this.#stretch?.set.indexOf(gid);
    if (this.#entries === null) {
      const { start, count } = this.#stretch ?? { start: 0, count: 0 };
      return born !== undefined && born >= start && born < start + count ? born - start : -1;
    }
    return this.#entries.findIndex((entry) => (typeof entry === "number" ? entry === born : entry.gid === gid));
  }

  insert(at: number, task: TaskRow): void {
    this.#own().splice(at, 0, task);
  }

  push(task: TaskRow): void {
    this.#own().push(task);
  }

  remove(gid: string): void {
    const at = this.indexOf(gid);
    if (at >= 0) this.#own().splice(at, 1);
  }

  #entry(index: number): TaskRow | number | undefined {
    if (this.#entries !== null) return this.#entries[index];
    const stretch = this.#stretch;
    return stretch !== null && index >= 0 && index < stretch.count ? stretch.start + index : undefined;
  }

  #own(): (TaskRow | number)[] {
    const stretch = this.#stretch;
    this.#entries ??= Array.from({ length: stretch?.count ?? 0 }, (_, i) => (stretch?.start ?? 0) + i);
    return this.#entries;
  }
}
