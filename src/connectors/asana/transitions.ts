import { canonicalJson, parseInstant } from "../../model/index.ts";
import type { ActorEvidence, Entity, FieldValue, Instant, JsonObject, Transition } from "../../model/index.ts";
import { TASK_FIELDS } from "./selection.ts";
import { homeOf } from "./task-fields.ts";
import { currentName, customValue, gidOf, optionOf, personOf, textOf } from "./values.ts";
import type { Names } from "./values.ts";

type Member = Entity["members"][number];
type Change = Omit<Transition, "sequence">;
type Fields = Readonly<Record<string, FieldValue>>;

/** A task that joined its project later than this after its creation did not begin in its first section. */
const JOINED_AT_CREATION_MS = 60_000;
const CUSTOM_FIELD_CHANGED = /^(text|number|enum|multi_enum|date|people|reference)_custom_field_changed$/u;

/** Stories oldest first; of one instant in the order of their gids, which the service gives out ascending. */
export function storiesOf(entity: Entity): readonly Member[] {
  const time = ({ content }: Member): number => parseInstant(textOf(content["created_at"]) ?? "") ?? 0;
  return entity.members
    .filter(({ stream }) => stream === "stories")
    .sort((a, b) => time(a) - time(b) || a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * Who wrote a story: null is a rule or the service itself; `source: api` and registered service accounts are programs
 * under somebody's name; a known source is a person's hand (reference asana.md §12).
 */
export function actorOf(story: JsonObject, services: ReadonlyMap<string, string>): ActorEvidence {
  const person = gidOf(story["created_by"]);
  if (person === null) return { person: null, kind: "automation" };
  const client = services.get(person);
  if (client !== undefined) return { person, kind: "api", client };
  const source = textOf(story["source"]);
  if (source === "api") return { person, kind: "api" };
  return { person, kind: source === "web" || source === "mobile" || source === "email" ? "human" : "unknown" };
}

/** The changes of a task as its stories tell them, by kind and never by text, and where history and record disagree. */
export function transitionsOf(
  entity: Entity,
  content: JsonObject,
  fields: Fields,
  createdAt: Instant | null,
  services: ReadonlyMap<string, string>,
  names: Names,
): { readonly transitions: readonly Transition[]; readonly gaps: readonly string[] } {
  const home = gidOf(homeOf(content)?.project);
  const changes: Change[] = [];
  const last = new Map<string, FieldValue>();
  for (const story of storiesOf(entity)) {
    const at = parseInstant(textOf(story.content["created_at"]) ?? "");
    if (at === undefined) continue;
    const by = actorOf(story.content, services);
    const source = { stream: "stories", id: story.id };
    for (const { field, from, to } of tell(story.content, home, last, names)) {
      last.set(field, to);
      changes.push({ field, from, to, at, precision: "ms", by, source });
    }
  }
  const joined = lateJoining(entity, home, createdAt, changes, fields, services);
  const ordered = joined === null ? changes : [...changes, joined].sort((a, b) => a.at - b.at);
  const transitions = ordered.map((change, sequence) => ({ ...change, sequence }));
  return { transitions, gaps: gapsOf(transitions, fields) };
}

interface Told {
  readonly field: string;
  readonly from: FieldValue;
  readonly to: FieldValue;
}

function tell(
  story: JsonObject,
  home: string | null,
  last: ReadonlyMap<string, FieldValue>,
  names: Names,
): readonly Told[] {
  const subtype = textOf(story["resource_subtype"]) ?? "";
  switch (subtype) {
    case "section_changed":
      return sectionMoves(story, home, names);
    case "assigned":
      return [{ field: "assignee", from: last.get("assignee") ?? null, to: personOf(story["assignee"]) }];
    case "unassigned":
      return [{ field: "assignee", from: personOf(story["assignee"]) ?? last.get("assignee") ?? null, to: null }];
    case "marked_complete":
      return [{ field: "completed", from: false, to: true }];
    case "marked_incomplete":
      return [{ field: "completed", from: true, to: false }];
    case "name_changed":
      return [{ field: "name", from: textOf(story["old_name"]), to: textOf(story["new_name"]) }];
    case "resource_subtype_changed":
      return [
        {
          field: "resource_subtype",
          from: textOf(story["old_resource_subtype"]),
          to: textOf(story["new_resource_subtype"]),
        },
      ];
    case "approval_status_changed":
      return approvalMoves(story);
    case "due_date_changed":
    case "start_date_changed":
      return dateMoves(story);
    default:
      // The name of this kind of story is not documented; its fields are (reference asana.md §12).
      if (story["new_approval_status"] !== undefined) return approvalMoves(story);
      return CUSTOM_FIELD_CHANGED.test(subtype)
        ? customMove(story, subtype.replace("_custom_field_changed", ""), names)
        : [];
  }
}

/** A move between sections of one project; it is the task's `section` when that is its first project. */
function sectionMoves(story: JsonObject, home: string | null, names: Names): readonly Told[] {
  const from = optionOf(story["old_section"], names);
  const to = optionOf(story["new_section"], names);
  const project = gidOf(story["project"]);
  const name = currentName(story["project"], names);
  return [
    ...(project === null || project === home ? [{ field: "section", from, to }] : []),
    ...(name === null ? [] : [{ field: `section in ${name}`, from, to }]),
  ];
}

function approvalMoves(story: JsonObject): readonly Told[] {
  const from = textOf(story["old_approval_status"]);
  const to = textOf(story["new_approval_status"]);
  return from === to ? [] : [{ field: "approval_status", from, to }];
}

function dateMoves(story: JsonObject): readonly Told[] {
  const before = (story["old_dates"] ?? {}) as JsonObject;
  const after = (story["new_dates"] ?? {}) as JsonObject;
  return ["due_on", "due_at", "start_on"].flatMap((field) => {
    const from = textOf(before[field]);
    const to = textOf(after[field]);
    return from === to ? [] : [{ field, from, to }];
  });
}

function customMove(story: JsonObject, type: string, names: Names): readonly Told[] {
  const name = currentName(story["custom_field"], names);
  if (name === null) return [];
  // Without the values the field was not asked for; then nothing is told rather than something wrong.
  if (!Object.keys(story).some((key) => key.startsWith("old_") || key.startsWith("new_"))) return [];
  const field = Object.hasOwn(TASK_FIELDS, name) ? `custom ${name}` : name;
  return [{ field, from: customValue(type, story, "old_", names), to: customValue(type, story, "new_", names) }];
}

/** For a task that came into its project later: the section it came into, at that time. */
function lateJoining(
  entity: Entity,
  home: string | null,
  createdAt: Instant | null,
  changes: readonly Change[],
  fields: Fields,
  services: ReadonlyMap<string, string>,
): Change | null {
  if (home === null || createdAt === null) return null;
  const story = storiesOf(entity).find(
    ({ content }) => content["resource_subtype"] === "added_to_project" && gidOf(content["project"]) === home,
  );
  if (story === undefined) return null;
  const at = parseInstant(textOf(story.content["created_at"]) ?? "");
  if (at === undefined || at - createdAt <= JOINED_AT_CREATION_MS) return null;
  const first = changes.find(({ field }) => field === "section");
  if (first !== undefined && first.at < at) return null;
  const to = first === undefined ? (fields["section"] ?? null) : first.from;
  if (to === null) return null;
  const by = actorOf(story.content, services);
  return { field: "section", from: null, to, at, precision: "ms", by, source: { stream: "stories", id: story.id } };
}

/** Fields whose changes do not join up, or do not end at the current value. */
function gapsOf(transitions: readonly Transition[], fields: Fields): readonly string[] {
  const lasts = new Map<string, FieldValue>();
  const broken = new Set<string>();
  for (const { field, from, to } of transitions) {
    const former = lasts.get(field);
    if (former !== undefined && !same(former, from)) broken.add(field);
    lasts.set(field, to);
  }
  for (const [field, to] of lasts)
    if (Object.hasOwn(fields, field) && !same(to, fields[field] ?? null)) broken.add(field);
  return [...broken].sort();
}

/** Options are the same by their id: a renaming is no change. */
function same(left: FieldValue, right: FieldValue): boolean {
  return canonicalJson(bare(left)) === canonicalJson(bare(right));
}

function bare(value: FieldValue): unknown {
  if (Array.isArray(value)) return (value as readonly FieldValue[]).map(bare);
  return typeof value === "object" && value !== null && "option" in value ? value.option : value;
}
