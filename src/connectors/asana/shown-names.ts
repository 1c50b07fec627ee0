import type { JsonObject } from "../../model/index.ts";
import type { NameList, NamesFace, ReferenceRecords, ShownName } from "../kit/index.ts";
import { PROJECT_FIELDS, TASK_FIELDS } from "./selection.ts";
import { projectFields } from "./task-fields.ts";
import { gidOf, listOf, nameOf, namesOf } from "./values.ts";

const OF_PROJECT = "project.";

/** Projects, the sections of each, custom fields and their options. Gids are never given out again. */
export const asanaNames: NamesFace = {
  streams: ["projects", "sections", "custom_fields"],
  lists: ({ references }) => {
    const projects = [...(references["projects"] ?? [])].flatMap(([id, content]): readonly ShownName[] => {
      const name = nameOf(content);
      return name === null ? [] : [{ id, name }];
    });
    return [
      list("tasks", "project.name", projects, "names"),
      ...customFieldLists(references, projects),
      ...sectionLists(references, projects),
    ];
  },
};

function list(stream: string, field: string | null, shown: readonly ShownName[], holds: NameList["holds"] = "options") {
  return { stream, field, holds, scope: null, shown } satisfies NameList;
}

function customFieldLists(references: ReferenceRecords, projects: readonly ShownName[]): readonly NameList[] {
  const fields = [...(references["custom_fields"] ?? [])].flatMap(([gid, content]) => {
    const name = nameOf(content);
    return name === null ? [] : [{ gid, name, options: optionsOf(content) }];
  });
  const own = (name: string, offered: Readonly<Record<string, unknown>>): string =>
    Object.hasOwn(offered, name) ? `custom ${name}` : name;
  const uses = fields.map(({ gid, name, options }) => ({
    gid,
    options,
    task: own(name, TASK_FIELDS),
    project: own(name, PROJECT_FIELDS),
  }));
  return [
    list("tasks", null, [
      ...uses.map(({ gid, task }) => ({ id: gid, name: task })),
      ...uses.map(({ gid, project }) => ({ id: `${OF_PROJECT}${gid}`, name: `${OF_PROJECT}${project}` })),
      ...projects.map(({ id, name }) => ({ id: `section in ${id}`, name: `section in ${name}` })),
    ]),
    list(
      "projects",
      null,
      uses.map(({ gid, project }) => ({ id: gid, name: project })),
    ),
    ...uses.flatMap(({ options, task, project }) =>
      options.length === 0
        ? []
        : [
            list("tasks", task, options),
            list("tasks", `${OF_PROJECT}${project}`, options),
            list("projects", project, options),
          ],
    ),
  ];
}

/** An option that was switched off does not stand in the way of one that took its name. */
function optionsOf(content: JsonObject): readonly ShownName[] {
  const options = listOf(content["enum_options"]).flatMap((option) => {
    const [id, name] = [gidOf(option), nameOf(option)];
    return id === null || name === null ? [] : [{ id, name, on: option["enabled"] !== false }];
  });
  return options
    .filter(({ name, on }) => on || !options.some((other) => other.on && other.name === name))
    .map(({ id, name }) => ({ id, name }));
}

function sectionLists(references: ReferenceRecords, projects: readonly ShownName[]): readonly NameList[] {
  const names = namesOf(references);
  const sections = new Map<string, ShownName[]>();
  for (const [id, content] of references["sections"] ?? []) {
    const project = gidOf(content["project"]);
    const name = nameOf(content);
    if (project === null || name === null) continue;
    const known = sections.get(project);
    if (known === undefined) sections.set(project, [{ id, name }]);
    else known.push({ id, name });
  }
  return projects.flatMap(({ id, name }): readonly NameList[] => {
    const shown = sections.get(id) ?? [];
    const own = Object.entries(projectFields(references["projects"]?.get(id) ?? {}, names));
    const known = {
      project: { stream: "projects", id },
      ...Object.fromEntries(own.map(([field, value]) => [`${OF_PROJECT}${field}`, value])),
    };
    const scope = { field: "project", id, title: name, known };
    return [
      { ...list("tasks", "section", shown), scope },
      { ...list("tasks", "section.name", shown, "names"), scope },
      list("tasks", `section in ${name}`, shown),
    ];
  });
}
