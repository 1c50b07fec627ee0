import { HubError } from "../../model/index.ts";
import type { TableChange, ChangeRowsCommand, ChangeRowsReceipt } from "../kit/index.ts";
import { jobAnswer } from "./answers.ts";
import type { TableauClient } from "./client.ts";
import { isAmbiguous, LOST_UPLOAD, tableauCode } from "./failures.ts";
import { jsonBody } from "./multipart.ts";
import { uploadInChunks } from "./upload.ts";

const TRIES = 2;

/** The feature is off; the path, or the verb on it, is not known to an older server. */
const NOT_OFFERED = new Set(["403157", "404000", "405000"]);

/** What an update needs beside its command. */
export interface ChangeRowsOptions {
  readonly bytes: number;
  readonly chunkBytes: number;
  readonly boundary: () => string;
  /** Waits until the job is done; throws when it failed. */
  readonly wait: (jobId: string, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Changes rows of a data source by `PATCH …/data` (reference tableau.md §3.6). Whatever gets lost on the way, the same
 * RequestID is sent again: the server carries it out once and names the same job. Throws HUB-5117 where the server changes no
 * rows.
 */
export async function changeRows(
  client: TableauClient,
  command: ChangeRowsCommand,
  { bytes, chunkBytes, boundary, wait, signal }: ChangeRowsOptions,
): Promise<ChangeRowsReceipt> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { asQuery, chunks } = await uploadInChunks(client, command.file, bytes, chunkBytes, boundary, signal);
      const job = await client.request(
        {
          method: "PATCH",
          path: `/datasources/${command.id}/data?${asQuery}`,
          schema: jobAnswer,
          operation: "PATCH /datasources/…/data",
          headers: { requestid: command.requestId },
          body: jsonBody({ actions: command.changes.map(actionOf) }),
          idempotent: true,
        },
        signal,
      );
      await wait(job.id, signal);
      return { bytes, chunks, jobId: job.id };
    } catch (error) {
      signal.throwIfAborted();
      if (NOT_OFFERED.has(tableauCode(error) ?? "")) throw notOffered(error);
      if (!isAmbiguous(error) && !LOST_UPLOAD.has(tableauCode(error) ?? "")) throw error;
      if (attempt >= TRIES) throw error;
    }
  }
}

/** Keys of several columns are compared one by one, all of which have to be the same. */
function actionOf({ action, schema, source, target, key }: TableChange): object {
  const equal = key.map((column) => ({ op: "eq", "source-col": column, "target-col": column }));
  return {
    action,
    "source-schema": schema,
    "source-table": source,
    "target-schema": schema,
    "target-table": target,
    condition: equal.length === 1 ? equal[0] : { op: "and", args: equal },
  };
}

function notOffered(cause: unknown): HubError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HubError("HUB-5117", `Tableau does not change rows of data sources here: ${why}`, {
    cause,
    disposition: "stop-stream",
    place: { system: "tableau", request: "PATCH /datasources/…/data" },
    remedy: "Nothing to do: the whole is sent instead.",
  });
}
