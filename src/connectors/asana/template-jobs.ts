import { z } from "zod";
import { HubError, MINUTE, SECOND } from "../../model/index.ts";
import { refusalBehind } from "./failures.ts";
import type { AsanaGateway } from "./gateway.ts";

const jobSchema = z.looseObject({
  gid: z.string(),
  status: z.string(),
  new_project: z.looseObject({ gid: z.string() }).nullish(),
});
export type Job = z.output<typeof jobSchema>;

const FIELDS = "status,new_project.gid";
const FIRST_WAIT_MS = SECOND;
const LONGEST_WAIT_MS = 10 * SECOND;
/** How long one write waits for a job; most take some seconds. A longer one is left to a later run. */
const PATIENCE_MS = MINUTE;

/** Starts making a project from a template; what is made is told by the job. */
export async function startInstantiation(
  gateway: AsanaGateway,
  template: string,
  data: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Job> {
  const path = "/project_templates/{project_template_gid}/instantiateProject";
  const params = { project_template_gid: template };
  return gateway.read({ method: "POST", path, params, query: { opt_fields: FIELDS }, data }, jobSchema, signal);
}

/**
 * Asks after a job until it has ended or patience has; `onProject` is told of the project as soon as it is there, which is
 * before the job ends. Null for a job Asana no longer knows.
 */
export async function followJob(
  gateway: AsanaGateway,
  started: Pick<Job, "gid"> & Partial<Job>,
  onProject: (project: string) => Promise<void>,
  signal: AbortSignal,
): Promise<Job | null> {
  const until = gateway.now() + PATIENCE_MS;
  let told = false;
  let wait = FIRST_WAIT_MS;
  let job = started;
  for (;;) {
    const project = job.new_project?.gid;
    if (project !== undefined && !told) {
      told = true;
      await onProject(project);
    }
    if (job.status !== undefined && (hasEnded(job.status) || gateway.now() >= until)) return jobSchema.parse(job);
    if (job.status !== undefined) await gateway.pause(wait, signal);
    wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    const asked = await jobNow(gateway, started.gid, signal);
    if (asked === null) return null;
    job = asked;
  }
}

export const hasEnded = (status: string): boolean => status === "succeeded" || status === "failed";

async function jobNow(gateway: AsanaGateway, gid: string, signal: AbortSignal): Promise<Job | null> {
  const request = { method: "GET", path: "/jobs/{job_gid}", params: { job_gid: gid } } as const;
  try {
    return await gateway.read({ ...request, query: { opt_fields: FIELDS } }, jobSchema, signal);
  } catch (error) {
    if (refusalBehind(error)?.status === 404) return null;
    throw error;
  }
}

/** A job that failed and left nothing behind. */
export function nothingMade(template: string): HubError {
  return new HubError("HUB-1426", `Asana could not make a project from ${template}: its job failed.`, {
    disposition: "skip-record",
    place: { system: "asana", stream: "projects" },
    remedy: "Make a project from the template by hand to see what is wrong with it; the next plan tries again.",
  });
}

/** A job that may still begin. */
export function notBegun(template: string): HubError {
  return new HubError("HUB-1427", `Asana has not begun to make the project from ${template} within a minute.`, {
    disposition: "retry-later",
    fate: "unknown",
    place: { system: "asana", stream: "projects" },
    remedy: "Run again later: the project is looked for before anything is asked for again.",
  });
}
