import { ApiFault, unknownObject } from "./errors.ts";
import type { ProjectRow, TaskRow } from "./rows.ts";
import type { ProjectTemplateRow } from "./templates.ts";

/** What a job made. */
export interface Made {
  readonly project?: ProjectRow;
  readonly task?: TaskRow;
  readonly template?: ProjectTemplateRow;
}

export interface JobRow {
  readonly gid: string;
  readonly subtype: string;
  /** Token of the caller, whose running jobs are counted together. */
  readonly token: string;
  /** Epoch milliseconds: when it starts and when it is done. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly work: () => Made;
  state: "not_started" | "in_progress" | "succeeded";
  made: Made | null;
}

const START_MS = 1000;
const DURATION_MS = 4000;
const MOST_RUNNING = 5;

export function jobStatus(job: JobRow): string {
  return job.state;
}

/** Duplications and instantiations, which take some seconds of business time (reference asana.md §7, §8). */
export class Jobs {
  readonly #now: () => number;
  readonly #rows = new Map<string, JobRow>();
  #open: JobRow[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Queues work; its result exists once the job has succeeded. Errors: 429 with five jobs under way. */
  start(gid: string, subtype: string, token: string, work: () => Made): JobRow {
    this.settle();
    if (this.#open.filter((job) => job.token === token).length >= MOST_RUNNING)
      throw new ApiFault(
        429,
        "You've made too many requests and hit a rate limit. Please retry after the given amount of time.",
        {},
        { "retry-after": "5" },
      );
    const startsAt = this.#now() + START_MS;
    const job: JobRow = {
      gid,
      subtype,
      token,
      startsAt,
      endsAt: startsAt + DURATION_MS,
      work,
      state: "not_started",
      made: null,
    };
    this.#rows.set(gid, job);
    this.#open.push(job);
    return job;
  }

  get(gid: string): JobRow {
    const job = this.#rows.get(gid);
    if (job === undefined) throw unknownObject("job", gid);
    return job;
  }

  /** Does what is due by now; called before every request. */
  settle(): void {
    if (this.#open.length === 0) return;
    const now = this.#now();
    for (const job of this.#open) {
      if (now < job.startsAt) continue;
      job.state = "in_progress";
      if (now < job.endsAt) continue;
      job.made = job.work();
      job.state = "succeeded";
    }
    this.#open = this.#open.filter((job) => job.state !== "succeeded");
  }
}
