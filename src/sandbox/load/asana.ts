import type { AsanaSeed, AsanaTaskSeed } from "../seeds.ts";
import { fieldBook, valuesIn } from "./asana-fields.ts";
import type { FieldBook } from "./asana-fields.ts";
import { storySeed } from "./asana-stories.ts";
import { templateSeeds } from "./asana-templates.ts";
import { goneAt, knownOf, object, objects, Tally, text } from "./given.ts";
import type { Content, GivenAsana, Json, Known, Loaded } from "./given.ts";

/** The hub's own notes on the event feed: no record of Asana's. */
const NOTES = "events";

export const gidIn = (value: Json | undefined): string | null => text(object(value)?.["gid"]);
const nameIn = (value: Json | undefined): string => text(object(value)?.["name"]) ?? "";

type Sections = Map<string, AsanaSeed["sections"][number]>;

/** What the records only mention, gathered while they are read. */
interface Places {
  readonly projects: Map<string, AsanaSeed["projects"][number]>;
  readonly sections: Sections;
  readonly teams: Map<string, AsanaSeed["teams"][number]>;
  readonly tags: Map<string, NonNullable<AsanaSeed["tags"]>[number]>;
}

/** A workspace of exactly these records. @param base what somebody's records do not tell, such as e-mail domains */
export function asanaSeed(given: GivenAsana, base: AsanaSeed): Loaded<AsanaSeed> {
  const tally = new Tally();
  const known = (stream: string): readonly Known[] => {
    const records = [...knownOf(given, stream, tally)];
    for (const _ of records) tally.keep(stream);
    return records;
  };
  const fields = fieldBook(known("custom_fields"), tally);
  const taskRecords = known("tasks");
  const storyRecords = known("stories");
  const projectRecords = known("projects");
  const places: Places = {
    projects: new Map(projectRecords.map((record) => [record.id, projectSeed(record, fields)])),
    sections: new Map(known("sections").flatMap((record) => sectionSeed(record, tally))),
    teams: new Map(known("teams").map(({ id, content }) => [id, { gid: id, name: text(content["name"]) ?? "" }])),
    tags: new Map(),
  };
  for (const { content } of projectRecords) noteTeam(places, content["team"]);
  for (const { content } of taskRecords) notePlaces(places, tally, content);
  const ids = new Set(taskRecords.map(({ id }) => id));
  const tasks = taskRecords.map((record) => taskSeed(record, ids, places, fields));
  const stories = storyRecords.flatMap((record) => {
    const taskGid = record.member?.id;
    if (taskGid === undefined || !ids.has(taskGid)) {
      tally.leave("stories", "its task is not among the records");
      return [];
    }
    noteFormerPlaces(places, tally, record.content);
    return [storySeed(record, taskGid, fields)];
  });
  const shown = fieldsOfProjects(taskRecords);
  const users = peopleOf(known("users"), [...projectRecords, ...taskRecords, ...storyRecords], tally);
  const tokenUserGid =
    given.user ?? users.find(({ gid }) => gid === base.tokenUserGid)?.gid ?? users[0]?.gid ?? base.tokenUserGid;
  if (!users.some(({ gid }) => gid === tokenUserGid)) users.push({ gid: tokenUserGid, name: "Process Hub", email: "" });
  const workspace = (given.records["workspaces"] ?? []).find(({ id }) => id === given.tenant);
  for (const stream of Object.keys(given.records))
    if (!READ.has(stream))
      for (const _ of given.records[stream] ?? []) tally.leave(stream, "the stand-in has no such records");
  const projects = [...places.projects.values()].map((project) => ({
    ...project,
    taskCustomFieldGids: shown.get(project.gid) ?? [],
  }));
  const sections = [...places.sections.values()];
  const seed: AsanaSeed = {
    workspace: {
      gid: given.tenant,
      name: given.name ?? text(workspace?.content?.["name"]) ?? base.workspace.name,
      emailDomains: base.workspace.emailDomains,
    },
    tokenUserGid,
    users,
    teams: [...places.teams.values()],
    customFields: fields.seeds(),
    projects,
    sections,
    projectTemplates: templateSeeds(given.templates, given.tenant, { projects, sections, tasks, tokenUserGid }),
    tags: [...places.tags.values()],
    tasks,
    stories,
  };
  return { seed, report: tally.report(given.tenant, tokenUserGid) };
}

