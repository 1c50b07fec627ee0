import type { DialOf } from "../../kit/fault.ts";
import { pathOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import type { Settings } from "../settings.ts";
import { newLuid, stamp } from "../state.ts";
import type { Job, ServerState, Site } from "../state.ts";
import { collection, element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, TableauError } from "../wire/errors.ts";
import { listPage } from "../wire/listing.ts";
import type { ListingFields } from "../wire/listing.ts";

/** A piece of work to queue. */
export interface NewJob {
  readonly type: string;
  readonly title: string;
  /** Throws a TableauError to fail. */
  readonly work: () => Promise<void>;
  readonly child?: Job["child"];
  readonly about?: string;
}

/**
 * Queues a piece of work and answers 202. Its effect shows when the job is done: at once, or at the poll the settings
 * say.
 */
export async function startJob(call: SiteCall, made: NewJob): Promise<Reply> {
  return jobAccepted(call, await queueJob(call, made));
}

export async function queueJob(call: SiteCall, { type, title, work, child, about }: NewJob): Promise<Job> {
  const dial = call.state.environment.dials.take("job")?.outcome;
  const job: Job = {
    id: newLuid(call.state),
    type,
    title,
    createdAt: call.state.environment.clock.now(),
    startedAt: undefined,
    completedAt: undefined,
    finishCode: undefined,
    notes: "",
    remainingPolls: dial === "stuck" ? Number.POSITIVE_INFINITY : call.settings.pollsUntilDone,
    remainingUnknownPolls: call.settings.unknownPolls,
    child,
    about,
    work: dial === undefined ? work : disturbed(work, dial),
  };
  call.site.jobs.set(job.id, job);
  if (job.remainingPolls === 0) await finishJob(call.state, call.settings, job);
  return job;
}

/** The work as a dial bends it: what was done and what is told of it part. */
function disturbed(work: Job["work"], outcome: DialOf<"job">["outcome"]): Job["work"] {
  return async () => {
    if (outcome === "half-done" || outcome === "stuck") await work();
    if (outcome === "half-done" || outcome === "failed") throw toldToFail();
  };
}

function toldToFail(): TableauError {
  return new TableauError("500000", "Internal Server Error", "The job failed because it was told to.");
}

/** 202 with a job as it is told when it is new. */
export function jobAccepted(call: SiteCall, job: Job): Reply {
  const first = element("job", {
    id: job.id,
    mode: "Asynchronous",
    type: job.type,
    createdAt: stamp(job.createdAt),
    finishCode: call.settings.initialFinishCode ? "1" : undefined,
  });
  return { status: 202, elements: [first] };
}

/** Carries a job's work out and closes it; a refusal becomes finish code 1, by default without a word why. */
export async function finishJob(state: ServerState, settings: Settings, job: Job): Promise<void> {
  if (job.completedAt !== undefined) return;
  job.startedAt ??= state.environment.clock.now();
  try {
    if (settings.failJobs > 0) {
      settings.failJobs -= 1;
      throw toldToFail();
    }
    await job.work();
    job.finishCode = "0";
  } catch (error) {
    if (!(error instanceof TableauError)) throw error;
    job.finishCode = "1";
    job.notes = settings.jobNotes ? `${error.code}: ${error.detail}` : "";
  }
  job.completedAt = state.environment.clock.now();
}

/** Closes every open job of a site; for the control routes. */
export async function finishAllJobs(state: ServerState, settings: Settings, site: Site): Promise<number> {
  const open = [...site.jobs.values()].filter((job) => job.completedAt === undefined);
  for (const job of open) await finishJob(state, settings, job);
  return open.length;
}

/** `GET /jobs/{id}` */
export async function getJob(call: SiteCall): Promise<Reply> {
  const job = jobOf(call);
  if (job.remainingUnknownPolls > 0) {
    job.remainingUnknownPolls -= 1;
    throw unknownJob(job.id);
  }
  if (job.completedAt === undefined) {
    job.startedAt ??= call.state.environment.clock.now();
    if (job.remainingPolls > 0) job.remainingPolls -= 1;
    if (job.remainingPolls === 0) await finishJob(call.state, call.settings, job);
  }
  return { status: 200, elements: [jobElement(job)] };
}

function jobElement(job: Job): Element {
  return element(
    "job",
    {
      id: job.id,
      mode: "Asynchronous",
      type: job.type,
      progress: job.completedAt === undefined ? 0 : 100,
      createdAt: stamp(job.createdAt),
      startedAt: job.startedAt === undefined ? undefined : stamp(job.startedAt),
      updatedAt: stamp(job.completedAt ?? job.startedAt ?? job.createdAt),
      completedAt: job.completedAt === undefined ? undefined : stamp(job.completedAt),
      finishCode: job.finishCode,
    },
    [
      job.notes === "" || job.child !== undefined
        ? undefined
        : element("statusNotes", {}, [element("statusNote", { type: "Error", text: job.notes })]),
      job.child?.(job.notes),
    ],
  );
}

function statusOf(job: Job): string {
  if (job.completedAt === undefined) return job.startedAt === undefined ? "Pending" : "InProgress";
  if (job.finishCode === "0") return "Success";
  return job.finishCode === "2" ? "Cancelled" : "Failed";
}

const FIELDS: ListingFields<Job> = {
  values: {
    status: statusOf,
    jobType: (job) => job.type,
    title: (job) => job.title,
  },
  instants: { createdAt: (job) => job.createdAt, completedAt: (job) => job.completedAt ?? 0 },
};

/** `GET /jobs` */
export function listJobs(call: SiteCall): Reply {
  const page = listPage(call.site.jobs.values(), call.query, FIELDS);
  const items = page.items.map((job) =>
    element("backgroundJob", {
      id: job.id,
      status: statusOf(job),
      jobType: job.type,
      priority: 50,
      title: job.title,
      createdAt: stamp(job.createdAt),
      startedAt: job.startedAt === undefined ? undefined : stamp(job.startedAt),
      endedAt: job.completedAt === undefined ? undefined : stamp(job.completedAt),
    }),
  );
  return { status: 200, elements: [page.pagination, collection("backgroundJobs", "backgroundJob", items)] };
}

/** `PUT /jobs/{id}`: cancels one that is not done. */
export function cancelJob(call: SiteCall): Reply {
  const job = jobOf(call);
  if (job.completedAt !== undefined) throw badRequest("The job is already done.");
  job.completedAt = call.state.environment.clock.now();
  job.finishCode = "2";
  return { status: 200, elements: [jobElement(job)] };
}

function jobOf(call: SiteCall): Job {
  const id = pathOf(call, "job");
  const job = call.site.jobs.get(id);
  if (job === undefined) throw unknownJob(id);
  return job;
}

function unknownJob(id: string): TableauError {
  return new TableauError("400031", "Bad Request", `The job '${id}' could not be queried.`);
}
