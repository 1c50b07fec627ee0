import { MINUTE, parseInstant, toIso } from "../../model/index.ts";
import type { JsonObject } from "../../model/index.ts";
import { afterPartOfIt, isUnfinished, unfinishedName } from "../kit/index.ts";
import type { CompleteCommand, CreateCommand, WriteReceipt } from "../kit/index.ts";
import { find } from "./markers.ts";
import { editedNotes, isJobLine, jobIn, jobLine, withLines, withoutLines } from "./own-lines.ts";
import { currentProject, missingFor, putProject, setProject } from "./project-fields.ts";
import { followJob, hasEnded, notBegun, nothingMade, startInstantiation } from "./template-jobs.ts";
import type { Job } from "./template-jobs.ts";
import { teamNamed } from "./teams.ts";
import { makeMissingParts, partsOf } from "./template-parts.ts";
import { datesFor, rolesFor } from "./templates.ts";
import type { Template } from "./templates.ts";
import { textOf } from "./values.ts";
import type { WriteBody } from "./write-values.ts";
import { halfDone, notOffered, whole } from "./writer-parts.ts";
import type { WriterParts } from "./writer-parts.ts";

/** A job nobody knows of any more has ended, one way or the other, after so long. */
const JOBS_END_WITHIN_MS = 10 * MINUTE;

/**
 * Makes a project from a template. Until all of it is there its name ends in the marker, because nothing else goes with
 * the call that makes it; whatever happens in between, the project is found by that, and its name tells people so.
 * Errors: HUB-1426 when nothing was made, HUB-1427 when the job does not begin.
 */
export async function instantiate(
  parts: WriterParts,
  command: CreateCommand,
  template: Template,
  body: WriteBody,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const { gateway } = parts;
  const { marker } = command;
  const { name } = body.data;
  if (typeof name !== "string" || name === "")
    throw notOffered("creating a project without a name", "Give the field `name`.");
  const team = body.team === null ? null : await teamNamed(parts, body.team, signal);
  const started = await startInstantiation(
    gateway,
    template.gid,
    {
      name: unfinishedName(name, marker),
      ...(team === null ? {} : { team }),
      requested_dates: datesFor(template, body, toIso(gateway.now()).slice(0, 10)),
      requested_roles: rolesFor(template, body),
      is_strict: false,
    },
    signal,
  );
  let project: string | null = null;
  let missing: string | null = null;
  let job: Job | null = started;
  try {
    job = await followJob(
      gateway,
      started,
      async (made) => {
        project = made;
        await mark(parts, made, marker, started.gid, signal);
      },
      signal,
    );
  } catch (error) {
    missing = missingFor(error);
  }
  project ??= await foundAfterwards(parts, marker, signal);
  if (project === null) {
    if (job?.status === "failed") throw nothingMade(template.name);
    throw notBegun(template.name);
  }
  if (missing !== null || job === null || !hasEnded(job.status))
    return halfDone(project, gateway.now(), [missing ?? stillRunning(template.name)]);
  return finish(parts, { ...command, id: project }, template.name, body, job.status === "succeeded", signal);
}

/** The project that was asked for; not being able to look leaves it in doubt. */
async function foundAfterwards(parts: WriterParts, marker: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await find(parts, "projects", marker, signal))[0]?.id ?? null;
  } catch (error) {
    throw afterPartOfIt(error);
  }
}

/** Goes on with a project whose name says that it is not all there; one whose name does not is left as it is. */
export async function completeInstantiation(
  parts: WriterParts,
  command: CompleteCommand,
  template: string,
  body: WriteBody,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const { gateway } = parts;
  const current = await currentProject(gateway, command.id, body, signal);
  if (!isUnfinished(textOf(current["name"]) ?? "", command.marker)) return whole(command.id, gateway.now());
  const gid = jobIn(textOf(current["notes"]) ?? "");
  const job = gid === null ? null : await followJob(gateway, { gid }, () => Promise.resolve(), signal);
  const running = job === null ? isYoung(current, gateway.now()) : !hasEnded(job.status);
  if (running) return halfDone(command.id, gateway.now(), [stillRunning(template)]);
  return finish(parts, command, template, body, job?.status === "succeeded", signal);
}

/** Fields first, then what the template should have brought; the name, which tells that all is there, last. */
async function finish(
  parts: WriterParts,
  command: CompleteCommand,
  template: string,
  body: WriteBody,
  succeeded: boolean,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const { gateway, settings } = parts;
  const { id, marker } = command;
  try {
    const { name, notes, ...data } = body.data;
    const current = await currentProject(gateway, id, body, signal);
    await setProject(gateway, id, { ...body, data }, current, signal);
    const expected = partsOf(settings.templates, template);
    const owner = typeof data["owner"] === "string" ? data["owner"] : null;
    if (expected !== null) await makeMissingParts(gateway, id, expected, owner, signal);
    else if (!succeeded) return halfDone(id, gateway.now(), [untold(template)]);
    const told = typeof notes === "string" ? { notes } : await currentProject(gateway, id, NOTHING, signal);
    const settled = editedNotes(told, (text) => withoutLines(withLines(text, [marker]), isJobLine));
    await putProject(gateway, id, { name, ...settled }, signal);
    return whole(id, gateway.now());
  } catch (error) {
    return halfDone(id, gateway.now(), [missingFor(error)]);
  }
}

/** The marker goes where a listing finds it for good, with the job, so that a later run can follow it. */
async function mark(
  { gateway }: WriterParts,
  project: string,
  marker: string,
  job: string,
  signal: AbortSignal,
): Promise<void> {
  const current = await currentProject(gateway, project, NOTHING, signal);
  const marked = editedNotes(current, (text) => withLines(text, [marker, jobLine(job)]));
  await putProject(gateway, project, marked, signal);
}

const NOTHING: WriteBody = { data: {}, customFields: {}, section: null, team: null };

function isYoung(project: JsonObject, now: number): boolean {
  const created = parseInstant(textOf(project["created_at"]) ?? "");
  return created === undefined || now - created < JOBS_END_WITHIN_MS;
}

const stillRunning = (template: string): string => `the job that makes it from ${template} is still running`;
const untold = (template: string): string =>
  `some of its tasks: the job that makes it from ${template} failed, and hub.yaml does not tell under \`templates\` what there should be`;
