import type { Call } from "./call.ts";
import { badRequest } from "./errors.ts";
import { displayValue } from "./field-resource.ts";
import { findUser } from "./lookups.ts";
import type { FieldValue, TaskRow } from "./rows.ts";

type Test = (task: TaskRow) => boolean;

/** What `<name>.any`, `.not` and `.all` look at. */
const SETS: Readonly<Record<string, (task: TaskRow) => readonly (string | null)[]>> = {
  projects: (task) => task.memberships.map(({ project }) => project.gid),
  sections: (task) => task.memberships.map(({ section }) => section.gid),
  tags: (task) => task.tags.map((tag) => tag.gid),
  teams: (task) => task.memberships.map(({ project }) => project.teamGid),
  followers: (task) => task.followerGids,
  assignee: (task) => [task.assigneeGid],
  created_by: (task) => [task.createdByGid],
  assigned_by: () => [],
  liked_by: (task) => task.likerGids,
  commented_on_by: (task) =>
    task.stories.filter((story) => story.subtype === "comment_added").map((story) => story.createdByGid),
};
const PEOPLE: ReadonlySet<string> = new Set([
  "followers",
  "assignee",
  "created_by",
  "assigned_by",
  "liked_by",
  "commented_on_by",
]);

/** What `<name>`, `<name>.before` and `<name>.after` look at. */
const TIMES: Readonly<Record<string, (task: TaskRow) => string | null>> = {
  due_on: (task) => task.dueOn,
  due_at: (task) => task.dueAt,
  start_on: (task) => task.startOn,
  created_on: (task) => task.createdAt.slice(0, 10),
  created_at: (task) => task.createdAt,
  completed_on: (task) => task.completedAt?.slice(0, 10) ?? null,
  completed_at: (task) => task.completedAt,
  modified_on: (task) => task.modifiedAt.slice(0, 10),
  modified_at: (task) => task.modifiedAt,
};

const FLAGS: Readonly<Record<string, Test>> = {
  completed: (task) => task.completed,
  is_subtask: (task) => task.parent !== null,
  has_attachment: (task) => task.attachments.length > 0,
  is_blocked: (task) => task.dependencies.some((one) => !one.completed && one.deletedAt === null),
  is_blocking: (task) => task.dependents.some((one) => !one.completed && one.deletedAt === null),
};

/** The condition a search's query puts on tasks; what it does not know it ignores (reference asana.md §4, §15). */
export function searchFilter(call: Call): Test {
  const tests: Test[] = [];
  const places: Test[] = [];
  for (const [name, value] of call.query) {
    if (value === "" && !name.endsWith(".any")) continue;
    // Projects and sections asked for together are a union.
    if (name === "projects.any" || name === "sections.any") places.push(setTest(call, name, value) ?? (() => true));
    else {
      const test =
        flagTest(name, value) ?? setTest(call, name, value) ?? timeTest(name, value) ?? fieldTest(call, name, value);
      if (test !== null) tests.push(test);
    }
  }
  if (places.length > 0) tests.push((task) => places.some((test) => test(task)));
  const text = call.query.get("text");
  if (text !== null && text !== "") {
    const words = text.toLowerCase().split(/\s+/u);
    tests.push((task) => {
      const content = `${task.name} ${task.notes}`.toLowerCase();
      return words.every((word) => content.includes(word));
    });
  }
  const subtype = call.query.get("resource_subtype");
  if (subtype !== null && subtype !== "") tests.push((task) => task.subtype === subtype);
  return (task) => tests.every((test) => test(task));
}

function flagTest(name: string, value: string): Test | null {
  const read = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
  return read === undefined ? null : (task) => read(task) === (value === "true");
}

function setTest(call: Call, name: string, value: string): Test | null {
  const [field = "", how = ""] = name.split(".");
  const read = Object.hasOwn(SETS, field) ? SETS[field] : undefined;
  if (read === undefined || !["any", "not", "all"].includes(how)) return null;
  const wanted = value.split(",").map((id) => {
    if (id === "" || id === "null") return null;
    if (!PEOPLE.has(field)) return id;
    const user = findUser(call, id);
    if (user === undefined) throw badRequest(`${name}: Not a user in Organization: ${id}`);
    return user.gid;
  });
  const has = (task: TaskRow): ((id: string | null) => boolean) => {
    const values = read(task);
    return (id) => (id === null ? values.every((one) => one === null) : values.includes(id));
  };
  if (how === "all") return (task) => wanted.every(has(task));
  if (how === "not") return (task) => !wanted.some(has(task));
  return (task) => wanted.some(has(task));
}

function timeTest(name: string, value: string): Test | null {
  const [field = "", how] = name.split(".");
  const read = Object.hasOwn(TIMES, field) ? TIMES[field] : undefined;
  if (read === undefined) return null;
  const at = new Date(value);
  if (value !== "null" && Number.isNaN(at.getTime())) throw badRequest(`${name}: Not a valid date: ${value}`);
  const wanted = value === "null" ? null : field.endsWith("_at") ? at.toISOString() : at.toISOString().slice(0, 10);
  return (task) => {
    const own = read(task);
    if (how === undefined) return own === wanted;
    if (own === null || wanted === null) return false;
    if (field.endsWith("_at")) return how === "before" ? own < wanted : own > wanted;
    return how === "before" ? own <= wanted : own >= wanted;
  };
}

function fieldTest(call: Call, name: string, value: string): Test | null {
  const match = /^custom_fields\.(\d+)\.([a-z_]+)$/u.exec(name);
  if (match === null) return null;
  const [, gid = "", how = ""] = match;
  const { state } = call.world;
  const field = state.customFields.get(gid);
  if (field === undefined) throw badRequest(`${name}: Unknown object: ${gid}`);
  const shown = (own: FieldValue): string => (displayValue(state, field, own) ?? "").toLowerCase();
  const wanted = value.toLowerCase();
  const compare: Readonly<Record<string, (own: FieldValue) => boolean>> = {
    value: (own) => (Array.isArray(own) ? own.includes(value) : String(own) === value),
    contains: (own) => shown(own).includes(wanted),
    starts_with: (own) => shown(own).startsWith(wanted),
    ends_with: (own) => shown(own).endsWith(wanted),
    less_than: (own) => Number(own) < Number(value),
    greater_than: (own) => Number(own) > Number(value),
    before: (own) => String(own) < value,
    after: (own) => String(own) > value,
  };
  if (how === "is_set") return (task) => task.values.has(gid) === (value === "true");
  const test = Object.hasOwn(compare, how) ? compare[how] : undefined;
  if (test === undefined) return null;
  return (task) => {
    const own = task.values.get(gid);
    return own !== undefined && test(own);
  };
}
