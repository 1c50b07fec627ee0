import { HubError, isJsonObject, parseInstant } from "../../model/index.ts";
import type { Entity, FieldValue, JsonObject, NormalisedEntity, Transition } from "../../model/index.ts";
import type { Normaliser, NormaliserOptions } from "../kit/index.ts";
import { actor, sortedRows } from "./activity-rows.ts";
import type { Row } from "./activity-rows.ts";
import type { BoardAnswer } from "./answers.ts";
import { namedColumns, objectOf, storedBoard } from "./board-columns.ts";
import type { NamedColumn } from "./board-columns.ts";
import { cellValue, columnValue, scalar } from "./field-values.ts";
import { rebuild } from "./transitions.ts";
import type { Beginning, FieldHistory } from "./transitions.ts";

/** Types whose values follow from others and have no history of their own. */
const DERIVED = new Set([
  "last_updated",
  "creation_log",
  "mirror",
  "formula",
  "item_id",
  "auto_number",
  "subtasks",
  "progress",
  "button",
]);

interface BoardView {
  readonly board: BoardAnswer | undefined;
  readonly columns: readonly NamedColumn[];
}

/**
 * Items by the titles of their board's columns, next to `id`, `name`, `state`, `group`, `board`, `creator`, `created_at`
 * and `updated_at`; subitems also by their `parent`. A timeline or week also offers `<title>.from` and `<title>.to`. Transitions exist for the name, the group
 * and every column whose values the log tells.
 */
export function mondayNormaliser({ references }: NormaliserOptions<unknown>): Normaliser {
  const views = new Map<string, BoardView>();
  const viewOf = (id: string, rows: readonly Row[]): BoardView => {
    const known = views.get(id);
    if (known !== undefined) return known;
    const board = storedBoard(references["boards"]?.get(id));
    if (board === undefined) return { board: undefined, columns: columnsFromRows(rows) };
    const view = { board, columns: namedColumns(board) };
    views.set(id, view);
    return view;
  };
  return (entity) => {
    if (entity.stream !== "items" && entity.stream !== "subitems") throw notAnItem(entity);
    const rows = sortedRows(entity);
    const boardId = scalar(objectOf(entity.content?.["board"])?.["id"]) || scalar(rows[0]?.data["board_id"]);
    return normalise(entity, rows, boardId, viewOf(boardId, rows));
  };
}

function normalise(entity: Entity, rows: readonly Row[], boardId: string, view: BoardView): NormalisedEntity {
  const { content, tombstone } = entity;
  const beginning = beginningOf(entity, rows);
  const fields: Record<string, FieldValue> = ownFields(entity, boardId, view);
  const transitions: Transition[] = [];
  const gaps: string[] = [];
  for (const history of historiesOf(entity, rows, fields, view, beginning)) {
    const rebuilt = rebuild(history, rows, beginning);
    transitions.push(...rebuilt.transitions);
    // Of an item that was never read itself, the log's last word is all there is.
    if (content === null) fields[history.field] = rebuilt.transitions.at(-1)?.to ?? null;
    else if (rebuilt.gap) gaps.push(history.field);
  }
  const { system, tenant, stream, id } = entity;
  return {
    key: { system, tenant, stream, id },
    fields,
    transitions: transitions.sort((a, b) => a.at - b.at || a.sequence - b.sequence),
    created: beginning === null ? null : { at: beginning.at, precision: beginning.precision, by: beginning.by },
    removed: tombstone,
    url: scalar(content?.["url"]) || null,
    gaps,
  };
}

function ownFields(entity: Entity, boardId: string, { board, columns }: BoardView): Record<string, FieldValue> {
  const content: JsonObject = entity.content ?? {};
  const creator = scalar(content["creator_id"]);
  const groupId = scalar(objectOf(content["group"])?.["id"]);
  const fields: Record<string, FieldValue> = {
    id: entity.id,
    name: scalar(content["name"]) || null,
    state: scalar(content["state"]) || null,
    group: groupId === "" ? null : { option: groupId, name: groupTitle(board, groupId) },
    board: boardId === "" ? null : { option: boardId, name: board?.name ?? boardId },
    creator: creator === "" || creator.startsWith("-") ? null : { person: creator },
    created_at: scalar(content["created_at"]) || null,
    updated_at: scalar(content["updated_at"]) || null,
  };
  const parent = scalar(objectOf(content["parent_item"])?.["id"]);
  if (entity.stream === "subitems") fields["parent"] = parent === "" ? null : { stream: "items", id: parent };
  const cells = cellsById(content);
  for (const column of columns) {
    const value = cellValue(column, cells.get(column.id));
    fields[column.field] = value;
    if (column.type !== "timeline" && column.type !== "week") continue;
    const [from, to] = Array.isArray(value) ? value : [null, null];
    fields[`${column.field}.from`] = from ?? null;
    fields[`${column.field}.to`] = to ?? null;
  }
  return fields;
}

