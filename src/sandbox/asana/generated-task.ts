import type { GeneratedSet } from "./generated.ts";
import type {
  AttachmentRow,
  CustomFieldRow,
  ExternalRow,
  FieldValue,
  MembershipRow,
  StoryRow,
  TagRow,
  TaskRow,
} from "./rows.ts";

const NONE: readonly never[] = [];
const NO_EXTERNAL: ReadonlyMap<string, ExternalRow> = new Map();
const DAY = 86_400_000;
const VERBS = ["Prepare", "Review", "Configure", "Train", "Check", "Hand over", "Migrate", "Confirm"];

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** A task of a generated set: its history and field values are worked out when first looked at. */
export class GeneratedTask implements TaskRow {
  readonly gid: string;
  name: string;
  subtype = "default_task";
  notes = "";
  htmlNotes: string | null = null;
  readonly createdAt: string;
  readonly createdByGid: string | null;
  modifiedAt: string;
  assigneeGid: string | null;
  completed: boolean;
  completedAt: string | null;
  completedByGid: string | null;
  approvalStatus: string | null = null;
  startOn: string | null = null;
  startAt: string | null = null;
  dueOn: string | null;
  dueAt: string | null = null;
  parent: TaskRow | null = null;
  memberships: readonly MembershipRow[];
  tags: readonly TagRow[] = NONE;
  followerGids: readonly string[];
  likerGids: readonly string[] = NONE;
  dependencies: readonly TaskRow[] = NONE;
  dependents: readonly TaskRow[] = NONE;
  attachments: readonly AttachmentRow[] = NONE;
  external: ReadonlyMap<string, ExternalRow> = NO_EXTERNAL;
  deletedAt: string | null = null;
  subtasks: readonly TaskRow[] = NONE;
  readonly #set: GeneratedSet;
  readonly #index: number;
  #values: Map<string, FieldValue> | null = null;
  #stories: StoryRow[] | null = null;

  constructor(set: GeneratedSet, index: number) {
    this.#set = set;
    this.#index = index;
    const { sections, userGids } = set.parts;
    const place = set.placeOf(index);
    const created = GeneratedTask.#createdMs(set, index);
    const completed = GeneratedTask.#completedMs(set, index);
    const assignee = userGids[GeneratedTask.assignee(set, index)] ?? null;
    const section = sections[place.project]?.[place.section];
    this.gid = set.gidAt(index);
    this.name = `${VERBS[set.draw(index, 1) % VERBS.length] ?? ""} ${index}`;
    this.createdAt = iso(created);
    this.createdByGid = userGids[set.draw(index, 2) % userGids.length] ?? null;
    const modified = GeneratedTask.modifiedMs(set, index);
    this.modifiedAt = modified === created ? this.createdAt : iso(modified);
    this.assigneeGid = assignee;
    this.completed = completed !== null;
    this.completedAt = completed === null ? null : completed === modified ? this.modifiedAt : iso(completed);
    this.completedByGid = completed === null ? null : assignee;
    this.dueOn = set.day(created + (1 + (set.draw(index, 3) % 60)) * DAY);
    this.memberships = section === undefined ? NONE : [{ project: section.project, section }];
    this.followerGids = assignee === null ? NONE : [assignee];
  }

  get values(): Map<string, FieldValue> {
    if (this.#values === null) {
      const values = new Map<string, FieldValue>();
      for (const [i, field] of this.#set.parts.fields.entries()) {
        const value = this.#valueOf(field, this.#set.draw(this.#index, 16 + i));
        if (value !== null) values.set(field.gid, value);
      }
      this.#values = values;
    }
    return this.#values;
  }

  set values(values: Map<string, FieldValue>) {
    this.#values = values;
  }

  get stories(): StoryRow[] {
    this.#stories ??= this.#history();
    return this.#stories;
  }

  set stories(stories: StoryRow[]) {
    this.#stories = stories;
  }

  /** Place of the assignee among the set's users. */
  static assignee(set: GeneratedSet, index: number): number {
    return set.draw(index, 4) % Math.max(1, set.parts.userGids.length);
  }

