import type { FlatColumn, QueryAnswer } from "../soql/index.ts";
import type { JobHead, JobProgress } from "./job.ts";
import { showHead } from "./job.ts";

/** A query job with its result, which is printed a page at a time. */
export class QueryJob {
  readonly head: JobHead;
  readonly columns: readonly FlatColumn[];
  readonly answer: QueryAnswer;
  readonly progress: JobProgress;

  constructor(head: JobHead, columns: readonly FlatColumn[], answer: QueryAnswer) {
    this.head = head;
    this.columns = columns;
    this.answer = answer;
    this.progress = { state: "UploadComplete", systemModstamp: head.createdDate, looks: 0, errorMessage: null };
  }

  /** As creation and lists show it, or with `detailed` as a look at the job does. */
  show(detailed: boolean): Record<string, unknown> {
    const { csv } = this.head;
    const head = {
      ...showHead(this.head, this.progress),
      lineEnding: csv.lineEnding,
      columnDelimiter: csv.columnDelimiter,
    };
    if (!detailed) return head;
    const { state, errorMessage } = this.progress;
    const complete = state === "JobComplete";
    return {
      ...head,
      jobType: "V2Query",
      numberRecordsProcessed: complete ? this.answer.length : 0,
      retries: 0,
      totalProcessingTime: complete ? 100 + Math.floor(this.answer.length / 100) : 0,
      isPkChunkingSupported: true,
      ...(errorMessage === null ? {} : { errorMessage }),
    };
  }
}
