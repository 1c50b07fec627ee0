import type { Draw } from "../../acceptance/harness.ts";
import type { AsanaSeed, AsanaStorySeed, AsanaTaskSeed } from "../../../src/sandbox/seeds.ts";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";

/** The instant the world starts at. */
export const SEED_AS_OF = Date.parse("2026-02-01T12:00:00.000Z");

const DAY = 86_400_000;
/** By project, its sections in order. */
export const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  [ASANA.onboarding]: [ASANA.kickoff, ASANA.configure, ASANA.done],
  [ASANA.rollout]: [ASANA.rolloutStart, ASANA.rolloutEnd],
};

/** A workspace whose tasks are spread over two projects: some in both, some with subtasks, several on equal stamps. */
export function workspaceSeed(draw: Draw, records: number, otherTenant: boolean): AsanaSeed {
  const base = asanaSeed(0);
  const stamps = Array.from({ length: Math.max(1, Math.ceil(records / 6)) }, () =>
    new Date(SEED_AS_OF - DAY - Math.floor(draw.next() * 25 * DAY)).toISOString(),
  );
  const tasks: AsanaTaskSeed[] = [];
  const stories: AsanaStorySeed[] = [];
  let story = 1_200_000_000_500_000;
  const place = (project: string): { projectGid: string; sectionGid: string } => ({
    projectGid: project,
    sectionGid: draw.pick(SECTIONS[project] ?? []) ?? "",
  });
  for (let n = 0; n < records; n += 1) {
    const at = draw.pick(stamps) ?? "";
    const gid = asanaTaskGid(n);
    const parent = n > 4 && draw.chance(0.12) ? (tasks[draw.below(tasks.length)]?.gid ?? null) : null;
    const home = draw.chance(0.75) ? ASANA.onboarding : ASANA.rollout;
    const both = draw.chance(0.1);
    const memberships = both ? [place(ASANA.onboarding), place(ASANA.rollout)] : [place(home)];
    const completed = draw.chance(0.3);
    tasks.push({
      gid,
      name: `Task ${n}`,
      subtype: "default_task",
      notes: "",
      createdAt: at,
      createdByGid: ASANA.ada,
      modifiedAt: at,
      assigneeGid: draw.chance(0.5) ? ASANA.ben : null,
      completed,
      completedAt: completed ? at : null,
      completedByGid: completed ? ASANA.ben : null,
      startOn: null,
      dueOn: "2026-02-20",
      parentGid: parent,
      memberships: parent === null ? memberships : [],
      values: draw.chance(0.5) ? { [ASANA.stage]: ASANA.green, [ASANA.opportunity]: `OPP-${n}` } : {},
      deletedAt: null,
    });
    story += 1;
    const told = { gid: String(story), taskGid: gid, createdAt: at, source: "web" as const };
    if (parent === null && draw.chance(0.5)) {
      const { projectGid, sectionGid } = memberships[0] ?? place(home);
      const oldSectionGid = SECTIONS[projectGid]?.find((other) => other !== sectionGid) ?? sectionGid;
      stories.push({
        ...told,
        createdByGid: null,
        subtype: "section_changed",
        projectGid,
        oldSectionGid,
        newSectionGid: sectionGid,
      });
    } else stories.push({ ...told, createdByGid: ASANA.ada, subtype: "assigned", assigneeGid: ASANA.ben });
  }
  const seed = { ...base, tasks, stories };
  return otherTenant ? { ...seed, workspace: { ...seed.workspace, gid: "1200000000000002", name: "Elsewhere" } } : seed;
}
