import { describe, expect, test } from "@jest/globals";
import { monday } from "../../../src/connectors/monday/index.ts";
import type { Entity, JsonObject, NormalisedEntity } from "../../../src/model/index.ts";

const T0 = Date.UTC(2026, 0, 5, 9);
const label = (index: number, text: string): JsonObject => ({
  label: { index, text, is_done: index === 1 },
  post_id: null,
});
const BOARD: JsonObject = {
  id: "7",
  name: "Roadmap",
  state: "active",
  type: "board",
  workspace: null,
  groups: [
    { id: "topics", title: "Backlog" },
    { id: "second", title: "Doing" },
  ],
  columns: [
    { id: "name", title: "Name", type: "name", settings_str: "{}" },
    {
      id: "stage",
      title: "Stage",
      type: "status",
      settings_str: '{"labels":{"0":"Discovery","1":"Planned now","2":"Done"}}',
    },
    { id: "owner", title: "Owner", type: "people", settings_str: "{}" },
    { id: "span", title: "Span", type: "timeline", settings_str: "{}" },
  ],
};

interface RowInput {
  readonly event: string;
  readonly minute: number;
  readonly data: JsonObject;
  readonly user?: string;
}

function normalise(current: JsonObject[], rows: readonly RowInput[]): NormalisedEntity {
  const entity: Entity = {
    system: "monday",
    tenant: "9001",
    stream: "items",
    id: "70001",
    content: {
      id: "70001",
      name: "Feature",
      state: "active",
      created_at: "2026-01-05T09:00:00Z",
      updated_at: "2026-01-06T09:00:00Z",
      creator_id: "101",
      url: "https://example.monday.com/boards/7/pulses/70001",
      board: { id: "7" },
      group: { id: "topics" },
      column_values: current,
    },
    members: rows.map(({ event, minute, data, user }, at) => ({
      stream: "activity_logs",
      id: `row-${at}`,
      content: {
        event,
        user_id: user ?? "101",
        created_at: `${T0 + minute * 60_000}0000`,
        data: { board_id: 7, pulse_id: 70001, ...data },
      },
    })),
    tombstone: null,
    firstSeenAt: 0,
  };
  const references = { boards: new Map([["7", BOARD]]) };
  return monday.normaliser({ system: "monday", tenant: "9001", settings: monday.settings.parse({}), references })(
    entity,
  );
}

const stageCell = (index: number): JsonObject => ({ id: "stage", type: "status", value: JSON.stringify({ index }) });
const create = (values: JsonObject = {}): RowInput => ({
  event: "create_pulse",
  minute: 0,
  data: { group_id: "topics", group_name: "Backlog", column_values_json: values },
});
const change = (
  minute: number,
  from: JsonObject | null,
  to: JsonObject | null,
  extra: JsonObject = {},
  user = "101",
): RowInput => ({
  event: "update_column_value",
  minute,
  user,
  data: { column_id: "stage", column_type: "color", column_title: "Stage", previous_value: from, value: to, ...extra },
});
const steps = (entity: NormalisedEntity, field: string): unknown[] =>
  entity.transitions
    .filter((transition) => transition.field === field)
    .map(({ to, at, by }) => [to, (at - T0) / 60_000, by.kind]);

describe("normalising monday.com's items", () => {
  test("begins with the initial value and keeps the labels of the time", () => {
    const entity = normalise(
      [stageCell(1)],
      [change(60, label(0, "Discovery"), label(1, "Planned then"), {}, "-4"), create({ stage: label(0, "Discovery") })],
    );
    expect(steps(entity, "Stage")).toEqual([
      [{ option: "0", name: "Discovery" }, 0, "unknown"],
      [{ option: "1", name: "Planned then" }, 60, "automation"],
    ]);
    expect(entity.fields["Stage"]).toEqual({ option: "1", name: "Planned now" });
    expect(entity.gaps).toEqual([]);
    expect(entity.created).toEqual({ at: T0, precision: "ms", by: { person: "101", kind: "unknown" } });
  });

  test("drops rows that change nothing and moves that were undone", () => {
    const move = (minute: number, from: string, to: string, undo: boolean): RowInput => ({
      event: "move_pulse_from_group",
      minute,
      data: {
        group_id: from,
        source_group: { id: from, title: from },
        dest_group: { id: to, title: to },
        is_undo_action: undo,
      },
    });
    const entity = normalise(
      [stageCell(0)],
      [
        create({ stage: label(0, "Discovery") }),
        change(5, label(0, "Discovery"), { ...label(0, "Discovery"), post_id: 5 }),
        move(10, "topics", "second", false),
        move(11, "second", "topics", true),
      ],
    );
    expect(steps(entity, "Stage")).toHaveLength(1);
    expect(steps(entity, "group")).toEqual([[{ option: "topics", name: "Backlog" }, 0, "unknown"]]);
    expect(entity.gaps).toEqual([]);
  });

  test("takes a batch row only where the item has no row of its own", () => {
    const batch = (minute: number, index: number): RowInput => ({
      event: "batch_change_pulses_column_value",
      minute,
      data: { column_id: "stage", column_type: "color", column_title: "Stage", value: { index } },
    });
    const entity = normalise(
      [stageCell(2)],
      [
        create({ stage: label(0, "Discovery") }),
        batch(30, 1),
        change(30.5, label(0, "Discovery"), label(1, "Planned now")),
        batch(90, 2),
      ],
    );
    expect(steps(entity, "Stage").slice(1)).toEqual([
      [{ option: "1", name: "Planned now" }, 30.5, "unknown"],
      [{ option: "2", name: "Done" }, 90, "unknown"],
    ]);
  });

  test("names the fields whose log contradicts or does not reach the present value", () => {
    const entity = normalise([stageCell(2)], [create(), change(60, null, label(1, "Planned now"))]);
    expect(entity.gaps).toEqual(["Stage"]);
    const cut = normalise([stageCell(1)], [change(60, label(0, "Discovery"), label(1, "Planned now"))]);
    expect(cut.gaps).toEqual(["name", "group", "Stage"]);
    expect(steps(cut, "Stage")).toEqual([
      [{ option: "0", name: "Discovery" }, 0, "unknown"],
      [{ option: "1", name: "Planned now" }, 60, "unknown"],
    ]);
  });

  test("takes the present value for the first one when the log is complete and silent", () => {
    const entity = normalise([stageCell(0)], [create()]);
    expect(steps(entity, "Stage")).toEqual([[{ option: "0", name: "Discovery" }, 0, "unknown"]]);
    expect(entity.gaps).toEqual([]);
  });

  test("gives people as persons, teams apart, and a timeline with its ends", () => {
    const people = {
      personsAndTeams: [
        { id: 101, kind: "person" },
        { id: 4, kind: "team" },
      ],
    };
    const entity = normalise(
      [
        { id: "owner", type: "people", value: JSON.stringify(people) },
        { id: "span", type: "timeline", value: '{"from":"2026-01-01","to":"2026-01-09"}' },
      ],
      [create()],
    );
    expect(entity.fields).toMatchObject({
      id: "70001",
      name: "Feature",
      group: { option: "topics", name: "Backlog" },
      board: { option: "7", name: "Roadmap" },
      Owner: [{ person: "101" }, { person: "team-4" }],
      "Span.from": "2026-01-01",
      "Span.to": "2026-01-09",
    });
  });
});
