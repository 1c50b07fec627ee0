import type { AsanaProjectTemplateSeed, AsanaSeed } from "../seeds.ts";
import type { GivenTemplate } from "./given.ts";

type Made = Pick<AsanaSeed, "projects" | "sections" | "tasks" | "tokenUserGid">;

/**
 * Templates that no record tells of: each is what the newest of the projects that were made from it looks like now. A
 * project of the name itself is none: work is put into it, not made from it.
 */
export function templateSeeds(given: readonly GivenTemplate[], tenant: string, made: Made): AsanaProjectTemplateSeed[] {
  const names = new Set(made.projects.map(({ name }) => name));
  return given
    .filter(({ name }) => !names.has(name))
    .map(({ name, like }, index) => templateSeed(name, `${tenant}${String(9001 + index)}`, newest(like, made), made));
}

function newest(like: readonly string[], { projects }: Made): AsanaSeed["projects"][number] | undefined {
  return projects
    .filter(({ gid, deletedAt }) => like.includes(gid) && (deletedAt ?? null) === null)
    .toSorted((left, right) => (left.createdAt < right.createdAt ? 1 : -1))[0];
}

function templateSeed(
  name: string,
  gid: string,
  project: AsanaSeed["projects"][number] | undefined,
  made: Made,
): AsanaProjectTemplateSeed {
  const sections = made.sections.filter(
    ({ projectGid, deletedAt }) => projectGid === project?.gid && (deletedAt ?? null) === null,
  );
  const tasksIn = (section: string): AsanaProjectTemplateSeed["sections"][number]["tasks"] =>
    made.tasks
      .filter(
        ({ memberships, deletedAt }) =>
          (deletedAt ?? null) === null && memberships.some(({ sectionGid }) => sectionGid === section),
      )
      .map((task) => ({
        name: task.name,
        subtype: task.subtype === "milestone" || task.subtype === "approval" ? task.subtype : "default_task",
        roleGid: null,
        dueAfterDays: null,
      }));
  return {
    gid,
    name,
    teamGid: project?.teamGid ?? made.projects[0]?.teamGid ?? "",
    ownerGid: made.tokenUserGid,
    requestedRoles: [],
    customFieldGids: project?.customFieldGids ?? [],
    taskCustomFieldGids: project?.taskCustomFieldGids ?? [],
    values: {},
    dueAfterDays: null,
    sections: sections.map((section) => ({ name: section.name, tasks: tasksIn(section.gid) })),
  };
}
