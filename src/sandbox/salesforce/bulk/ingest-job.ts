import type { JobHead, JobProgress } from "./job.ts";
import { showHead } from "./job.ts";

export type IngestOperation = "insert" | "update" | "upsert" | "delete" | "hardDelete";

/** What became of one row of an uploaded file. */
export interface RowOutcome {
  /** The cells as uploaded. */
  readonly cells: readonly string[];
  /** The record's id; empty for an insert that failed. */
  readonly id: string;
  readonly created: boolean;
  /** `CODE:message:fields --`; null for success. */
  readonly error: string | null;
}

/** An ingest job: its file, and after it has run what became of each row (reference salesforce.md §8). */
export class IngestJob {
  readonly head: JobHead & { readonly operation: IngestOperation };
  readonly externalIdFieldName: string | null;
  readonly progress: JobProgress;
  /** The uploaded file; null before the upload. */
  content: string | null = null;
  columns: readonly string[] = [];
  outcomes: readonly RowOutcome[] = [];
  /** Rows of a job that failed or was aborted before they were reached. */
  unprocessed: readonly (readonly string[])[] = [];

  constructor(head: JobHead & { readonly operation: IngestOperation }, externalIdFieldName: string | null) {
    this.head = head;
    this.externalIdFieldName = externalIdFieldName;
    this.progress = { state: "Open", systemModstamp: head.createdDate, looks: 0, errorMessage: null };
  }

  /** As creation and lists show it, or with `detailed` as a look at the job does. */
  show(detailed: boolean): Record<string, unknown> {
    const { head, externalIdFieldName } = this;
    const { errorMessage } = this.progress;
    const base = {
      ...showHead(head, this.progress),
      contentUrl: `services/data/v${head.version}/jobs/ingest/${head.id}/batches`,
      lineEnding: head.csv.lineEnding,
      columnDelimiter: head.csv.columnDelimiter,
      ...(externalIdFieldName === null ? {} : { externalIdFieldName }),
    };
    if (!detailed) return base;
    const failed = this.outcomes.filter((each) => each.error !== null).length;
    const time = this.outcomes.length;
    return {
      ...base,
      jobType: "V2Ingest",
      numberRecordsProcessed: this.outcomes.length,
      numberRecordsFailed: failed,
      retries: 0,
      totalProcessingTime: time,
      apiActiveProcessingTime: time,
      apexProcessingTime: 0,
      ...(errorMessage === null ? {} : { errorMessage }),
    };
  }
}
