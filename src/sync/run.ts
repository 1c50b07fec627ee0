import { HubError } from "../model/index.ts";
import type { Fence, Json, RunRecord, RunStart, StorePort } from "../model/index.ts";

/** What a run came to: its answer, and whether anything asked for is missing from it. */
export interface RunResult<Answer> {
  readonly answer: Answer;
  readonly complete: boolean;
  readonly summary: Json;
}

/**
 * Holds the writer's lease while the work runs and records how it ended. A run that throws is recorded, too: `stopped`
 * when it was asked to stop, else `failed`; what its steps committed stays.
 */
export async function withRun<Answer>(
  store: StorePort,
  start: RunStart,
  now: () => number,
  work: (fence: Fence) => Promise<RunResult<Answer>>,
): Promise<{ readonly result: RunResult<Answer>; readonly runId: string }> {
  const fence = await store.runs.begin(start);
  const end = (outcome: NonNullable<RunRecord["outcome"]>, summary: Json): Promise<void> =>
    store.runs.end(fence, { outcome, endedAt: now(), summary });
  let result: RunResult<Answer>;
  try {
    result = await work(fence);
  } catch (error) {
    const stopped = error instanceof DOMException || (error instanceof HubError && error.disposition === "retry-later");
    // The lease may be lost to a later run; then that run's record stands and this error is the one to tell.
    // A store that cannot be written (HUB-3006) takes no end either: the run stays without one, as after a crash.
    if (!(error instanceof HubError && ["HUB-3003", "HUB-3006"].includes(error.code))) {
      await end(stopped ? "stopped" : "failed", { error: error instanceof Error ? error.message : String(error) });
    }
    throw error;
  }
  await end(result.complete ? "complete" : "incomplete", result.summary);
  return { result, runId: fence.runId };
}