  /** Epoch milliseconds of the last change of its own: commented, completed, else created. Moves do not count. */
  static modifiedMs(set: GeneratedSet, index: number): number {
    const completed = GeneratedTask.#completedMs(set, index);
    const commented = GeneratedTask.#commentedMs(set, index);
    return Math.max(GeneratedTask.#createdMs(set, index), completed ?? 0, commented ?? 0);
  }

  static #createdMs(set: GeneratedSet, index: number): number {
    return set.from + Math.floor((set.draw(index, 5) / 2 ** 32) * set.span * 0.5);
  }

  /** Time between two steps of a task's life, so that all of them fit before the end of the set's span. */
  static #stepMs(set: GeneratedSet, index: number): number {
    const left = set.from + set.span - GeneratedTask.#createdMs(set, index);
    return Math.floor(left / (set.parts.seed.sections.length + 3));
  }

  static #completedMs(set: GeneratedSet, index: number): number | null {
    const last = set.parts.seed.sections.length - 1;
    if (set.placeOf(index).section !== last) return null;
    return GeneratedTask.#createdMs(set, index) + GeneratedTask.#stepMs(set, index) * (last + 1);
  }

  static #commentedMs(set: GeneratedSet, index: number): number | null {
    if (set.draw(index, 6) % 4 !== 0) return null;
    const steps = set.parts.seed.sections.length + 2;
    return GeneratedTask.#createdMs(set, index) + GeneratedTask.#stepMs(set, index) * steps;
  }

  #valueOf(field: CustomFieldRow, draw: number): FieldValue | null {
    const { options } = field;
    const users = this.#set.parts.userGids;
    const option = (shift: number): string[] => {
      const found = options[(draw + shift) % Math.max(1, options.length)];
      return found === undefined ? [] : [found.gid];
    };
    switch (field.type) {
      case "text":
        return `GEN-${this.#index}`;
      case "number":
        return Number(((draw % 100_000) / 10 ** field.precision).toFixed(field.precision));
      case "enum":
        return option(0)[0] ?? null;
      case "multi_enum":
        return [...new Set([...option(0), ...option(1)])];
      case "date":
        return this.#set.day(this.#set.from + (draw % 365) * DAY);
      case "people":
        return [users[draw % users.length] ?? ""].filter((gid) => gid !== "");
      case "reference":
        return null;
      default:
        return field.type satisfies never;
    }
  }

  #history(): StoryRow[] {
    const set = this.#set;
    const index = this.#index;
    const place = set.placeOf(index);
    const sections = set.parts.sections[place.project] ?? [];
    const created = GeneratedTask.#createdMs(set, index);
    const step = GeneratedTask.#stepMs(set, index);
    const stories: StoryRow[] = [];
    const tell = (ms: number, subtype: string, details: Partial<StoryRow> = {}): void => {
      const createdByGid = details.createdByGid === undefined ? this.createdByGid : details.createdByGid;
      const { gid: taskGid } = this;
      const gid = set.storyGid(index, stories.length);
      stories.push({ ...details, gid, taskGid, createdAt: iso(ms), createdByGid, source: "web", subtype });
    };
    const projectGid = sections[0]?.project.gid ?? "";
    tell(created, "added_to_project", { projectGid });
    if (this.assigneeGid !== null) tell(created, "assigned", { assigneeGid: this.assigneeGid });
    for (let at = 1; at <= place.section; at += 1) {
      const oldSectionGid = sections[at - 1]?.gid ?? "";
      const newSectionGid = sections[at]?.gid ?? "";
      tell(created + step * at, "section_changed", {
        projectGid,
        oldSectionGid,
        newSectionGid,
        ...(at % 3 === 0 ? { createdByGid: null } : {}),
      });
    }
    const completed = GeneratedTask.#completedMs(set, index);
    if (completed !== null) tell(completed, "marked_complete", { createdByGid: this.completedByGid });
    const commented = GeneratedTask.#commentedMs(set, index);
    if (commented !== null) tell(commented, "comment_added", { text: `Note on ${index}` });
    return stories;
  }
}
