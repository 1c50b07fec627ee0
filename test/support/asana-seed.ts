import type { AsanaSeed, AsanaStorySeed, AsanaTaskSeed } from "../../src/sandbox/seeds.ts";

/** Named gids of the small Asana workspace that tests start from. */
export const ASANA = {
  workspace: "1200000000000001",
  ada: "1200000000000011",
  ben: "1200000000000012",
  service: "1200000000000019",
  team: "1200000000000021",
  otherTeam: "1200000000000022",
  stage: "1200000000000031",
  green: "1200000000000032",
  red: "1200000000000033",
  opportunity: "1200000000000034",
  seats: "1200000000000035",
  onboarding: "1200000000000101",
  rollout: "1200000000000102",
  kickoff: "1200000000000201",
  configure: "1200000000000202",
  done: "1200000000000203",
  rolloutStart: "1200000000000204",
  rolloutEnd: "1200000000000205",
  firstTask: 1_200_000_000_001_000,
} as const;

const CREATED = "2026-01-05T09:00:00.000Z";

/** The gid of the nth seeded task. */
export function asanaTaskGid(n: number): string {
  return String(ASANA.firstTask + n);
}

/**
 * A workspace of three users, two teams, two projects and `tasks` tasks in the onboarding project: even ones in
 * "Kickoff", odd ones in "Configure" with a section change by a rule; every third completed. The second project is empty.
 */
export function asanaSeed(tasks = 6): AsanaSeed {
  const rows: AsanaTaskSeed[] = [];
  const stories: AsanaStorySeed[] = [];
  let story = 1_200_000_000_500_000;
  const tell = (taskGid: string, rest: Omit<AsanaStorySeed, "gid" | "taskGid" | "source">): void => {
    story += 1;
    stories.push({ gid: String(story), taskGid, source: "web", ...rest });
  };
  for (let n = 0; n < tasks; n += 1) {
    const gid = asanaTaskGid(n);
    const moved = n % 2 === 1;
    const completed = n % 3 === 0;
    rows.push({
      gid,
      name: `Task ${n}`,
      subtype: "default_task",
      notes: "",
      createdAt: CREATED,
      createdByGid: ASANA.ada,
      modifiedAt: completed ? "2026-01-07T09:00:00.000Z" : CREATED,
      assigneeGid: ASANA.ben,
      completed,
      completedAt: completed ? "2026-01-07T09:00:00.000Z" : null,
      completedByGid: completed ? ASANA.ben : null,
      startOn: null,
      dueOn: "2026-01-20",
      parentGid: null,
      memberships: [{ projectGid: ASANA.onboarding, sectionGid: moved ? ASANA.configure : ASANA.kickoff }],
      values: { [ASANA.stage]: ASANA.green, [ASANA.opportunity]: `OPP-${n}` },
      deletedAt: null,
    });
    tell(gid, {
      createdAt: CREATED,
      createdByGid: ASANA.ada,
      subtype: "added_to_project",
      projectGid: ASANA.onboarding,
    });
    if (moved)
      tell(gid, {
        createdAt: "2026-01-06T09:00:00.000Z",
        createdByGid: null,
        subtype: "section_changed",
        projectGid: ASANA.onboarding,
        oldSectionGid: ASANA.kickoff,
        newSectionGid: ASANA.configure,
      });
    if (completed)
      tell(gid, { createdAt: "2026-01-07T09:00:00.000Z", createdByGid: ASANA.ben, subtype: "marked_complete" });
  }
  const project = {
    ownerGid: ASANA.ada,
    archived: false,
    completedAt: null,
    createdAt: CREATED,
    modifiedAt: CREATED,
    startOn: "2026-01-05",
    dueOn: "2026-03-01",
    notes: "",
    deletedAt: null,
    taskCustomFieldGids: [ASANA.stage, ASANA.opportunity],
  };
  return {
    workspace: { gid: ASANA.workspace, name: "Example", emailDomains: ["example.com"] },
    tokenUserGid: ASANA.service,
    users: [
      { gid: ASANA.ada, name: "Ada Lovelace", email: "ada@example.com" },
      { gid: ASANA.ben, name: "Ben Book", email: "ben@example.com" },
      { gid: ASANA.service, name: "Process Hub", email: "hub@example.com" },
    ],
    teams: [
      { gid: ASANA.team, name: "Onboarding" },
      { gid: ASANA.otherTeam, name: "Success" },
    ],
    customFields: [
      {
        gid: ASANA.stage,
        name: "Health",
        type: "enum",
        options: [
          { gid: ASANA.green, name: "Green", color: "green" },
          { gid: ASANA.red, name: "Red", color: "red" },
        ],
      },
      { gid: ASANA.opportunity, name: "Opportunity ID", type: "text" },
      { gid: ASANA.seats, name: "Seats", type: "number", precision: 0 },
    ],
    projects: [
      {
        ...project,
        gid: ASANA.onboarding,
        name: "Onboarding: Acme",
        teamGid: ASANA.team,
        customFieldGids: [ASANA.opportunity, ASANA.seats],
        values: { [ASANA.opportunity]: "006000000000001", [ASANA.seats]: 40 },
      },
      {
        ...project,
        gid: ASANA.rollout,
        name: "Rollout: Beta",
        teamGid: ASANA.otherTeam,
        customFieldGids: [],
        values: {},
      },
    ],
    sections: [
      { gid: ASANA.kickoff, name: "Kickoff", projectGid: ASANA.onboarding },
      { gid: ASANA.configure, name: "Configure", projectGid: ASANA.onboarding },
      { gid: ASANA.done, name: "Done", projectGid: ASANA.onboarding },
      { gid: ASANA.rolloutStart, name: "Start", projectGid: ASANA.rollout },
      { gid: ASANA.rolloutEnd, name: "End", projectGid: ASANA.rollout },
    ],
    tasks: rows,
    stories,
  };
}
