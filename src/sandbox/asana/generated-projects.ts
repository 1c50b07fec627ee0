import type { AsanaGeneratedSeed } from "../seeds.ts";
import { GeneratedSet } from "./generated.ts";
import type { CustomFieldRow, ProjectRow, SectionRow } from "./rows.ts";
import { addProjectRow, reassign } from "./state.ts";
import type { State } from "./state.ts";
import { TaskList } from "./task-list.ts";

const PROJECTS = 1_400_000_000_000_000;
const SECTIONS = 1_410_000_000_000_000;
const SET_ROOM = 10_000_000;
const SECTIONS_PER_PROJECT = 100;

/** Adds the projects and sections of a generated set; its tasks stay uncounted numbers until asked for. */
export function addGenerated(state: State, seed: AsanaGeneratedSeed): readonly ProjectRow[] {
  const number = state.tasks.sets.length;
  const projects: ProjectRow[] = [];
  const sections: SectionRow[][] = [];
  const set = new GeneratedSet({
    seed,
    number,
    sections,
    userGids: [...state.users.keys()],
    fields: seed.customFieldGids.map((gid) => fieldOf(state, gid)),
    changing: () => state.changing,
    kept: (task) => {
      const { assigneeGid } = task;
      task.assigneeGid = null;
      reassign(state, task, assigneeGid);
    },
  });
  for (let p = 0; p < seed.projects; p += 1) {
    const project = projectRow(seed, String(PROJECTS + number * SET_ROOM + p), p);
    addProjectRow(state, project);
    projects.push(project);
    const row = seed.sections.map((name, s) => {
      const gid = String(SECTIONS + (number * SET_ROOM + p) * SECTIONS_PER_PROJECT + s);
      const tasks = new TaskList({ set, ...set.stretch(p, s) });
      const section: SectionRow = { gid, name, project, createdAt: project.createdAt, tasks, deletedAt: null };
      state.sections.set(gid, section);
      project.sections.push(section);
      return section;
    });
    sections.push(row);
  }
  state.tasks.addSet(set);
  return projects;
}

function fieldOf(state: State, gid: string): CustomFieldRow {
  const field = state.customFields.get(gid);
  if (field === undefined) throw new Error(`Generated seed names no custom field: ${gid}`);
  return field;
}

function projectRow(seed: AsanaGeneratedSeed, gid: string, p: number): ProjectRow {
  return {
    gid,
    name: `Generated ${seed.seed}-${p}`,
    teamGid: seed.teamGid,
    ownerGid: null,
    archived: false,
    completedAt: null,
    completedByGid: null,
    createdAt: seed.from,
    modifiedAt: seed.from,
    startOn: null,
    dueOn: null,
    notes: "",
    htmlNotes: null,
    color: null,
    memberGids: [],
    followerGids: [],
    statuses: [],
    customFieldGids: [],
    taskCustomFieldGids: [...seed.customFieldGids],
    values: new Map(),
    deletedAt: null,
    sections: [],
  };
}
