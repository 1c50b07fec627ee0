import {
  idsPart,
  isChecked,
  linkedItemIds,
  numberPart,
  part,
  peopleOf,
  seconds,
  statusIndex,
  textPart,
  dropdownIds,
} from "./cell-parts.ts";
import { cellChangedAt, cellText, cellValue, displayValue, filesOf, itemIdText, lastUpdater } from "./cells.ts";
import type { Cell } from "./cell.ts";
import type { FileEntry } from "./cells.ts";
import { labelStyle } from "./column-settings.ts";
import { linkedCells, subitemsOf } from "./linked-cells.ts";
import type { Item } from "./parts.ts";
import { on } from "./resolver.ts";
import { scalarText } from "./scalar-text.ts";
import type { Resolver, Resolvers } from "./schema.ts";
import type { MondayState } from "./state.ts";

const TYPES: Readonly<Record<string, string>> = {
  status: "StatusValue",
  people: "PeopleValue",
  person: "PersonValue",
  team: "TeamValue",
  date: "DateValue",
  timeline: "TimelineValue",
  numbers: "NumbersValue",
  text: "TextValue",
  long_text: "LongTextValue",
  dropdown: "DropdownValue",
  checkbox: "CheckboxValue",
  link: "LinkValue",
  email: "EmailValue",
  phone: "PhoneValue",
  country: "CountryValue",
  rating: "RatingValue",
  vote: "VoteValue",
  hour: "HourValue",
  week: "WeekValue",
  world_clock: "WorldClockValue",
  location: "LocationValue",
  tags: "TagsValue",
  color_picker: "ColorPickerValue",
  mirror: "MirrorValue",
  dependency: "DependencyValue",
  formula: "FormulaValue",
  item_id: "ItemIdValue",
  time_tracking: "TimeTrackingValue",
  file: "FileValue",
  doc: "DocValue",
  button: "ButtonValue",
  subtasks: "SubtasksValue",
  group: "GroupValue",
  progress: "ProgressValue",
  integration: "IntegrationValue",
  last_updated: "LastUpdatedValue",
  creation_log: "CreationLogValue",
  board_relation: "BoardRelationValue",
  // The API has no type of its own for it: the number is the text of an unsupported value.
  auto_number: "UnsupportedValue",
};

/** The typed fragment a cell answers to; also the member of the unions whose sources carry no column. */
export function abstractType(source: unknown, abstractName: string): string {
  if (abstractName === "FileValueItem")
    return (source as FileEntry).assetId === null ? "FileLinkValue" : "FileAssetValue";
  if (abstractName === "AggregateResult") {
    return part(source, "result") === undefined ? "AggregateGroupByResult" : "AggregateBasicAggregationResult";
  }
  return TYPES[(source as Cell).column.type] ?? "UnsupportedValue";
}

const COMMON: Readonly<Record<string, Resolver>> = {
  id: on(({ column }: Cell) => column.id),
  type: on(({ column }: Cell) => column.type),
  text: on((cell: Cell, _args, { state }) => cellText(state, cell)),
  value: on((cell: Cell) => cellValue(cell)),
  column: on(({ column }: Cell) => column),
  is_leaf: on(() => true),
};

const changedAt = on((cell: Cell) => cellChangedAt(cell));
const textOf = (key: string): Resolver => on(({ raw }: Cell) => textPart(raw, key));
const numberOf = (key: string): Resolver => on(({ raw }: Cell) => numberPart(raw, key));
const shown = on((cell: Cell, _args, { state }) => displayValue(state, cell));
const itemsOf = (state: MondayState, ids: readonly string[]): Item[] =>
  ids.map((id) => state.visibleItem(id)).filter((item): item is Item => item !== undefined);
const linkedIds = on(({ raw }: Cell) => linkedItemIds(raw));
const linkedItems = on(({ raw }: Cell, _args, { state }) => itemsOf(state, linkedItemIds(raw)));
const TIMED = { ...COMMON, updated_at: changedAt };
const assetOf = on((file: FileEntry, _args, { state }) => state.assets.get(file.assetId ?? ""));
const fileCreator = on((file: FileEntry, _args, { state }) => state.users.get(file.createdBy ?? "") ?? null);

