import { DAY } from "../model/index.ts";
import type { RunContext } from "./context.ts";

/** How long an answered mark is remembered, so that a webhook delivered again is known. */
const ANSWERED_MARKS_MS = 30 * DAY;
const BATCH = 2000;
/** Most batches of one run: what is left then goes with the next. */
const MOST_BATCHES = 50;

export interface RetentionReport {
  readonly versions: number;
  readonly marks: number;
}

/**
 * Forgets answered marks after 30 days, and earlier contents of records that were replaced longer ago than
 * `retention.versions` of hub.yaml says; without that they are kept for ever. What a record is now, and every end of one, stays.
 */
export async function retentionStep({
  configuration,
  store,
  fence,
  dependencies,
  signal,
}: Pick<RunContext, "configuration" | "store" | "fence" | "dependencies" | "signal">): Promise<RetentionReport> {
  // A run as of some day to come must not forget what is young today.
  const now = Math.min(dependencies.clock.now(), dependencies.wallNow());
  const inBatches = async (drop: (limit: number) => Promise<number>): Promise<number> => {
    let dropped = 0;
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      signal.throwIfAborted();
      const gone = await drop(BATCH);
      dropped += gone;
      if (gone < BATCH) break;
    }
    return dropped;
  };
  const { versionsMs } = configuration.retention;
  return {
    marks: await inBatches((limit) => store.records.dropAnsweredMarks(fence, now - ANSWERED_MARKS_MS, limit)),
    versions:
      versionsMs === null ? 0 : await inBatches((limit) => store.records.dropVersions(fence, now - versionsMs, limit)),
  };
}
