import type { MondayActivitySeed, MondayBoardSeed, MondayColumnSeed, MondayGeneratedSeed } from "../seeds.ts";
import type { GeneratedActivity } from "./activity-log.ts";
import { logType, logValue } from "./log-values.ts";
import type { GeneratedItems } from "./item-table.ts";
import type { Column, Group, Item } from "./parts.ts";

/** How many creations lie between an item's creation and its first and second change. */
const FIRST_CHANGE = 7;
const SECOND_CHANGE = 40;

/** A well mixed number of 32 bits from two. */
function mix(a: number, b: number): number {
  let x = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return (x ^ (x >>> 15)) >>> 0;
}

const clamp = (value: number, most: number): number => (value < 0 ? 0 : value > most ? most : value);

/** What a generated board is made of: everything follows from (seed, index). */
export interface GeneratedBoard {
  readonly items: GeneratedItems;
  readonly activity: GeneratedActivity;
}

/**
 * A board of any size that is never built as a whole. Item i is created at `startAt + i·stepMs`; its status (the
 * board's first status column) changes twice later, or, for every `archivedEvery`-th item, once and then the item is
 * archived. The log's rows are found by number, because how many rows lie before an instant is a closed formula.
 */
export function generatedBoard(
  board: Pick<MondayBoardSeed, "id" | "columns">,
  rule: MondayGeneratedSeed,
  columns: readonly Column[],
  groups: readonly Group[],
): GeneratedBoard {
  const { seed, count, firstId, stepMs, userIds, archivedEvery = 0 } = rule;
  const start = Date.parse(rule.startAt);
  const status = columns.find((column) => column.type === "status");
  const labels = status === undefined ? [] : [...status.labels.keys()].map(Number);
  const firstLabel = labels[0] ?? 0;
  const makers = board.columns.map((column): [string, (index: number) => unknown] => [
    column.id,
    valueMaker(column, rule, start),
  ]);

  const iso = (ms: number): string => new Date(ms).toISOString();
  const isArchived = (index: number): boolean => archivedEvery > 0 && (index + 1) % archivedEvery === 0;
  const groupOf = (index: number): Group | undefined => groups[mix(seed, index * 3 + 1) % Math.max(1, groups.length)];
  const userOf = (index: number): string => userIds[mix(seed, index * 3 + 2) % Math.max(1, userIds.length)] ?? "-4";
  const labelOf = (index: number, change: number): number =>
    change === 0 ? firstLabel : (labels[mix(seed + change, index) % Math.max(1, labels.length)] ?? firstLabel);
  const createdMs = (index: number): number => start + index * stepMs;
  const updatedMs = (index: number): number => start + (index + SECOND_CHANGE) * stepMs + 2;
  const endLabel = (index: number): number => labelOf(index, isArchived(index) ? 1 : 2);
  const labelSetMs = (index: number): number =>
    isArchived(index) ? start + (index + FIRST_CHANGE) * stepMs + 1 : updatedMs(index);
  const valuesOf = (index: number): Record<string, unknown> => {
    const values: Record<string, unknown> = {};
    for (const [id, make] of makers) values[id] = make(index);
    if (status !== undefined) values[status.id] = { index: endLabel(index), changed_at: iso(labelSetMs(index)) };
    return values;
  };

  class View implements Item {
    readonly #index: number;
    constructor(index: number) {
      this.#index = index;
    }
    get id(): string {
      return String(firstId + this.#index);
    }
    get boardId(): string {
      return board.id;
    }
    get name(): string {
      return `Generated ${this.#index + 1}`;
    }
    get groupId(): string {
      return groupOf(this.#index)?.id ?? "";
    }
    get creatorId(): string {
      return userOf(this.#index);
    }
    get createdAt(): string {
      return iso(createdMs(this.#index));
    }
    get updatedAt(): string {
      return iso(updatedMs(this.#index));
    }
    get state(): Item["state"] {
      return isArchived(this.#index) ? "archived" : "active";
    }
    get values(): Record<string, unknown> {
      return valuesOf(this.#index);
    }
  }

  const indexOf = (id: string): number => {
    const index = Number(id) - firstId;
    return Number.isInteger(index) && index >= 0 && index < count ? index : -1;
  };
  const items: GeneratedItems = {
    count,
    indexOf,
    view: (index) => new View(index),
    item: (index) => ({
      id: String(firstId + index),
      boardId: board.id,
      name: `Generated ${index + 1}`,
      groupId: groupOf(index)?.id ?? "",
      creatorId: userOf(index),
      createdAt: iso(createdMs(index)),
      updatedAt: iso(updatedMs(index)),
      state: isArchived(index) ? "archived" : "active",
      values: valuesOf(index),
    }),
  };

  const perItem = status === undefined ? 1 : 3;
  const slots = count === 0 ? 0 : count + (perItem === 1 ? 0 : SECOND_CHANGE);
  const rowsBefore = (slot: number): number =>
    clamp(slot, count) + (perItem === 1 ? 0 : clamp(slot - FIRST_CHANGE, count) + clamp(slot - SECOND_CHANGE, count));
  /** The slot, the item and which of its rows a row number stands for. */
  const locate = (row: number): { slot: number; index: number; change: 0 | 1 | 2 } => {
    let low = 0;
    let high = slots;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (rowsBefore(middle + 1) <= row) low = middle + 1;
      else high = middle;
    }
    let rest = row - rowsBefore(low);
    const kinds: readonly [number, 0 | 1 | 2][] = [
      [low, 0],
      [low - FIRST_CHANGE, 1],
      [low - SECOND_CHANGE, 2],
    ];
    for (const [index, change] of kinds) {
      if (index < 0 || index >= count) continue;
      if (rest === 0) return { slot: low, index, change };
      rest -= 1;
    }
    return { slot: low, index: 0, change: 0 };
  };
  const time = (row: number): number => {
    const { slot, change } = locate(row);
    return start + slot * stepMs + change;
  };
  const row = (number: number): MondayActivitySeed => {
    const { slot, index, change } = locate(number);
    const group = groupOf(index);
    const pulse = {
      board_id: Number(board.id),
      group_id: group?.id ?? "",
      is_top_group: group?.id === groups[0]?.id,
      pulse_id: firstId + index,
      pulse_name: `Generated ${index + 1}`,
    };
    const label = (step: number): Record<string, unknown> | null =>
      status === undefined ? null : logValue(status, { index: labelOf(index, step) });
    const hex = (value: number): string => value.toString(16).padStart(8, "0");
    const base = {
      id: `${hex(mix(seed, number))}-0000-4000-a000-${hex(number)}${hex(seed >>> 0).slice(0, 4)}`,
      entity: "pulse" as const,
      userId: userOf(index),
      createdAt: iso(start + slot * stepMs + change),
    };
    if (change === 0) {
      const initial = status === undefined ? {} : { [status.id]: label(0) };
      return {
        ...base,
        event: "create_pulse",
        data: {
          ...pulse,
          group_name: group?.title ?? "",
          group_color: group?.color ?? "",
          column_values_json: JSON.stringify(initial),
        },
      };
    }
    if (change === 2 && isArchived(index)) return { ...base, event: "archive_pulse", data: pulse };
    return {
      ...base,
      event: "update_column_value",
      data: {
        ...pulse,
        column_id: status?.id,
        column_type: logType("status"),
        column_title: status?.title,
        value: label(change),
        previous_value: label(change - 1),
        is_column_with_hide_permissions: false,
      },
    };
  };
  return {
    items,
    activity: {
      count: rowsBefore(slots),
      row,
      time,
      lastUserOf: (id) => (indexOf(id) < 0 ? undefined : userOf(indexOf(id))),
    },
  };
}

/** The value of a column for an item, by the column's type; null for types nobody writes. */
function valueMaker(column: MondayColumnSeed, rule: MondayGeneratedSeed, start: number): (index: number) => unknown {
  const { seed, userIds, stepMs } = rule;
  const salt = mix(seed, column.id.length * 31 + column.id.charCodeAt(0));
  const labels = Object.keys(column.labels ?? {}).map(Number);
  const day = (index: number, after: number): string =>
    new Date(start + index * stepMs + after * 86_400_000).toISOString().slice(0, 10);
  switch (column.type) {
    case "people":
      return (index) => ({
        personsAndTeams: [{ id: Number(userIds[mix(salt, index) % Math.max(1, userIds.length)]), kind: "person" }],
      });
    case "date":
      return (index) => ({ date: day(index, mix(salt, index) % 60) });
    case "timeline":
      return (index) => ({ from: day(index, 1), to: day(index, 2 + (mix(salt, index) % 30)) });
    case "numbers":
      return (index) => String(mix(salt, index) % 1000);
    case "text":
      return (index) => `G-${index + 1}`;
    case "dropdown":
      return (index) => (labels.length === 0 ? null : { ids: [labels[mix(salt, index) % labels.length]] });
    case "checkbox":
      return (index) => (mix(salt, index) % 2 === 0 ? { checked: true } : null);
    case "link":
      return (index) => ({ url: `https://example.test/${index + 1}`, text: `Link ${index + 1}` });
    default:
      return () => null;
  }
}
