import type { Random } from "./random.ts";
import { upTo } from "./story.ts";
import type { Actor, FieldValues, ProjectStory, Setting, TaskChange, TaskStory } from "./story.ts";

/** Entering a section. */
export interface Move {
  readonly to: string;
  readonly at: number;
  readonly by: Actor;
}

/** A case told as one task that moves through its project's sections; entering `lastSection` completes it. */
export function sectionTask(
  setting: Setting,
  sketch: {
    readonly name: string;
    readonly createdAt: number;
    readonly createdBy: Actor;
    readonly firstSection: string;
    readonly lastSection: readonly string[];
    readonly moves: readonly Move[];
    readonly values: FieldValues;
    readonly dueDay: number | null;
    readonly extra?: readonly TaskChange[];
    readonly defects?: readonly string[];
  },
): TaskStory {
  const changes: TaskChange[] = [...(sketch.extra ?? [])];
  let closed = false;
  for (const move of sketch.moves) {
    const at = Math.floor(move.at);
    changes.push({ at, by: move.by, kind: "section", to: move.to });
    const closes = sketch.lastSection.includes(move.to);
    if (closes && !closed) changes.push({ at, by: move.by, kind: "complete" });
    if (!closes && closed) changes.push({ at, by: move.by, kind: "reopen" });
    closed = closes;
  }
  return {
    gid: setting.ids.asana(),
    name: sketch.name,
    milestone: false,
    createdAt: Math.floor(sketch.createdAt),
    createdBy: sketch.createdBy,
    firstSection: sketch.firstSection,
    changes: upTo(changes, setting.asOf),
    dueDay: sketch.dueDay,
    values: sketch.values,
    deletedAt: null,
    defects: [...(sketch.defects ?? [])],
  };
}

/** Takes steps out of a planned path or swaps two of them; the times stay where they are in the path. */
export function depart(
  path: readonly string[],
  oddity: { readonly skip?: string; readonly swap?: readonly [string, string] },
): string[] {
  const [first, second] = oddity.swap ?? [undefined, undefined];
  return path
    .filter((step) => step !== oddity.skip)
    .map((step) => {
      if (step === first && second !== undefined) return second;
      return step === second && first !== undefined ? first : step;
    });
}

/** A standing project that holds one task per case. */
export function caseProject(
  setting: Setting,
  sketch: Pick<ProjectStory, "name" | "team" | "sections" | "taskFields" | "owner">,
): ProjectStory {
  return {
    gid: setting.ids.asana(),
    ...sketch,
    createdAt: setting.start - 86_400_000 * 40,
    startDay: null,
    dueDay: null,
    values: {},
    fields: [],
    tasks: [],
    deletedAt: null,
    defects: [],
  };
}

/** Who makes a routine move: a rule, the bot, or (for the share not automated) a person. */
export function routineDoer(setting: Setting, random: Random, automated: number, person: Actor): Actor {
  if (!random.chance(automated)) return person;
  return random.chance(0.6) ? null : setting.staff.bot;
}
