import type {
  AsanaCustomFieldSeed,
  AsanaFieldValues,
  AsanaProjectSeed,
  AsanaProjectTemplateSeed,
  AsanaSeed,
  AsanaStorySeed,
  AsanaTaskSeed,
} from "../seeds.ts";
import { ONBOARDING_SECTIONS, ONBOARDING_STEPS } from "./onboarding-steps.ts";
import { PROJECT_FIELDS } from "./onboardings.ts";
import { dayText, iso } from "./calendar.ts";
import { ROSTER } from "./roster.ts";
import type { Actor, FieldValues, ProjectStory, Setting, Story, TaskChange, TaskStory } from "./story.ts";
import { sprintOf } from "./sprints.ts";

const WORKSPACE_GID = "1208000000000000";
const TEAMS = ["Customer Success", "Engineering", "Finance", "People Ops", "Legal", "Support"] as const;
const COLORS = ["blue", "green", "yellow", "orange", "red", "purple", "aqua", "pink"];

interface FieldBook {
  readonly seeds: readonly AsanaCustomFieldSeed[];
  gid(name: string): string;
  /** Values by field gid, enums by option gid. */
  values(fields: readonly string[], values: FieldValues): AsanaFieldValues;
  option(name: string, label: string): string;
}

/** Defines the workspace's custom fields; the gids are the same for every seed. */
function defineFields(setting: Setting): FieldBook {
  let next = 1_208_000_000_002_000;
  const gid = (): string => {
    next += 1;
    return String(next);
  };
  const today = setting.calendar.localDay(setting.asOf);
  const sprints: string[] = [];
  for (let day = setting.calendar.localDay(setting.start) - 30; day <= today + 90; day += 7) {
    const sprint = sprintOf(day);
    if (sprints.at(-1) !== sprint) sprints.push(sprint);
  }
  const enums: Readonly<Record<string, readonly string[]>> = {
    Segment: ["SMB", "Mid-Market", "Enterprise"],
    Template: ["Customer Onboarding v3", "Customer Onboarding v4"],
    Severity: ["SEV1", "SEV2", "SEV3"],
    Sprint: sprints,
  };
  const names = [
    ...PROJECT_FIELDS,
    "Salesforce Account ID",
    "Quarter",
    "monday Item ID",
    "Feature key",
    "Period",
    "Severity",
    "Sprint",
  ];
  const seeds = names.map((name): AsanaCustomFieldSeed => {
    const labels = enums[name];
    if (name === "Deal amount") return { gid: gid(), name, type: "number", precision: 2 };
    if (labels === undefined) return { gid: gid(), name, type: "text" };
    const own = gid();
    const options = labels.map((label, i) => ({ gid: gid(), name: label, color: COLORS[i % COLORS.length] ?? "blue" }));
    return { gid: own, name, type: "enum", options };
  });
  const byName = new Map(seeds.map((seed) => [seed.name, seed]));
  const options = new Map(
    seeds.flatMap((seed) => (seed.options ?? []).map((option) => [`${seed.name}/${option.name}`, option.gid] as const)),
  );
  const field = (name: string): AsanaCustomFieldSeed => {
    const seed = byName.get(name);
    if (seed === undefined) throw new Error(`There is no custom field ${name}.`);
    return seed;
  };
  const option = (name: string, label: string): string => {
    const found = options.get(`${name}/${label}`);
    if (found === undefined) throw new Error(`The custom field ${name} has no option ${label}.`);
    return found;
  };
  return {
    seeds,
    gid: (name) => field(name).gid,
    option,
    values: (fields, values) => {
      const result: Record<string, string | number | null> = {};
      for (const name of fields) {
        const value = values[name] ?? null;
        const seed = field(name);
        result[seed.gid] = seed.type === "enum" && typeof value === "string" ? option(name, value) : value;
      }
      return result;
    },
  };
}

function gidOf(actor: Actor): string | null {
  return actor?.asana?.gid ?? null;
}

