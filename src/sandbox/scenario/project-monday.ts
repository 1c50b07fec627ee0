import type { MondayActivitySeed, MondayItemSeed, MondaySeed } from "../seeds.ts";
import { DAY, iso } from "./calendar.ts";
import {
  AUTOMATION,
  BOARD_ID,
  COLUMNS,
  PRIORITY_INDEX,
  STAGE_INDEX,
  WORKSPACE_ID,
  checklist,
  label,
  quarterGroups,
  userOf,
} from "./roadmap-board.ts";
import type { Groups } from "./roadmap-board.ts";
import { ROSTER } from "./roster.ts";
import type { Actor, FeatureChange, FeatureStory, RoadmapStage, Setting, Story } from "./story.ts";

/** Writes one item and the rows its life left in the board's activity log. */
function writeItem(
  setting: Setting,
  feature: FeatureStory,
  groups: Groups,
  activity: MondayActivitySeed[],
): MondayItemSeed {
  let stage: RoadmapStage = "Discovery";
  let { name } = feature;
  let group = groups.byTitle(feature.group);
  let state: MondayItemSeed["state"] = "active";
  let updatedAt = feature.createdAt;
  const owner = { personsAndTeams: [{ id: Number(feature.owner.monday?.id ?? 0), kind: "person" }] };
  const values: Record<string, unknown> = {
    status: { index: STAGE_INDEX.Discovery },
    person: owner,
    text_key: feature.key,
    date4: { date: feature.target },
    numbers: String(feature.points),
    priority: { index: PRIORITY_INDEX[feature.priority] },
  };
  const row = (at: number, by: Actor, event: string, data: Record<string, unknown>): void => {
    activity.push({
      id: setting.ids.activity(),
      event,
      entity: "pulse",
      userId: userOf(by),
      createdAt: iso(at),
      data: { board_id: Number(BOARD_ID), ...data },
    });
  };
  const pulse = (): Record<string, unknown> => ({
    group_id: group.id,
    is_top_group: groups.seeds[0] === group,
    pulse_id: Number(feature.id),
    pulse_name: name,
  });
  row(feature.createdAt, feature.creator, "create_pulse", {
    group_id: group.id,
    group_name: group.title,
    group_color: group.color,
    is_top_group: groups.seeds[0] === group,
    pulse_id: Number(feature.id),
    pulse_name: name,
    column_values_json: JSON.stringify({
      status: label("Discovery"),
      person: owner,
      text_key: { value: feature.key },
      date4: { date: feature.target, icon: null, time: null },
      numbers: { value: feature.points },
      priority: {
        label: {
          index: PRIORITY_INDEX[feature.priority],
          text: feature.priority,
          style: { color: "#a25ddc", border: "#9238af", var_name: "dark-purple" },
          is_done: false,
        },
        post_id: null,
      },
    }),
  });
  const cell = (change: FeatureChange, columnId: string, type: string, value: unknown, previous: unknown): void => {
    row(change.at, change.by, "update_column_value", {
      ...pulse(),
      column_id: columnId,
      column_type: type,
      column_title: COLUMNS.find((column) => column.id === columnId)?.title ?? columnId,
      value,
      previous_value: previous,
      is_column_with_hide_permissions: false,
    });
  };
  const text = (change: FeatureChange, columnId: string, to: string): void => {
    const old = values[columnId];
    cell(change, columnId, "text", { value: to }, typeof old === "string" ? { value: old } : null);
    values[columnId] = to;
  };
  for (const change of feature.changes) {
    switch (change.kind) {
      case "stage":
        cell(change, "status", "color", label(change.to), label(stage));
        stage = change.to;
        values["status"] = { index: STAGE_INDEX[stage] };
        break;
      case "epic":
        text(change, "text_epic", change.to);
        break;
      case "sprint":
        text(change, "text_sprint", change.to);
        break;
      case "target":
        cell(
          change,
          "date4",
          "date",
          { date: change.to, icon: null, time: null },
          { ...(values["date4"] as object), icon: null, time: null },
        );
        values["date4"] = { date: change.to };
        break;
      case "group": {
        const dest = groups.byTitle(change.to);
        if (dest === group) continue;
        row(change.at, change.by, "move_pulse_from_group", {
          pulse_id: Number(feature.id),
          pulse: { id: Number(feature.id), name },
          group_id: group.id,
          source_group: { id: group.id, title: group.title },
          dest_group: { id: dest.id, title: dest.title },
          is_batch_action: false,
        });
        group = dest;
        break;
      }
      case "name":
        row(change.at, change.by, "update_name", { ...pulse(), value: { name: change.to }, previous_value: { name } });
        name = change.to;
        break;
      case "archive":
        row(change.at, change.by, "archive_pulse", pulse());
        state = "archived";
        break;
      case "delete":
        row(change.at, change.by, "delete_pulse", pulse());
        state = "deleted";
        break;
    }
    updatedAt = Math.max(updatedAt, change.at);
  }
  return {
    id: feature.id,
    name,
    groupId: group.id,
    creatorId: userOf(feature.creator),
    createdAt: iso(feature.createdAt),
    updatedAt: iso(updatedAt),
    state,
    values,
  };
}

/** The monday.com side of the story. */
export function projectMonday(story: Story): MondaySeed {
  const { setting } = story;
  const groups = quarterGroups(setting);
  const activity: MondayActivitySeed[] = [];
  const items = story.features.map((feature) => writeItem(setting, feature, groups, activity));
  activity.sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
  const created = iso(setting.start - 10 * DAY);
  const users = ROSTER.flatMap((entry) =>
    entry.monday === undefined ? [] : [{ ...entry.monday, enabled: true, createdAt: created }],
  );
  const manager = setting.staff.productManagers[0]?.monday?.id ?? AUTOMATION;
  return {
    account: { id: "9000001", name: "TechFlow Solutions", slug: "techflow" },
    tokenUserId: setting.staff.integration.monday?.id ?? "",
    users,
    workspaces: [{ id: WORKSPACE_ID, name: "Product" }],
    boards: [
      {
        id: BOARD_ID,
        name: "Roadmap 2026",
        workspaceId: WORKSPACE_ID,
        createdAt: created,
        groups: groups.seeds,
        columns: COLUMNS,
        items,
        activity,
      },
      checklist(setting, manager),
    ],
  };
}
