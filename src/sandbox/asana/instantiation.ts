import type { Answer, Call } from "./call.ts";
import { optionalText, param, requiredText } from "./call.ts";
import { fill, makeShell } from "./copies.ts";
import { ApiFault, badRequest, unknownObject } from "./errors.ts";
import { requireTeam, requireUser } from "./lookups.ts";
import { shown } from "./shown.ts";
import { startJob } from "./start-job.ts";
import type { TaskPlan } from "./task-plans.ts";
import { addDays, daysBetween } from "./templates.ts";
import type { ProjectTemplateRow } from "./templates.ts";

/** The template a path names. Errors: 404. */
export function templateFor(call: Call): ProjectTemplateRow {
  const gid = param(call);
  const template = call.world.projectTemplates.get(gid);
  if (template === undefined) throw unknownObject("project_template", gid);
  return template;
}

/** `[{gid, value}]` of a request, by gid. Errors: 400 for another shape and for a gid the template does not have. */
function requested(call: Call, name: string, known: readonly string[]): Map<string, string | null> {
  const asked = call.data[name] ?? [];
  if (!Array.isArray(asked)) throw badRequest(`${name}: Not an array`);
  const values = new Map<string, string | null>();
  for (const each of asked as readonly unknown[]) {
    if (typeof each !== "object" || each === null) throw badRequest(`${name}: Not a valid value`);
    const { gid, value } = each as Readonly<Record<string, unknown>>;
    const key = shown(gid);
    if (!known.includes(key)) throw badRequest(`${name}: Not a recognized ID: ${key}`);
    values.set(key, value === null || value === undefined ? null : shown(value));
  }
  return values;
}

/**
 * The start date: as requested, else today.
 * Errors: 400 for what is no day, 422 for none although the request is strict.
 */
function startOf(call: Call, template: ProjectTemplateRow): string | null {
  const value = requested(call, "requested_dates", ["1", "2"]).get("1") ?? null;
  if (template.startOn === null) return null;
  if (value === null) {
    if (call.data["is_strict"] === true) throw new ApiFault(422, "requested_dates: Missing value for: Start Date");
    return call.world.now().slice(0, 10);
  }
  if (Number.isNaN(Date.parse(value))) throw badRequest(`requested_dates: Not a valid date: ${value}`);
  return value.slice(0, 10);
}

/** POST /project_templates/{g}/instantiateProject: the project is there as the job starts, its tasks as it ends. */
export function instantiateProject(call: Call): Answer {
  const template = templateFor(call);
  const name = requiredText(call.data, "name");
  const team = requireTeam(call, optionalText(call.data, "team") ?? template.teamGid);
  const startOn = startOf(call, template);
  const holders = new Map<string, string>();
  for (const [role, user] of requested(
    call,
    "requested_roles",
    template.roles.map(({ gid }) => gid),
  ))
    if (user !== null) holders.set(role, requireUser(call, user).gid);
  const shift = startOn === null || template.startOn === null ? 0 : daysBetween(template.startOn, startOn);
  const moved = (day: string | null): string | null => (day === null ? null : addDays(day, shift));
  const planned = (plan: TaskPlan): TaskPlan => ({
    ...plan,
    startOn: moved(plan.startOn),
    dueOn: moved(plan.dueOn),
    assigneeGid: plan.roleGid === null ? plan.assigneeGid : (holders.get(plan.roleGid) ?? null),
    subtasks: plan.subtasks.map(planned),
  });
  const { state } = call.world;
  const living = (gid: string): boolean => state.customFields.get(gid)?.deletedAt === null;
  return startJob(call, "instantiate_project", {
    begin: () => {
      const fields = {
        name,
        notes: template.notes,
        startOn: template.dueOn === null ? null : startOn,
        dueOn: moved(template.dueOn),
        customFieldGids: template.customFieldGids.filter(living),
        taskCustomFieldGids: template.taskCustomFieldGids.filter(living),
        values: new Map(template.values),
        memberGids: [
          ...new Set([
            ...template.memberGids,
            ...(call.actor.userGid === null ? [] : [call.actor.userGid]),
            ...holders.values(),
          ]),
        ],
      };
      return { project: makeShell(call, team.gid, fields, template.sections) };
    },
    finish: (begun, half) => {
      const plans = template.sections.map(({ tasks }) => tasks.map(planned));
      const count = plans.flat().length;
      if (begun.project !== undefined) fill(call, begun.project, plans, half ? Math.floor(count / 2) : count);
      return begun;
    },
  });
}
