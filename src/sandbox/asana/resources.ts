import type { EventRow } from "./events.ts";
import { fieldResources } from "./field-resource.ts";
import { groupResources } from "./group-resources.ts";
import { plain, ref } from "./kinds.ts";
import type { Resources } from "./kinds.ts";
import { projectResources } from "./project-resource.ts";
import { Ref, Selection, names } from "./selection.ts";
import type { FieldResult, ResourceType } from "./selection.ts";
import type { State } from "./state.ts";
import { storyFields } from "./story-resource.ts";
import { taskResources } from "./task-resource.ts";
import { timeAndBriefs } from "./time-and-briefs.ts";

/** Builds all kinds over one state. */
export function createResources(state: State): Resources {
  const of = (): Resources => made;
  const made: Resources = {
    ...fieldResources(state, of),
    ...projectResources(state, of),
    ...taskResources(state, of),
    ...groupResources(state, of),
    ...timeAndBriefs(state, of),
    story: storyResource(state, of),
    event: eventResource(state, of),
  };
  return made;
}

function storyResource(state: State, of: () => Resources): Resources["story"] {
  const finder =
    <Row>(kind: () => ResourceType<Row>, rows: { get(gid: string): Row | undefined }) =>
    (gid: string | null): Ref | null => {
      const row = gid === null ? undefined : rows.get(gid);
      return row === undefined ? null : ref(kind(), row);
    };
  const fields = storyFields(state, {
    user: finder(() => of().user, state.users),
    option: (gid) => {
      const found = state.options.get(gid);
      return found === undefined ? null : ref(of().option, found.option);
    },
    task: finder(() => of().task, state.tasks),
    section: finder(() => of().section, state.sections),
    project: finder(() => of().project, state.projects),
    customField: finder(() => of().customField, state.customFields),
    tag: finder(() => of().tag, state.tags),
  });
  const full = new Selection();
  for (const name of Object.keys(fields)) if (name !== "html_text") full.add([name]);
  return {
    name: "story",
    compact: names("resource_type resource_subtype type created_at created_by text"),
    full,
    fields,
  };
}

function eventResource(state: State, of: () => Resources): Resources["event"] {
  const thing = (kind: string, gid: string): FieldResult => {
    const all = of();
    const known: Readonly<Record<string, readonly [ResourceType<never>, unknown]>> = {
      task: [all.task, state.tasks.get(gid)],
      story: [all.story, state.stories.get(gid)],
      section: [all.section, state.sections.get(gid)],
      project: [all.project, state.projects.get(gid)],
      user: [all.user, state.users.get(gid)],
      tag: [all.tag, state.tags.get(gid)],
      attachment: [all.attachment, state.attachments.get(gid)],
      goal: [all.goal, state.goals.get(gid)],
      portfolio: [all.portfolio, state.portfolios.get(gid)],
      enum_option: [all.option, state.options.get(gid)?.option],
      custom_field: [all.customField, state.customFields.get(gid)],
      workspace: [all.workspace, state.workspace],
    };
    const [type, row] = known[kind] ?? [];
    return type === undefined || row === undefined ? { gid, resource_type: kind } : new Ref(type, row);
  };
  const change = plain<NonNullable<EventRow["change"]>>("change", {
    field: (row) => row.field,
    action: (row) => row.action,
    new_value: (row) => (row.newValue === undefined ? undefined : thing(row.newValue.kind, row.newValue.gid)),
    added_value: (row) => (row.addedValue === undefined ? undefined : thing(row.addedValue.kind, row.addedValue.gid)),
    removed_value: (row) =>
      row.removedValue === undefined ? undefined : thing(row.removedValue.kind, row.removedValue.gid),
  });
  return plain<EventRow>("event", {
    user: (row) => {
      const by = row.userGid === null ? undefined : state.users.get(row.userGid);
      return by === undefined ? null : ref(of().user, by);
    },
    created_at: (row) => row.createdAt,
    type: (row) => row.resource.kind,
    action: (row) => row.action,
    resource: (row) => thing(row.resource.kind, row.resource.gid),
    parent: (row) => (row.parent === null ? null : thing(row.parent.kind, row.parent.gid)),
    change: (row) => (row.change === undefined ? undefined : ref(change, row.change)),
  });
}