const READ: ReadonlySet<string> = new Set([
  NOTES,
  "workspaces",
  "teams",
  "users",
  "custom_fields",
  "projects",
  "sections",
  "tasks",
  "stories",
]);

function projectSeed(record: Known, fields: FieldBook): AsanaSeed["projects"][number] {
  const { id, content } = record;
  const createdAt = text(content["created_at"]) ?? "1970-01-01T00:00:00.000Z";
  const modifiedAt = text(content["modified_at"]) ?? createdAt;
  const entries = objects(content["custom_fields"]);
  for (const entry of entries) fields.note(entry);
  const permalinkUrl = text(content["permalink_url"]);
  return {
    gid: id,
    name: text(content["name"]) ?? "",
    teamGid: gidIn(content["team"]) ?? "",
    ownerGid: gidIn(content["owner"]),
    archived: content["archived"] === true,
    completedAt: text(content["completed_at"]),
    completedByGid: gidIn(content["completed_by"]),
    createdAt,
    modifiedAt,
    startOn: text(content["start_on"]),
    dueOn: text(content["due_on"]),
    notes: text(content["notes"]) ?? "",
    ...(permalinkUrl !== null && { permalinkUrl }),
    customFieldGids: entries.flatMap(({ gid }) => text(gid) ?? []),
    taskCustomFieldGids: [],
    values: valuesIn(entries),
    deletedAt: goneAt(record, modifiedAt),
  };
}

function sectionSeed(record: Known, tally: Tally): [string, AsanaSeed["sections"][number]][] {
  const { id, content } = record;
  const projectGid = gidIn(content["project"]);
  if (projectGid === null) {
    tally.leave("sections", "it names no project");
    return [];
  }
  const createdAt = text(content["created_at"]);
  const seed = { gid: id, name: text(content["name"]) ?? "", projectGid, ...(createdAt !== null && { createdAt }) };
  return [[id, { ...seed, deletedAt: goneAt(record, createdAt ?? "1970-01-01T00:00:00.000Z") }]];
}

function taskSeed(record: Known, ids: ReadonlySet<string>, places: Places, fields: FieldBook): AsanaTaskSeed {
  const { id, content } = record;
  const createdAt = text(content["created_at"]) ?? "1970-01-01T00:00:00.000Z";
  const modifiedAt = text(content["modified_at"]) ?? createdAt;
  const entries = objects(content["custom_fields"]);
  for (const entry of entries) fields.note(entry);
  const parentGid = gidIn(content["parent"]);
  const permalinkUrl = text(content["permalink_url"]);
  return {
    gid: id,
    name: text(content["name"]) ?? "",
    subtype: text(content["resource_subtype"]) ?? "default_task",
    notes: text(content["notes"]) ?? "",
    createdAt,
    createdByGid: gidIn(content["created_by"]),
    modifiedAt,
    assigneeGid: gidIn(content["assignee"]),
    completed: content["completed"] === true,
    completedAt: text(content["completed_at"]),
    completedByGid: gidIn(content["completed_by"]),
    startOn: text(content["start_on"]),
    dueOn: text(content["due_on"]),
    dueAt: text(content["due_at"]),
    approvalStatus: text(content["approval_status"]),
    tagGids: objects(content["tags"]).flatMap(({ gid }) => text(gid) ?? []),
    ...(permalinkUrl !== null && { permalinkUrl }),
    parentGid: parentGid !== null && ids.has(parentGid) ? parentGid : null,
    memberships: objects(content["memberships"]).flatMap(({ project, section }) => {
      const [projectGid, sectionGid] = [gidIn(project), gidIn(section)];
      if (projectGid === null || sectionGid === null || !places.sections.has(sectionGid)) return [];
      return [{ projectGid, sectionGid }];
    }),
    values: valuesIn(entries),
    deletedAt: goneAt(record, modifiedAt),
  };
}

function noteTeam({ teams }: Places, team: Json | undefined): void {
  const gid = gidIn(team);
  if (gid !== null && !teams.has(gid)) teams.set(gid, { gid, name: nameIn(team) });
}

/** Where a task stands although no record tells of the place: it is there nevertheless. */
function notePlaces(places: Places, tally: Tally, content: Content): void {
  const at = text(content["created_at"]) ?? "1970-01-01T00:00:00.000Z";
  for (const { project, section } of objects(content["memberships"]))
    noteSection(places, tally, project, section, at, null);
  for (const tag of objects(content["tags"])) {
    const own = text(tag["gid"]);
    if (own !== null) places.tags.set(own, { gid: own, name: text(tag["name"]) ?? "", createdAt: at });
  }
}