/** `web` for people (now and then `mobile`), `api` for the bot, `unknown` for rules, as the real service reports it. */
function sourceOf(actor: Actor, at: number): AsanaStorySeed["source"] {
  if (actor === null) return "unknown";
  if (actor.service === true) return "api";
  return at % 7 === 0 ? "mobile" : "web";
}

/** Writes one task and its stories; the story's last value of everything is the task's current value. */
function writeTask(
  setting: Setting,
  task: TaskStory,
  project: ProjectStory,
  sectionGids: ReadonlyMap<string, string>,
  fields: FieldBook,
  stories: AsanaStorySeed[],
): AsanaTaskSeed {
  const { ids } = setting;
  const sectionGid = (name: string): string => {
    const gid = sectionGids.get(name);
    if (gid === undefined) throw new Error(`The project ${project.name} has no section ${name}.`);
    return gid;
  };
  let section = task.firstSection;
  let { name } = task;
  let assigneeGid: string | null = null;
  let completed: { at: number; by: string | null } | null = null;
  const values: Record<string, string | number | null | readonly string[]> = {
    ...fields.values(project.taskFields, task.values),
  };
  let modifiedAt = task.createdAt;
  const tell = (
    at: number,
    by: Actor,
    story: Omit<AsanaStorySeed, "gid" | "taskGid" | "createdAt" | "createdByGid" | "source">,
  ): void => {
    stories.push({
      gid: ids.asana(),
      taskGid: task.gid,
      createdAt: iso(at),
      createdByGid: gidOf(by),
      source: sourceOf(by, at),
      ...story,
    });
  };
  tell(task.createdAt, task.createdBy, { subtype: "added_to_project", projectGid: project.gid });
  const apply = (change: TaskChange): void => {
    const { at, by } = change;
    switch (change.kind) {
      case "section":
        if (change.to === section) return;
        tell(at, by, {
          subtype: "section_changed",
          projectGid: project.gid,
          oldSectionGid: sectionGid(section),
          newSectionGid: sectionGid(change.to),
        });
        section = change.to;
        break;
      case "complete":
        completed = { at, by: gidOf(by) };
        tell(at, by, { subtype: "marked_complete" });
        break;
      case "reopen":
        completed = null;
        tell(at, by, { subtype: "marked_incomplete" });
        break;
      case "assign":
        assigneeGid = gidOf(change.to);
        tell(at, by, { subtype: "assigned", ...(assigneeGid !== null && { assigneeGid }) });
        break;
      case "comment":
        tell(at, by, { subtype: "comment_added", text: change.text });
        break;
      case "name":
        tell(at, by, { subtype: "name_changed", oldName: name, newName: change.to });
        name = change.to;
        break;
      case "sprint": {
        const gid = fields.gid("Sprint");
        const option = fields.option("Sprint", change.to);
        const old = values[gid];
        tell(at, by, {
          subtype: "enum_custom_field_changed",
          customFieldGid: gid,
          oldValue: typeof old === "string" ? old : null,
          newValue: option,
        });
        values[gid] = option;
        break;
      }
    }
    modifiedAt = Math.max(modifiedAt, at);
  };
  for (const change of task.changes) apply(change);
  // Assigned inside `apply`, which control-flow analysis does not follow.
  const done = completed as { at: number; by: string | null } | null;
  return {
    gid: task.gid,
    name,
    subtype: task.milestone ? "milestone" : "default_task",
    notes: "",
    createdAt: iso(task.createdAt),
    createdByGid: gidOf(task.createdBy),
    modifiedAt: iso(task.deletedAt ?? modifiedAt),
    assigneeGid,
    completed: done !== null,
    completedAt: done === null ? null : iso(done.at),
    completedByGid: done?.by ?? null,
    startOn: null,
    dueOn: task.dueDay === null ? null : dayText(task.dueDay),
    parentGid: null,
    memberships: [{ projectGid: project.gid, sectionGid: sectionGid(section) }],
    values,
    deletedAt: task.deletedAt === null ? null : iso(task.deletedAt),
  };
}

