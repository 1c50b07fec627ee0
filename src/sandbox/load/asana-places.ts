import type { AsanaSeed } from "../seeds.ts";
import { goneAt, object, objects, text } from "./given.ts";
import type { Content, Json, Known, Tally } from "./given.ts";

export const EPOCH = "1970-01-01T00:00:00.000Z";

export const gidIn = (value: Json | undefined): string | null => text(object(value)?.["gid"]);
export const nameIn = (value: Json | undefined): string => text(object(value)?.["name"]) ?? "";

type Sections = Map<string, AsanaSeed["sections"][number]>;

/** What the records only mention, gathered while they are read. */
export interface Places {
  readonly projects: Map<string, AsanaSeed["projects"][number]>;
  readonly sections: Sections;
  readonly teams: Map<string, AsanaSeed["teams"][number]>;
  readonly tags: Map<string, NonNullable<AsanaSeed["tags"]>[number]>;
}

export const liveFirst = <T extends { readonly deletedAt?: string | null }>(rows: readonly T[]): T[] =>
  rows.toSorted((a, b) => Number((a.deletedAt ?? null) !== null) - Number((b.deletedAt ?? null) !== null));

export function noteTeam({ teams }: Places, team: Json | undefined): void {
  const gid = gidIn(team);
  if (gid !== null && !teams.has(gid)) teams.set(gid, { gid, name: nameIn(team) });
}

/** Where a task stands although no record tells of the place: it is there nevertheless. */
export function notePlaces(places: Places, tally: Tally, record: Known): void {
  const { content } = record;
  const at = text(content["created_at"]) ?? EPOCH;
  for (const { project, section } of objects(content["memberships"]))
    noteSection(places, tally, project, section, at, goneAt(record, at));
  for (const tag of objects(content["tags"])) {
    const own = text(tag["gid"]);
    if (own !== null) places.tags.set(own, { gid: own, name: text(tag["name"]) ?? "", createdAt: at });
  }
}

/** Projects and sections that only history names are gone. */
export function noteFormerPlaces(places: Places, tally: Tally, content: Content): void {
  const at = text(content["created_at"]) ?? EPOCH;
  const { project } = content;
  noteProject(places, tally, project, at, at);
  for (const section of [content["old_section"], content["new_section"]])
    noteSection(places, tally, project, section, at, at);
}

export function noteProject(
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
