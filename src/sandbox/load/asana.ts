import type { AsanaSeed } from "../seeds.ts";
import { fieldBook, valuesIn } from "./asana-fields.ts";
import type { FieldBook } from "./asana-fields.ts";
import {
  EPOCH,
  gidIn,
  liveFirst,
  nameIn,
  noteFormerPlaces,
  notePlaces,
  noteProject,
  noteTeam,
} from "./asana-places.ts";
import type { Places } from "./asana-places.ts";
import { storySeed } from "./asana-stories.ts";
import { fieldsOfProjects, parentsOf, taskSeed } from "./asana-tasks.ts";
import { templateSeeds } from "./asana-templates.ts";
import { goneAt, knownOf, objects, Tally, text } from "./given.ts";
import type { GivenAsana, Known, Loaded } from "./given.ts";

/** The hub's own notes on the event feed: no record of Asana's. */
const NOTES = "events";

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
  for (const { projectGid, createdAt, deletedAt = null } of liveFirst([...places.sections.values()]))
    noteProject(places, tally, { gid: projectGid, name: "" }, createdAt ?? EPOCH, deletedAt);
  for (const { content } of projectRecords) noteTeam(places, content["team"]);
  for (const record of taskRecords.toSorted(
    (a, b) => Number(a.removed !== undefined) - Number(b.removed !== undefined),
  ))
    notePlaces(places, tally, record);
  const ids = new Set(taskRecords.map(({ id }) => id));
  const parents = parentsOf(taskRecords);
  const tasks = taskRecords.map((record) => taskSeed(record, parents, places, fields));
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
  const createdAt = text(content["created_at"]) ?? EPOCH;
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
  return [[id, { ...seed, deletedAt: goneAt(record, createdAt ?? EPOCH) }]];
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
