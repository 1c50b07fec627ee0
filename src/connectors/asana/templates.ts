import { z } from "zod";
import { foldName, pickNamed } from "./named-things.ts";
import { isTeam, teamNamed } from "./teams.ts";
import type { WriteBody } from "./write-values.ts";
import type { WriterParts } from "./writer-parts.ts";

const requestedSchema = z.array(z.looseObject({ gid: z.string(), name: z.string().nullish() })).nullish();
const templateSchema = z.looseObject({
  gid: z.string(),
  name: z.string(),
  team: z.looseObject({ gid: z.string() }).nullish(),
  requested_dates: requestedSchema,
  requested_roles: requestedSchema,
});
export type Template = z.output<typeof templateSchema>;

const TEMPLATE_FIELDS = "name,team.gid,requested_dates,requested_dates.name,requested_roles,requested_roles.name";

/**
 * The template of a name, of the team the project goes to where several have it; null when it is a team that is named: then
 * a bare project is meant. Errors: HUB-1418.
 */
export async function templateNamed(
  parts: WriterParts,
  wanted: string,
  team: string | null,
  signal: AbortSignal,
): Promise<Template | null> {
  const { gateway } = parts;
  const path = "/project_templates";
  const query = { workspace: await parts.workspace(signal), opt_fields: TEMPLATE_FIELDS };
  const templates: Template[] = [];
  for await (const page of gateway.list(path, {}, query, signal))
    for (const row of page.rows) {
      const parsed = templateSchema.safeParse(row);
      if (parsed.success) templates.push(parsed.data);
    }
  const fits = (one: Template): boolean => one.gid === wanted || foldName(one.name) === foldName(wanted);
  if (!templates.some(fits) && (await isTeam(parts, wanted, signal))) return null;
  const home = team === null ? null : await teamNamed(parts, team, signal);
  const ofTeam = templates.filter((one) => home !== null && one.team?.gid === home);
  return pickNamed(ofTeam.some(fits) ? ofTeam : templates, wanted, path);
}

/** The gid by which every template calls the end of its project; its start is `1`. */
const END = "2";

/** The start or the end a template asks for; what no field tells is today. */
export function datesFor(template: Template, body: WriteBody, today: string): readonly object[] {
  return (template.requested_dates ?? []).map(({ gid }) => {
    const day = body.data[gid === END ? "due_on" : "start_on"];
    return { gid, value: typeof day === "string" ? day : today };
  });
}

/** The project's owner takes the only role there is; with several roles nobody is guessed. */
export function rolesFor(template: Template, body: WriteBody): readonly object[] {
  const roles = template.requested_roles ?? [];
  const owner = body.data["owner"];
  const [role] = roles;
  return role !== undefined && roles.length === 1 && typeof owner === "string" ? [{ gid: role.gid, value: owner }] : [];
}
