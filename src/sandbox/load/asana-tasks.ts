import type { AsanaTaskSeed } from "../seeds.ts";
import { valuesIn } from "./asana-fields.ts";
import type { FieldBook } from "./asana-fields.ts";
import { EPOCH, gidIn } from "./asana-places.ts";
import type { Places } from "./asana-places.ts";
import { goneAt, objects, text } from "./given.ts";
import type { Known } from "./given.ts";

/** A task as it stands. @param parents by gid, as `parentsOf` gives them */
export function taskSeed(
  record: Known,
  parents: ReadonlyMap<string, string>,
  places: Places,
  fields: FieldBook,
): AsanaTaskSeed {
  const { id, content } = record;
  const createdAt = text(content["created_at"]) ?? EPOCH;
  const modifiedAt = text(content["modified_at"]) ?? createdAt;
  const entries = objects(content["custom_fields"]);
  for (const entry of entries) fields.note(entry);
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
    parentGid: parents.get(id) ?? null,
    memberships: objects(content["memberships"]).flatMap(({ project, section }) => {
      const [projectGid, sectionGid] = [gidIn(project), gidIn(section)];
      if (projectGid === null || sectionGid === null) return [];
      return places.sections.get(sectionGid)?.projectGid === projectGid ? [{ projectGid, sectionGid }] : [];
    }),
    values: valuesIn(entries),
    deletedAt: goneAt(record, modifiedAt),
  };
}

/** The parents that are among the tasks themselves, and lead upwards. */
export function parentsOf(tasks: readonly Known[]): Map<string, string> {
  const ids = new Set(tasks.map(({ id }) => id));
  const parents = new Map<string, string>();
  for (const { id, content } of tasks) {
    const parent = gidIn(content["parent"]);
    if (parent === null || !ids.has(parent)) continue;
    let above: string | undefined = parent;
    while (above !== undefined && above !== id) above = parents.get(above);
    if (above === undefined) parents.set(id, parent);
  }
  return parents;
}

/**
 * The custom fields that the tasks of each project show, in the order the tasks show them. Those of one project only tell
 * for sure; what a task in several shows beyond that is of the one that no other task tells of, or of its first.
 */
export function fieldsOfProjects(tasks: readonly Known[]): Map<string, string[]> {
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
