import type { SandboxClock } from "../../kit/clock.ts";
import { notFound } from "../errors.ts";
import { salesforceId } from "../ids.ts";
import type { FlatColumn, QueryAnswer } from "../soql/index.ts";

const LIFE = 7 * 86_400_000;

export type QueryJobState = "UploadComplete" | "InProgress" | "JobComplete" | "Aborted";

export interface QueryJob {
  readonly id: string;
  readonly operation: "query" | "queryAll";
  readonly object: string;
  readonly createdById: string;
  /** Business instants, ISO 8601. */
  readonly createdDate: string;
  readonly version: string;
  readonly delimiter: string;
  readonly lineEnding: "LF" | "CRLF";
  readonly columns: readonly FlatColumn[];
  readonly answer: QueryAnswer;
  state: QueryJobState;
  systemModstamp: string;
}

/** Bulk API 2.0 query jobs; jobs and their results are kept for seven days (reference salesforce.md §8). */
export class QueryJobs {
  readonly #clock: SandboxClock;
  readonly #jobs = new Map<string, QueryJob>();
  #count = 0;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  add(job: Omit<QueryJob, "id">): QueryJob {
    this.#count += 1;
    const added = { ...job, id: salesforceId("750", this.#count) };
    this.#jobs.set(added.id, added);
    return added;
  }

  /** @throws SalesforceError NOT_FOUND for an unknown job or one past its life */
  find(id: string): QueryJob {
    const job = this.#jobs.get(id);
    if (job === undefined || this.#clock.now() - Date.parse(job.createdDate) >= LIFE) throw notFound();
    return job;
  }

  all(): QueryJob[] {
    return [...this.#jobs.values()];
  }

  remove(id: string): void {
    this.#jobs.delete(id);
  }
}
