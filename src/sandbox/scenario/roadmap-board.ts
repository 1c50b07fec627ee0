import type { MondayBoardSeed, MondayColumnSeed } from "../seeds.ts";
import { DAY, iso } from "./calendar.ts";
import { groupOf } from "./features.ts";
import type { Actor, RoadmapStage, Setting } from "./story.ts";

/** The board `Roadmap 2026`. */
export const BOARD_ID = "9100000001";
const CHECKLIST_ID = "9100000002";
/** The workspace `Product`. */
export const WORKSPACE_ID = "9000000001";
/** The account's automations (reference monday.md §8). */
export const AUTOMATION = "-4";

const STAGES: readonly RoadmapStage[] = [
  "Discovery",
  "Planning",
  "Committed",
  "Development",
  "Testing",
  "Launched",
  "Dropped",
];
/** Label indexes as the board has them: not the position, and 5 stays the blank label. */
export const STAGE_INDEX: Readonly<Record<RoadmapStage, number>> = {
  Discovery: 0,
  Planning: 3,
  Committed: 4,
  Development: 2,
  Testing: 6,
  Launched: 1,
  Dropped: 7,
};
/** Label indexes of the column `Priority`. */
export const PRIORITY_INDEX = { High: 0, Medium: 2, Low: 1 } as const;
const GROUP_COLORS = ["#579bfc", "#a25ddc", "#00c875", "#fdab3d", "#e2445c", "#784bd1", "#66ccff", "#9cd326"];

/** The columns of the roadmap (docs/techflow.md, monday.com). */
export const COLUMNS: readonly MondayColumnSeed[] = [
  {
    id: "status",
    title: "Stage",
    type: "status",
    labels: Object.fromEntries(STAGES.map((stage) => [String(STAGE_INDEX[stage]), stage])),
    doneIndexes: [STAGE_INDEX.Launched],
  },
  { id: "person", title: "Owner", type: "people" },
  { id: "text_key", title: "Feature key", type: "text" },
  { id: "text_epic", title: "Engineering epic", type: "text" },
  { id: "date4", title: "Target", type: "date" },
  { id: "numbers", title: "Points", type: "numbers" },
  { id: "text_sprint", title: "Sprint", type: "text" },
  {
    id: "priority",
    title: "Priority",
    type: "status",
    labels: { "0": "High", "1": "Low", "2": "Medium" },
    doneIndexes: [],
  },
];

/** The user id of an actor; a rule is the account's automation. */
export function userOf(actor: Actor): string {
  return actor?.monday?.id ?? AUTOMATION;
}

/** A stage as the activity log tells it. */
export function label(stage: RoadmapStage): Record<string, unknown> {
  return {
    label: {
      index: STAGE_INDEX[stage],
      text: stage,
      style: { color: "#579bfc", border: "#4387e8", var_name: "bright-blue" },
      is_done: stage === "Launched",
    },
    post_id: null,
  };
}

/** The groups of the roadmap, by quarter. */
export interface Groups {
  readonly seeds: readonly { readonly id: string; readonly title: string; readonly color: string }[];
  byTitle(title: string): { readonly id: string; readonly title: string; readonly color: string };
}

/** One group per quarter from the start of the history to three quarters after the as-of. */
export function quarterGroups(setting: Setting): Groups {
  const seeds: { id: string; title: string; color: string }[] = [];
  const first = setting.calendar.localDay(setting.start);
  const last = setting.calendar.localDay(setting.asOf) + 280;
  for (let day = first; day <= last; day += 28) {
    const title = groupOf(day);
    if (seeds.some((group) => group.title === title)) continue;
    const color = GROUP_COLORS[seeds.length % GROUP_COLORS.length] ?? "#579bfc";
    seeds.push({ id: `group_${title.slice(3)}_${title.slice(0, 2).toLowerCase()}`, title, color });
  }
  const byTitle = new Map(seeds.map((group) => [group.title, group]));
  return {
    seeds,
    byTitle: (title) => {
      const group = byTitle.get(title);
      if (group === undefined) throw new Error(`The board has no group ${title}.`);
      return group;
    },
  };
}

/** The second board, which no configuration knows. */
export function checklist(setting: Setting, creatorId: string): MondayBoardSeed {
  const createdAt = setting.start + 20 * DAY;
  const items = ["Release notes", "Status page", "Support briefing", "Rollback plan", "Load test", "Sign-off"].map(
    (name, i) => {
      const at = createdAt + i * 60_000;
      return { id: setting.ids.monday(), name, at };
    },
  );
  return {
    id: CHECKLIST_ID,
    name: "Release checklist",
    workspaceId: WORKSPACE_ID,
    createdAt: iso(createdAt),
    groups: [{ id: "topics", title: "Every release", color: "#579bfc" }],
    columns: [
      { id: "status", title: "Status", type: "status", labels: { "0": "Open", "1": "Done" }, doneIndexes: [1] },
    ],
    items: items.map(({ id, name, at }) => ({
      id,
      name,
      groupId: "topics",
      creatorId,
      createdAt: iso(at),
      updatedAt: iso(at),
      state: "active",
      values: { status: { index: 0 } },
    })),
    activity: items.map(({ id, name, at }) => ({
      id: setting.ids.activity(),
      event: "create_pulse",
      entity: "pulse",
      userId: creatorId,
      createdAt: iso(at),
      data: {
        board_id: Number(CHECKLIST_ID),
        group_id: "topics",
        group_name: "Every release",
        group_color: "#579bfc",
        is_top_group: true,
        pulse_id: Number(id),
        pulse_name: name,
        column_values_json: JSON.stringify({ status: { index: 0 } }),
      },
    })),
  };
}