/** Projects and sections that only history names are gone. */
function noteFormerPlaces(places: Places, tally: Tally, content: Content): void {
  const at = text(content["created_at"]) ?? "1970-01-01T00:00:00.000Z";
  const { project } = content;
  noteProject(places, tally, project, at, at);
  for (const section of [content["old_section"], content["new_section"]])
    noteSection(places, tally, project, section, at, at);
}

function noteProject(
  places: Places,
  tally: Tally,
  project: Json | undefined,
  at: string,
  deletedAt: string | null,
): void {
  const gid = gidIn(project);
  if (gid === null || places.projects.has(gid)) return;
  tally.mention("projects");
  places.projects.set(gid, {
    gid,
    name: nameIn(project),
    teamGid: places.teams.keys().next().value ?? "",
    ownerGid: null,
    archived: false,
    completedAt: null,
    createdAt: at,
    modifiedAt: at,
    startOn: null,
    dueOn: null,
    notes: "",
    customFieldGids: [],
    taskCustomFieldGids: [],
    values: {},
    deletedAt,
  });
}

function noteSection(
  places: Places,
  tally: Tally,
  project: Json | undefined,
  section: Json | undefined,
  at: string,
  deletedAt: string | null,
): void {
  const [projectGid, gid] = [gidIn(project), gidIn(section)];
  if (projectGid === null || gid === null) return;
  noteProject(places, tally, project, at, deletedAt);
  if (places.sections.has(gid)) return;
  tally.mention("sections");
  places.sections.set(gid, { gid, name: nameIn(section), projectGid, createdAt: at, deletedAt });
}

/**
 * The custom fields that the tasks of each project show, in the order the tasks show them. Those of one project only tell
 * for sure; what a task in several shows beyond that is of the one that no other task tells of, or of its first.
 */
function fieldsOfProjects(tasks: readonly Known[]): Map<string, string[]> {
  const shown = new Map<string, Set<string>>();
  const add = (project: string, gids: readonly string[]): void => {
    const own = shown.get(project) ?? new Set<string>();
    for (const gid of gids) own.add(gid);
    shown.set(project, own);
  };
  const several: { readonly homes: readonly string[]; readonly gids: readonly string[] }[] = [];
  for (const { content } of tasks) {
    const entries = objects(content["custom_fields"]).filter(({ enabled }) => enabled !== false);
    const gids = entries.flatMap(({ gid }) => text(gid) ?? []);
    const homes = objects(content["memberships"]).flatMap(({ project }) => gidIn(project) ?? []);
    const [home] = homes;
    if (home !== undefined && homes.length === 1) add(home, gids);
    else if (home !== undefined) several.push({ homes, gids });
  }
  const told = new Set(shown.keys());
  for (const { homes, gids } of several) {
    const known = new Set(homes.flatMap((home) => [...(shown.get(home) ?? [])]));
    const rest = gids.filter((gid) => !known.has(gid));
    const home = homes.find((each) => !told.has(each)) ?? homes[0];
    if (home !== undefined && rest.length > 0) add(home, rest);
  }
  return new Map([...shown].map(([gid, own]) => [gid, [...own]]));
}

/** The listed people, and those who left: whoever is named by anything and in no list. */
function peopleOf(listed: readonly Known[], records: readonly Known[], tally: Tally): AsanaSeed["users"][number][] {
  const people = new Map(
    listed.map(({ id, content, removed }) => {
      const own = { gid: id, name: text(content["name"]) ?? "", email: text(content["email"]) ?? "" };
      return [id, removed === undefined ? own : { ...own, departed: true }] as const;
    }),
  );
  for (const { content } of records) {
    for (const name of ["owner", "assignee", "created_by", "completed_by"]) {
      const gid = gidIn(content[name]);
      if (gid === null || people.has(gid)) continue;
      tally.mention("users");
      people.set(gid, { gid, name: nameIn(content[name]) || "Private User", email: "", departed: true });
    }
    for (const name of ["old_people_value", "new_people_value"]) {
      for (const { gid } of objects(content[name]))
        if (typeof gid === "string" && !people.has(gid))
          people.set(gid, { gid, name: "Private User", email: "", departed: true });
    }
  }
  return [...people.values()];
}
