import type { GeneratedSet } from "./generated.ts";
import type { StoryRow, TaskRow } from "./rows.ts";

/** Every task by gid: those written down and those of generated sets. */
export class TaskIndex {
  readonly #rows = new Map<string, TaskRow>();
  readonly #sets: GeneratedSet[] = [];

  addSet(set: GeneratedSet): void {
    this.#sets.push(set);
  }

  get sets(): readonly GeneratedSet[] {
    return this.#sets;
  }

  get size(): number {
    return this.#sets.reduce((sum, set) => sum + set.size, this.#rows.size);
  }

  get(gid: string): TaskRow | undefined {
    const row = this.#rows.get(gid);
    if (row !== undefined) return row;
    for (const set of this.#sets) {
      const index = set.indexOf(gid);
      if (index !== undefined) return set.at(index);
    }
    return undefined;
  }

  has(gid: string): boolean {
    return this.#rows.has(gid) || this.#sets.some((set) => set.indexOf(gid) !== undefined);
  }

  set(gid: string, row: TaskRow): void {
    this.#rows.set(gid, row);
  }

  delete(gid: string): void {
    this.#rows.delete(gid);
  }

  /** The tasks that are kept: all but those still as generated. */
  *kept(): Generator<TaskRow> {
    yield* this.#rows.values();
    for (const set of this.#sets) yield* set.kept();
  }

  *values(): Generator<TaskRow> {
    yield* this.#rows.values();
    for (const set of this.#sets) yield* set.all();
  }
}

/** Every story by gid, those of generated tasks found through their task. */
export class StoryIndex {
  readonly #rows = new Map<string, StoryRow>();
  readonly #tasks: TaskIndex;

  constructor(tasks: TaskIndex) {
    this.#tasks = tasks;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(gid: string): StoryRow | undefined {
    const row = this.#rows.get(gid);
    if (row !== undefined) return row;
    for (const set of this.#tasks.sets) {
      const story = set.story(gid);
      if (story !== undefined) return story;
    }
    return undefined;
  }

  set(gid: string, row: StoryRow): void {
    this.#rows.set(gid, row);
  }

  delete(gid: string): void {
    this.#rows.delete(gid);
  }
}
