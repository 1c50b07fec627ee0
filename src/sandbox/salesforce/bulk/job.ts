import { z } from "zod";
import { SalesforceError } from "../errors.ts";
import { printInstant } from "./format.ts";
import type { CsvSettings } from "./format.ts";

/** How jobs run, as the sandbox's own routes set it. */
export interface JobPace {
  /** How many looks at a job it takes from `UploadComplete` to `JobComplete`; null for a job that never ends. */
  polls: number | null;
  /** The message jobs fail with; null for jobs that succeed. */
  failWith: string | null;
}

export type JobState = "Open" | "UploadComplete" | "InProgress" | "JobComplete" | "Failed" | "Aborted";

/** What never changes about a job. */
export interface JobHead {
  readonly id: string;
  readonly operation: string;
  readonly object: string;
  readonly createdById: string;
  /** A business instant, ISO 8601. */
  readonly createdDate: string;
  readonly version: string;
  readonly csv: CsvSettings;
}

/** What changes about a job while it runs. */
export interface JobProgress {
  state: JobState;
  systemModstamp: string;
  /** How often it was looked at since its data were complete. */
  looks: number;
  errorMessage: string | null;
}

export const CHANGE = z.object({ state: z.enum(["Aborted", "UploadComplete"]) });

const RUNNING: readonly JobState[] = ["Open", "UploadComplete", "InProgress"];

export function isRunning(state: JobState): boolean {
  return RUNNING.includes(state);
}

/** 400 for what a job's state does not allow. */
export function wrongState(message: string): SalesforceError {
  return new SalesforceError(400, "INVALIDJOBSTATE", message);
}

/** The properties every job shows. */
export function showHead(head: JobHead, progress: JobProgress): Record<string, unknown> {
  return {
    id: head.id,
    operation: head.operation,
    object: head.object,
    createdById: head.createdById,
    createdDate: printInstant(head.createdDate),
    systemModstamp: printInstant(progress.systemModstamp),
    state: progress.state,
    concurrencyMode: "Parallel",
    contentType: "CSV",
    apiVersion: Number(head.version),
  };
}

/** Moves a job on by one look: `UploadComplete`, `InProgress`, then the end, when `run` is called. */
export function advance(progress: JobProgress, pace: JobPace, now: string, run: () => void): void {
  if (progress.state !== "UploadComplete" && progress.state !== "InProgress") return;
  progress.looks += 1;
  progress.systemModstamp = now;
  progress.state = "InProgress";
  if (pace.polls === null || progress.looks < pace.polls) return;
  if (pace.failWith !== null) {
    progress.state = "Failed";
    progress.errorMessage = pace.failWith;
    return;
  }
  progress.state = "JobComplete";
  run();
}
