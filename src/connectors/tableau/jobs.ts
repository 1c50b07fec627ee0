import { HubError } from "../../model/index.ts";
import type { ConnectorDependencies } from "../kit/index.ts";
import { jobAnswer } from "./answers.ts";
import type { Job } from "./answers.ts";
import type { TableauClient } from "./client.ts";
import { isNotThere, tableauCode } from "./failures.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const GROWTH = 1.4;
/** How long a new job may be unknown to its own server. */
const UNKNOWN_FOR_MS = 10_000;
const QUERY_FAILED = "400031";
const SUCCESS_CODES = new Set(["0", "3"]);

/**
 * Asks after a job until it is done. Only `completedAt` counts: some servers say `finishCode` 1 before (reference
 * tableau.md §3.5). Throws HUB-5109 when it failed, HUB-5110 when it takes longer than allowed.
 */
export async function waitForJob(
  client: TableauClient,
  id: string,
  timeoutMs: number,
  dependencies: Pick<ConnectorDependencies, "sleep">,
  signal: AbortSignal,
): Promise<void> {
  let waited = 0;
  let wait = FIRST_WAIT_MS;
  for (;;) {
    const job = await ask(client, id, waited < UNKNOWN_FOR_MS, signal);
    if (job?.completedAt !== undefined) {
      if (SUCCESS_CODES.has(job.finishCode ?? "0")) return;
      throw failedJob(job);
    }
    if (waited >= timeoutMs) throw tooLong(id, timeoutMs);
    await dependencies.sleep(wait, signal);
    waited += wait;
    wait = Math.min(LONGEST_WAIT_MS, Math.round(wait * GROWTH));
  }
}

async function ask(client: TableauClient, id: string, mayBeUnknown: boolean, signal: AbortSignal) {
  try {
    return await client.request(
      { method: "GET", path: `/jobs/${id}`, schema: jobAnswer, operation: "GET /jobs/…" },
      signal,
    );
  } catch (error) {
    if (mayBeUnknown && (isNotThere(error) || tableauCode(error) === QUERY_FAILED)) return undefined;
    throw error;
  }
}

function failedJob(job: Job): HubError {
  const notes = (job.statusNotes?.statusNote ?? []).map((note) => note.text ?? note.value ?? "");
  notes.push(job.updateUploadedFileJob?.notes ?? "");
  const said = notes.filter(Boolean);
  const why = said.length === 0 ? "without saying why" : said.join("; ");
  const verb = job.finishCode === "2" ? "was cancelled" : "failed";
  return new HubError("HUB-5109", `Tableau's publish job ${verb} (${why}).`, {
    disposition: "stop-stream",
    place: { system: "tableau", record: job.id },
    remedy:
      "What was published before is still there; run again, which sends the whole. Likely causes: the file has several "
      + "fact tables, the user may not overwrite the data source, or the site is full.",
  });
}

function tooLong(id: string, timeoutMs: number): HubError {
  return new HubError(
    "HUB-5110",
    `Tableau's publish job is not done after ${Math.round(timeoutMs / 60_000)} minutes.`,
    {
      disposition: "stop-stream",
      place: { system: "tableau", record: id },
      remedy: "Look at the job in Tableau; raise `jobTimeoutMinutes` of the connection if it is merely slow.",
    },
  );
}