/** The template onboardings are made from (docs/techflow.md, Asana); the same for every seed. */
function onboardingTemplate(fields: FieldBook, teamGid: string, ownerGid: string | null): AsanaProjectTemplateSeed {
  const role = { gid: "1208000000009101", name: "Customer success manager" };
  const usualDays = 30;
  const tasks = ONBOARDING_STEPS.map((step) => ({
    name: step.name,
    subtype: step.milestone === true ? ("milestone" as const) : ("default_task" as const),
    roleGid: role.gid,
    dueAfterDays: Math.ceil(usualDays * step.share),
  }));
  return {
    gid: "1208000000009001",
    name: "Customer Onboarding v4",
    teamGid,
    ownerGid,
    requestedRoles: [role],
    customFieldGids: PROJECT_FIELDS.map((name) => fields.gid(name)),
    taskCustomFieldGids: [],
    values: fields.values(["Template"], { Template: "Customer Onboarding v4" }),
    dueAfterDays: usualDays,
    sections: ONBOARDING_SECTIONS.map((name, i) => ({ name, tasks: i === 0 ? tasks : [] })),
  };
}

/** The Asana side of the story. */
export function projectAsana(story: Story): AsanaSeed {
  const { setting } = story;
  const fields = defineFields(setting);
  const teams = TEAMS.map((name, i) => ({ gid: String(1_208_000_000_001_000 + i), name }));
  const projects: AsanaProjectSeed[] = [];
  const sections: { gid: string; name: string; projectGid: string }[] = [];
  const tasks: AsanaTaskSeed[] = [];
  const stories: AsanaStorySeed[] = [];
  const standing = [story.reviews, story.delivery, story.closes, story.hires, story.contractReviews, story.incidents];
  for (const project of [...standing, ...story.onboardings, story.expansions]) {
    const sectionGids = new Map<string, string>();
    for (const name of project.sections) {
      const gid = setting.ids.asana();
      sectionGids.set(name, gid);
      sections.push({ gid, name, projectGid: project.gid });
    }
    for (const task of project.tasks) {
      const seed = writeTask(setting, task, project, sectionGids, fields, stories);
      tasks.push(project.deletedAt === null ? seed : { ...seed, deletedAt: iso(project.deletedAt) });
    }
    const signOff = project.tasks.find((task) => task.name === "Go-live sign-off");
    const finish = signOff?.changes.findLast((change) => change.kind === "complete")?.at ?? null;
    projects.push({
      gid: project.gid,
      name: project.name,
      teamGid: teams.find((team) => team.name === project.team)?.gid ?? "",
      ownerGid: gidOf(project.owner),
      archived: false,
      completedAt: finish === null ? null : iso(finish),
      createdAt: iso(project.createdAt),
      modifiedAt: iso(project.deletedAt ?? finish ?? project.createdAt),
      startOn: project.startDay === null ? null : dayText(project.startDay),
      dueOn: project.dueDay === null ? null : dayText(project.dueDay),
      notes: "",
      customFieldGids: project.fields.map((name) => fields.gid(name)),
      taskCustomFieldGids: project.taskFields.map((name) => fields.gid(name)),
      values: fields.values(project.fields, project.values),
      deletedAt: project.deletedAt === null ? null : iso(project.deletedAt),
    });
  }
  const users = ROSTER.flatMap((entry) => (entry.asana === undefined ? [] : [entry.asana]));
  return {
    workspace: { gid: WORKSPACE_GID, name: "TechFlow", emailDomains: ["techflow.example"] },
    tokenUserGid: gidOf(setting.staff.bot) ?? "",
    users,
    teams,
    customFields: fields.seeds,
    projects,
    sections,
    tasks,
    stories,
    projectTemplates: [onboardingTemplate(fields, teams[0]?.gid ?? "", gidOf(setting.staff.bot))],
  };
}