const groupTitle = (board: BoardAnswer | undefined, id: string): string =>
  board?.groups?.find((group) => group.id === id)?.title ?? id;

function cellsById(content: JsonObject): ReadonlyMap<string, JsonObject> {
  const cells = content["column_values"];
  if (!Array.isArray(cells)) return new Map();
  return new Map(cells.filter((cell) => isJsonObject(cell)).map((cell) => [scalar(cell["id"]), cell]));
}

/** The fields whose history the log can tell; columns that were not asked for have neither value nor rows. */
function historiesOf(
  entity: Entity,
  rows: readonly Row[],
  fields: Readonly<Record<string, FieldValue>>,
  view: BoardView,
  beginning: Beginning | null,
): readonly FieldHistory[] {
  const created = beginning?.row?.data;
  const given = objectOf(created?.["column_values_json"]) ?? {};
  const group = scalar(created?.["group_id"]);
  const cells = cellsById(entity.content ?? {});
  const told = new Set(rows.map((row) => scalar(row.data["column_id"])));
  return [
    {
      field: "name",
      subject: "name",
      read: (raw) => scalar(objectOf(raw)?.["name"]) || null,
      initial: undefined,
      current: fields["name"] ?? null,
    },
    {
      field: "group",
      subject: "group",
      read: () => null,
      initial:
        group === ""
          ? undefined
          : { option: group, name: scalar(created?.["group_name"]) || groupTitle(view.board, group) },
      current: fields["group"] ?? null,
    },
    ...view.columns
      .filter(
        (column) =>
          !DERIVED.has(column.type) && (cells.has(column.id) || told.has(column.id) || given[column.id] !== undefined),
      )
      .map((column): FieldHistory => ({
        field: column.field,
        subject: column.id,
        read: (raw) => columnValue(column, raw),
        initial: given[column.id] === undefined ? undefined : columnValue(column, given[column.id]),
        current: fields[column.field] ?? null,
      })),
  ];
}

function beginningOf(entity: Entity, rows: readonly Row[]): Beginning | null {
  const row = rows.find(({ event }) => /^(?:create_pulse|batch_create_pulses|batch_duplicate_pulses)$/u.test(event));
  if (row !== undefined) {
    return { at: row.at, precision: "ms", by: row.by, source: { stream: "activity_logs", id: row.id }, row };
  }
  const at = parseInstant(scalar(entity.content?.["created_at"]));
  if (at === undefined) return null;
  const by = actor(scalar(entity.content?.["creator_id"]));
  return { at, precision: "s", by, source: { stream: entity.stream, id: entity.id }, row: null };
}

/** Of a board that is out of sight, the rows still tell what its columns were called. */
function columnsFromRows(rows: readonly Row[]): readonly NamedColumn[] {
  const columns = new Map<string, NamedColumn>();
  for (const { data } of rows) {
    const id = scalar(data["column_id"]);
    if (id === "") continue;
    columns.set(id, {
      id,
      field: scalar(data["column_title"]) || id,
      type: typeOf(scalar(data["column_type"])),
      labels: new Map(),
      formerly: [],
      hidden: false,
    });
  }
  return [...columns.values()];
}

/** The public name of a column type from its name in the log (reference monday.md §6). */
function typeOf(logged: string): string {
  const names: Record<string, string> = {
    color: "status",
    "multiple-person": "people",
    numeric: "numbers",
    timerange: "timeline",
    boolean: "checkbox",
    "long-text": "long_text",
    "board-relation": "board_relation",
    lookup: "mirror",
    "pulse-updated": "last_updated",
    "pulse-log": "creation_log",
    "pulse-id": "item_id",
    "auto-number": "auto_number",
    tag: "tags",
    votes: "vote",
    duration: "time_tracking",
    "color-picker": "color_picker",
    timezone: "world_clock",
  };
  return names[logged] ?? logged;
}

function notAnItem(entity: Entity): HubError {
  return new HubError("HUB-1515", `monday.com's ${entity.stream} are not mapped, only its items and subitems.`, {
    disposition: "skip-record",
    place: { system: "monday", stream: entity.stream, record: entity.id },
    remedy: "Map from the stream items or subitems.",
  });
}
