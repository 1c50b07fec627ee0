import { HubError } from "../../model/index.ts";
import type { Canonical } from "../../model/index.ts";
import { thereAre } from "../kit/index.ts";
import type { Prospect, Survey, TargetSlip } from "../kit/index.ts";
import { definitionsOf, ofPlan } from "./custom-field-definitions.ts";
import type { CustomFieldDefinition } from "./custom-field-definitions.ts";
import { keepsExternalId } from "./markers.ts";
import { sectionGid } from "./named-things.ts";
import { homeOf } from "./task-home.ts";
import { teamNamed } from "./teams.ts";
import { partsOf } from "./template-parts.ts";
import { templateNamed } from "./templates.ts";
import type { Template } from "./templates.ts";
import { PLAIN, writeBody } from "./write-values.ts";
import { assertWritable, notOffered } from "./writer-parts.ts";
import type { WriterParts } from "./writer-parts.ts";

/**
 * What one creation takes where everything is there and lists fit a page: looking before and after, making, and
 * reading back. A template's job is asked after twice, the project marked, filled, renamed; where hub.yaml tells the
 * template's tasks, they are compared.
 */
const CALLS = { taskOfApp: 8, task: 12, bareProject: 10, fromTemplate: 17, comparingParts: 2 };

/** Looks up the template or project, its team or section, and every field with the choices that are named already. */
export async function survey(parts: WriterParts, prospect: Prospect, signal: AbortSignal): Promise<Survey> {
  const { stream, fields } = prospect;
  assertWritable(stream);
  const definitions = definitionsOf(await ofPlan(parts.customFields, signal));
  const ofFields = Object.entries(fields).flatMap(([field, value]) => fieldSlips(stream, field, value, definitions));
  const slips: TargetSlip[] = [];
  const place = async <Result>(look: () => Promise<Result>, field: string | null = null): Promise<Result | null> => {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof HubError) || (error.code !== "HUB-1418" && error.code !== "HUB-1419")) throw error;
      slips.push({ field, error });
      return null;
    }
  };
  if (stream === "tasks") {
    await place(() => taskPlace(parts, prospect, signal));
    const calls = keepsExternalId(parts.gateway, stream) ? CALLS.taskOfApp : CALLS.task;
    return { slips: [...slips, ...ofFields], calls };
  }
  const [teamField = null, team = null] =
    Object.entries(fields).find(([name]) => /^team(?:\.name)?$/u.test(name)) ?? [];
  if (typeof team === "string") await place(() => teamNamed(parts, team, signal), teamField);
  const template = await place(() => projectPlace(parts, prospect, signal));
  const calls = template === null ? CALLS.bareProject : callsFrom(parts, template);
  return { slips: [...slips, ...ofFields], calls };
}

function callsFrom({ settings }: WriterParts, { name }: Template): number {
  return CALLS.fromTemplate + (partsOf(settings.templates, name) === null ? 0 : CALLS.comparingParts);
}

async function taskPlace(parts: WriterParts, { template }: Prospect, signal: AbortSignal): Promise<void> {
  if (template === undefined)
    throw notOffered("creating a task outside a project", "Name the project in `create_from`.");
  const { project, section } = await homeOf(parts, template, signal);
  if (section !== null) await sectionGid(parts.gateway, project, section, signal);
}

/** Null for a team, in which bare projects are made. */
async function projectPlace(
  parts: WriterParts,
  { template, fields }: Prospect,
  signal: AbortSignal,
): Promise<Template | null> {
  if (template !== undefined) return templateNamed(parts, template, null, signal);
  if (Object.keys(fields).some((name) => /^team(?:\.name)?$/u.test(name))) return null;
  throw notOffered("creating a project without a team", "Name a template or a team in `create_from`.");
}

function fieldSlips(
  stream: string,
  field: string,
  value: Canonical,
  definitions: readonly CustomFieldDefinition[],
): readonly TargetSlip[] {
  try {
    writeBody(stream, { [field]: value }, definitions, new Map());
    return [];
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return [{ field, error: error.code === "HUB-1416" ? unknownField(error, stream, definitions) : error }];
  }
}

function unknownField(error: HubError, stream: string, definitions: readonly CustomFieldDefinition[]): HubError {
  const { code, message, disposition, place } = error;
  const names = [...(PLAIN[stream] ?? []), ...definitions.map(({ name }) => name)];
  return new HubError(code, message, { disposition, place, remedy: thereAre(names) });
}
