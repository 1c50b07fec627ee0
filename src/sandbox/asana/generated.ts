import type { AsanaGeneratedSeed } from "../seeds.ts";
import { GeneratedTask } from "./generated-task.ts";
import type { CustomFieldRow, SectionRow, StoryRow, TaskRow } from "./rows.ts";

const TASKS = 1_420_000_000_000_000;
const STORIES = 1_440_000_000_000_000;
/** Room between two sets' gids. */
const SET_ROOM = 100_000_000;
/** Room for one task's stories. */
const STORY_ROOM = 32;

/** What a set's tasks are made of. */
export interface GeneratedParts {
  readonly seed: AsanaGeneratedSeed;
  /** Which set it is, counting from 0: keeps the gids of several apart. */
  readonly number: number;
  /** Per project its sections in order. */
  readonly sections: readonly (readonly SectionRow[])[];
  readonly userGids: readonly string[];
  readonly fields: readonly CustomFieldRow[];
  /** Whether the call under way may change what it gets, so that rows have to be kept. */
  readonly changing: () => boolean;
  readonly kept: (task: TaskRow) => void;
}

/** Where a task of a set sits. */
export interface GeneratedPlace {
  readonly project: number;
  readonly section: number;
}

/**
 * Tasks computed from seed and index whenever they are asked for; only those that a call may have changed are kept.
 * A task's gid tells its index, a story's gid its task and place.
 */
export class GeneratedSet {
  readonly parts: GeneratedParts;
  readonly from: number;
  readonly span: number;
  readonly #days = new Map<number, string>();
  readonly #kept = new Map<number, TaskRow>();
  readonly #firstTask: number;
  readonly #firstStory: number;
  readonly #perProject: number;

  constructor(parts: GeneratedParts) {
    this.parts = parts;
    const { seed, number } = parts;
    this.from = Date.parse(seed.from);
    this.span = Date.parse(seed.to) - this.from;
    this.#firstTask = TASKS + number * SET_ROOM;
    this.#firstStory = STORIES + number * SET_ROOM * STORY_ROOM;
    this.#perProject = Math.ceil(seed.tasks / seed.projects);
  }

  /** The day of an instant, as text. */
  day(ms: number): string {
    const number = Math.floor(ms / 86_400_000);
    let text = this.#days.get(number);
    if (text === undefined) {
      text = new Date(ms).toISOString().slice(0, 10);
      this.#days.set(number, text);
    }
    return text;
  }

  get size(): number {
    return this.parts.seed.tasks;
  }

  gidAt(index: number): string {
    return String(this.#firstTask + index);
  }

  storyGid(index: number, nth: number): string {
    return String(this.#firstStory + index * STORY_ROOM + nth);
  }

  indexOf(gid: string): number | undefined {
    return within(gid, this.#firstTask, this.size);
  }

  /** First index and number of the tasks that start in a section. */
  stretch(project: number, section: number): { readonly start: number; readonly count: number } {
    const first = project * this.#perProject;
    const count = Math.max(0, Math.min(this.#perProject, this.size - first));
    const sections = this.parts.seed.sections.length;
    const start = Math.ceil((section * count) / sections);
    return { start: first + start, count: Math.ceil(((section + 1) * count) / sections) - start };
  }

  placeOf(index: number): GeneratedPlace {
    const project = Math.floor(index / this.#perProject);
    const first = project * this.#perProject;
    const count = Math.min(this.#perProject, this.size - first);
    return { project, section: Math.floor(((index - first) * this.parts.seed.sections.length) / count) };
  }

  /** A number in 0..2^32-1 that belongs to a task and a purpose. */
  draw(index: number, purpose: number): number {
    let h =
      Math.imul(index ^ Math.imul(this.parts.seed.seed + 1, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(purpose, 0x27d4eb2f);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
    return (h ^ (h >>> 15)) >>> 0;
  }

  at(index: number): TaskRow | undefined {
    const kept = this.#kept.get(index);
    if (kept !== undefined) return kept;
    if (index < 0 || index >= this.size) return undefined;
    const task = new GeneratedTask(this, index);
    if (this.parts.changing()) {
      this.#kept.set(index, task);
      this.parts.kept(task);
    }
    return task;
  }

  story(gid: string): StoryRow | undefined {
    const number = within(gid, this.#firstStory, this.size * STORY_ROOM);
    if (number === undefined) return undefined;
    return this.at(Math.floor(number / STORY_ROOM))?.stories.find((story) => story.gid === gid);
  }

  mayHaveChangedSince(index: number, instant: number): boolean {
    return this.#kept.has(index) || GeneratedTask.modifiedMs(this, index) >= instant;
  }

  /** The tasks still as generated whose assignee is this user. */
  *unchangedOf(userGid: string): Generator<TaskRow> {
    const { userGids } = this.parts;
    const wanted = userGids.indexOf(userGid);
    if (wanted < 0) return;
    for (let index = 0; index < this.size; index += 1) {
      if (GeneratedTask.assignee(this, index) !== wanted || this.#kept.has(index)) continue;
      const task = this.at(index);
      if (task !== undefined) yield task;
    }
  }

  /** The tasks a call may have changed. */
  kept(): IterableIterator<TaskRow> {
    return this.#kept.values();
  }

  *all(): Generator<TaskRow> {
    for (let index = 0; index < this.size; index += 1) {
      const task = this.at(index);
      if (task !== undefined) yield task;
    }
  }
}

function within(gid: string, first: number, size: number): number | undefined {
  const number = Number(gid) - first;
  return Number.isInteger(number) && number >= 0 && number < size ? number : undefined;
}
