import type { SandboxClock } from "../../kit/clock.ts";
import { notFound } from "../errors.ts";
import { salesforceId } from "../ids.ts";
import type { IngestJob } from "./ingest-job.ts";
import type { JobPace } from "./job.ts";
import type { QueryJob } from "./query-job.ts";

const LIFE = 7 * 86_400_000;
const DAY = 86_400_000;

/** Bulk API 2.0 jobs; jobs and their results are kept for seven days (reference salesforce.md §8). */
export class BulkJobs {
  readonly pace: JobPace = { polls: 2, failWith: null };
  readonly #clock: SandboxClock;
  readonly #query = new Map<string, QueryJob>();
  readonly #ingest = new Map<string, IngestJob>();
  #count = 0;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  nextId(): string {
    this.#count += 1;
    return salesforceId("750", this.#count);
  }

  addQuery(job: QueryJob): QueryJob {
    this.#query.set(job.head.id, job);
    return job;
  }

  addIngest(job: IngestJob): IngestJob {
    this.#ingest.set(job.head.id, job);
    return job;
  }

  /** @throws SalesforceError NOT_FOUND for an unknown job or one past its life */
  query(id: string): QueryJob {
    return this.#live(this.#query.get(id));
  }

  /** @throws SalesforceError NOT_FOUND */
  ingest(id: string): IngestJob {
    return this.#live(this.#ingest.get(id));
  }

  /** Oldest first. */
  queries(): QueryJob[] {
    return [...this.#query.values()];
  }

  ingests(): IngestJob[] {
    return [...this.#ingest.values()];
  }

  /** How many query jobs were created in the last 24 hours. */
  queriesToday(): number {
    const since = this.#clock.now() - DAY;
    return this.queries().filter((each) => Date.parse(each.head.createdDate) > since).length;
  }

  remove(id: string): void {
    this.#query.delete(id);
    this.#ingest.delete(id);
  }

  #live<T extends { readonly head: { readonly createdDate: string } }>(job: T | undefined): T {
    if (job === undefined || this.#clock.now() - Date.parse(job.head.createdDate) >= LIFE) throw notFound();
    return job;
  }
}
