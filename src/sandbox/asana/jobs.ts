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
  readonly work: Work;
  readonly outcome: Outcome;
  state: "not_started" | "in_progress" | "succeeded" | "failed";
  made: Made | null;
}

/** What a job does as it starts and, with what that made, as it ends; `half` leaves off half of the tasks. */
export interface Work {
  readonly begin?: () => Made;
  readonly finish: (begun: Made, half: boolean) => Made;
}

/**
 * How a job ends: well; failed with nothing made; failed with half of it made; half of it made and told as done; never.
 */
export type Outcome = "succeeded" | "failed" | "half-done" | "incomplete" | "stuck";

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
  start(gid: string, subtype: string, token: string, work: Work, outcome: Outcome): JobRow {
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
      outcome,
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
      if (job.state === "not_started") begin(job);
      if (now >= job.endsAt) end(job);
    }
    this.#open = this.#open.filter((job) => job.state !== "succeeded" && job.state !== "failed");
  }
}

function begin(job: JobRow): void {
  job.state = "in_progress";
  if (job.outcome !== "failed") job.made = job.work.begin?.() ?? {};
}

function end(job: JobRow): void {
  const { outcome } = job;
  if (outcome === "stuck") return;
  if (outcome !== "failed") job.made = job.work.finish(job.made ?? {}, outcome !== "succeeded");
  job.state = outcome === "failed" || outcome === "half-done" ? "failed" : "succeeded";
}