/** Resolvers of the column value types (reference monday.md §6). */
export const CELLS: Resolvers = {
  StatusValue: {
    ...TIMED,
    index: on(({ raw }: Cell) => statusIndex(raw)),
    label: on((cell: Cell, _args, { state }) => cellText(state, cell)),
    is_done: on(({ raw, column }: Cell) => column.doneIndexes.includes(statusIndex(raw) ?? -1)),
    label_style: on(({ raw }: Cell) => {
      const index = statusIndex(raw);
      return index === null ? null : labelStyle(index);
    }),
    update_id: on(() => null),
  },
  PeopleValue: { ...TIMED, persons_and_teams: on(({ raw }: Cell) => peopleOf(raw)) },
  PersonValue: { ...TIMED, person_id: on(({ raw }: Cell) => numberPart(raw, "personId")) },
  TeamValue: { ...TIMED, team_id: numberOf("team_id") },
  DateValue: { ...TIMED, date: textOf("date"), time: textOf("time"), icon: on(() => null) },
  TimelineValue: {
    ...TIMED,
    from: textOf("from"),
    to: textOf("to"),
    visualization_type: textOf("visualization_type"),
  },
  NumbersValue: {
    ...COMMON,
    number: on(({ raw }: Cell) => (raw === null ? null : Number(raw))),
    symbol: on(({ column }: Cell) => part(column.extra["unit"], "symbol") ?? null),
    direction: on(({ column }: Cell) => part(column.extra["unit"], "direction") ?? "left"),
  },
  TextValue: COMMON,
  LongTextValue: TIMED,
  DropdownValue: {
    ...COMMON,
    values: on(({ raw, column }: Cell) =>
      dropdownIds(raw).map((id) => ({ id: String(id), label: column.labels.get(String(id)) ?? "" })),
    ),
  },
  CheckboxValue: { ...TIMED, checked: on(({ raw }: Cell) => (raw === null ? null : isChecked(raw))) },
  LinkValue: { ...TIMED, url: textOf("url"), url_text: textOf("text") },
  EmailValue: { ...TIMED, email: textOf("email"), label: textOf("text") },
  PhoneValue: { ...TIMED, phone: textOf("phone"), country_short_name: textOf("countryShortName") },
  CountryValue: {
    ...TIMED,
    country: on(({ raw }: Cell) =>
      raw === null ? null : { code: scalarText(part(raw, "countryCode")), name: scalarText(part(raw, "countryName")) },
    ),
  },
  RatingValue: { ...TIMED, rating: numberOf("rating") },
  VoteValue: {
    ...TIMED,
    vote_count: on(({ raw }: Cell) => idsPart(raw, "votersIds").length),
    voter_ids: on(({ raw }: Cell) => idsPart(raw, "votersIds")),
    voters: on(({ raw }: Cell, _args, { state }) =>
      idsPart(raw, "votersIds").flatMap((id) => state.users.get(id) ?? []),
    ),
  },
  HourValue: { ...TIMED, hour: numberOf("hour"), minute: numberOf("minute") },
  WeekValue: {
    ...COMMON,
    start_date: on(({ raw }: Cell) => textPart(part(raw, "week"), "startDate")),
    end_date: on(({ raw }: Cell) => textPart(part(raw, "week"), "endDate")),
  },
  WorldClockValue: { ...TIMED, timezone: textOf("timezone") },
  LocationValue: {
    ...TIMED,
    address: textOf("address"),
    lat: numberOf("lat"),
    lng: numberOf("lng"),
    place_id: textOf("placeId"),
    city: on(({ raw }: Cell) => part(part(raw, "city"), "long_name") ?? null),
    city_short: on(({ raw }: Cell) => part(part(raw, "city"), "short_name") ?? null),
    country: on(({ raw }: Cell) => part(part(raw, "country"), "long_name") ?? null),
    country_short: on(({ raw }: Cell) => part(part(raw, "country"), "short_name") ?? null),
    street: on(({ raw }: Cell) => part(part(raw, "street"), "long_name") ?? null),
    street_short: on(({ raw }: Cell) => part(part(raw, "street"), "short_name") ?? null),
    street_number: on(({ raw }: Cell) => part(part(raw, "streetNumber"), "long_name") ?? null),
    street_number_short: on(({ raw }: Cell) => part(part(raw, "streetNumber"), "short_name") ?? null),
  },
  TagsValue: {
    ...COMMON,
    tag_ids: on(({ raw }: Cell) => idsPart(raw, "tag_ids").map(Number)),
    tags: on(({ raw }: Cell, _args, { state }) => idsPart(raw, "tag_ids").flatMap((id) => state.tags.get(id) ?? [])),
  },
  ColorPickerValue: { ...TIMED, color: on(({ raw }: Cell) => textPart(part(raw, "color"), "hex")) },
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
    creator: on(({ item }: Cell, _args, { state }) => state.users.get(item.creatorId) ?? [...state.users.values()][0]),
  },
  BoardRelationValue: { ...TIMED, linked_item_ids: linkedIds, linked_items: linkedItems, display_value: shown },
  DependencyValue: {
    ...TIMED,
    linked_item_ids: linkedIds,
    linked_items: linkedItems,
    display_value: shown,
    dependency_links: on(({ raw }: Cell) =>
      linkedItemIds(raw).map((id) => ({ linked_item_id: id, dependency_type: 0, lag: 0 })),
    ),
  },
  MirrorValue: {
    ...COMMON,
    display_value: shown,
    mirrored_items: on((cell: Cell, _args, { state }) =>
      linkedCells(state, cell).map(({ board, item, cell: value }) => ({
        linked_board: board,
        linked_board_id: board.id,
        linked_item: item,
        mirrored_value: value,
      })),
    ),
  },
  FormulaValue: {
    ...COMMON,
    display_value: on((cell: Cell, _args, { state, budget }) => {
      budget.spendFormula();
      return displayValue(state, cell);
    }),
  },
  ItemIdValue: { ...COMMON, item_id: on((cell: Cell) => itemIdText(cell)) },
  SubtasksValue: {
    ...COMMON,
    display_value: shown,
    subitems: on(({ item }: Cell, _args, { state }) => subitemsOf(state, item)),
    subitems_ids: on(({ item }: Cell, _args, { state }) => subitemsOf(state, item).map((child) => child.id)),
  },
  ButtonValue: {
    ...COMMON,
    label: on(({ column }: Cell) => column.extra["button_text"] ?? "Click me"),
    color: on(({ column }: Cell) => column.extra["color"] ?? "#00c875"),
  },
  TimeTrackingValue: {
    ...TIMED,
    running: on(({ raw }: Cell) => part(raw, "running") === true || part(raw, "running") === "true"),
    duration: on(({ raw }: Cell) => numberPart(raw, "duration") ?? 0),
    started_at: on(({ raw }: Cell) => part(raw, "startDate") ?? null),
    history: on(() => []),
  },
  FileValue: {
    ...COMMON,
    files: on(({ raw }: Cell, _args, { state }) =>
      filesOf(raw).filter((file) => file.assetId === null || state.assets.has(file.assetId)),
    ),
  },
  FileAssetValue: {
    asset: assetOf,
    asset_id: on((file: FileEntry) => file.assetId),
    created_at: on((file: FileEntry) => file.createdAt),
    creator: fileCreator,
    creator_id: on((file: FileEntry) => file.createdBy),
    is_image: on((file: FileEntry) => /\.(?:png|jpe?g|gif|webp)$/iu.test(file.name)),
    name: on((file: FileEntry) => file.name),
  },
  FileLinkValue: {
    created_at: on((file: FileEntry) => file.createdAt),
    creator: fileCreator,
    creator_id: on((file: FileEntry) => file.createdBy),
    file_id: on((file: FileEntry) => file.name),
    kind: on(() => "link"),
  },
  DocValue: COMMON,
  ProgressValue: COMMON,
  IntegrationValue: { ...COMMON, entity_id: on(() => null), issue_id: on(() => null), issue_api_url: on(() => null) },
  GroupValue: {
    ...COMMON,
    group_id: on(({ item }: Cell) => item.groupId),
    group: on(({ board, item }: Cell) => {
      const group = board.groups.find((entry) => entry.id === item.groupId);
      return group === undefined ? null : { ...group, board };
    }),
  },
  UnsupportedValue: COMMON,
};
