import type { Cell } from "./cells.ts";
import {
  cellChangedAt,
  cellText,
  cellValue,
  dropdownIds,
  isChecked,
  lastUpdater,
  linkedItemIds,
  part,
  peopleOf,
  seconds,
  statusIndex,
  textPart,
} from "./cells.ts";
import { labelStyle } from "./column-settings.ts";
import { on } from "./resolve-reads.ts";
import type { Resolver, Resolvers } from "./schema.ts";
import type { Item } from "./parts.ts";

const TYPES: Readonly<Record<string, string>> = {
  status: "StatusValue",
  people: "PeopleValue",
  date: "DateValue",
  timeline: "TimelineValue",
  numbers: "NumbersValue",
  text: "TextValue",
  long_text: "LongTextValue",
  dropdown: "DropdownValue",
  checkbox: "CheckboxValue",
  link: "LinkValue",
  last_updated: "LastUpdatedValue",
  creation_log: "CreationLogValue",
  board_relation: "BoardRelationValue",
};

/** The typed fragment a cell answers to. */
export const columnValueType = (cell: unknown): string => TYPES[(cell as Cell).column.type] ?? "UnsupportedValue";

const COMMON: Readonly<Record<string, Resolver>> = {
  id: on(({ column }: Cell) => column.id),
  type: on(({ column }: Cell) => column.type),
  text: on((cell: Cell, _args, { state }) => cellText(state, cell)),
  value: on((cell: Cell, _args, { state }) => cellValue(state, cell)),
  column: on(({ column }: Cell) => column),
  is_leaf: on(() => true),
};

const changedAt = on((cell: Cell, _args, { state }) => cellChangedAt(state, cell));
const visible = (items: (Item | undefined)[]): Item[] => items.filter((item): item is Item => item !== undefined);

/** Resolvers of the column value types (reference monday.md §6). */
export const CELLS: Resolvers = {
  StatusValue: {
    ...COMMON,
    index: on(({ raw }: Cell) => statusIndex(raw)),
    label: on((cell: Cell, _args, { state }) => cellText(state, cell)),
    is_done: on(({ raw, column }: Cell) => column.doneIndexes.includes(statusIndex(raw) ?? -1)),
    label_style: on(({ raw }: Cell) => {
      const index = statusIndex(raw);
      return index === null ? null : labelStyle(index);
    }),
    update_id: on(() => null),
    updated_at: changedAt,
  },
  PeopleValue: { ...COMMON, persons_and_teams: on(({ raw }: Cell) => peopleOf(raw)), updated_at: changedAt },
  DateValue: {
    ...COMMON,
    date: on(({ raw }: Cell) => textPart(raw, "date")),
    time: on(({ raw }: Cell) => textPart(raw, "time")),
    icon: on(() => null),
    updated_at: changedAt,
  },
  TimelineValue: {
    ...COMMON,
    from: on(({ raw }: Cell) => textPart(raw, "from")),
    to: on(({ raw }: Cell) => textPart(raw, "to")),
    visualization_type: on(() => null),
    updated_at: changedAt,
  },
  NumbersValue: {
    ...COMMON,
    number: on(({ raw }: Cell) => (raw === null ? null : Number(raw))),
    symbol: on(({ column }: Cell) => part(column.extra["unit"], "symbol") ?? null),
    direction: on(() => "left"),
  },
  TextValue: COMMON,
  LongTextValue: { ...COMMON, updated_at: changedAt },
  DropdownValue: {
    ...COMMON,
    values: on(({ raw, column }: Cell) =>
      dropdownIds(raw).map((id) => ({ id: String(id), label: column.labels.get(String(id)) ?? "" })),
    ),
  },
  CheckboxValue: {
    ...COMMON,
    checked: on(({ raw }: Cell) => (raw === null ? null : isChecked(raw))),
    updated_at: changedAt,
  },
  LinkValue: {
    ...COMMON,
    url: on(({ raw }: Cell) => textPart(raw, "url")),
    url_text: on(({ raw }: Cell) => textPart(raw, "text")),
    updated_at: changedAt,
  },
  LastUpdatedValue: {
    ...COMMON,
    updated_at: on(({ item }: Cell) => seconds(item.updatedAt)),
    updater_id: on(({ board, item }: Cell) => lastUpdater(board, item)),
    updater: on(({ board, item }: Cell, _args, { state }) => state.users.get(lastUpdater(board, item)) ?? null),
  },
  CreationLogValue: {
    ...COMMON,
    created_at: on(({ item }: Cell) => seconds(item.createdAt)),
    creator_id: on(({ item }: Cell) => item.creatorId),
    creator: on(
      ({ item }: Cell, _args, { state }) => state.users.get(item.creatorId) ?? state.users.values().next().value,
    ),
  },
  BoardRelationValue: {
    ...COMMON,
    linked_item_ids: on(({ raw }: Cell) => linkedItemIds(raw)),
    linked_items: on(({ raw }: Cell, _args, { state }) =>
      visible(linkedItemIds(raw).map((id) => state.visibleItem(id))),
    ),
    display_value: on(({ raw }: Cell, _args, { state }) =>
      visible(linkedItemIds(raw).map((id) => state.visibleItem(id)))
        .map((item) => item.name)
        .join(", "),
    ),
    updated_at: changedAt,
  },
  UnsupportedValue: COMMON,
};
