import { HubError, parseInstant, toProblem } from "../../model/index.ts";
import type { Instant, Json, JsonObject, Reject, SourceRecord } from "../../model/index.ts";
import type { ActivityAnswer, CellAnswer, ItemAnswer } from "./answers.ts";
import { objectOf } from "./board-columns.ts";

/** Types whose text says no more than their value, or says it in names that change. */
const TEXT_IN_VALUE = new Set([
  "status",
  "people",
  "dropdown",
  "date",
  "timeline",
  "checkbox",
  "last_updated",
  "creation_log",
]);

/** Items of boards, and items of the hidden boards that hold subitems. */
export type ItemStream = "items" | "subitems";

/** An item as it is stored. */
export function itemRecord(item: ItemAnswer, stream: ItemStream): SourceRecord {
  const modifiedAt = item.updated_at === null ? undefined : parseInstant(item.updated_at);
  const { column_values: cells, ...own } = item;
  return {
    stream,
    id: item.id,
    content: { ...own, column_values: (cells ?? []).map(cellContent) },
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  };
}

/** A cell as it is stored. */
export function cellContent(cell: CellAnswer): JsonObject {
  const { id, type, value, text, ...own } = cell;
  const typed = Object.entries(own).filter(([, part]) => part !== undefined);
  return {
    id,
    type,
    value: typeof value === "string" ? value : ((value ?? null) as Json),
    ...(TEXT_IN_VALUE.has(type) ? {} : { text }),
    ...Object.fromEntries(typed),
  };
}

/** 17 digits of 100 ns since 1970, as milliseconds. */
export const activityInstant = (createdAt: string): Instant => Math.floor(Number(createdAt) / 10_000);

export interface ActivityPage {
  readonly records: readonly SourceRecord[];
  readonly rejects: readonly Reject[];
  /** Rows after which items have to be asked for by id: their stamp may not tell. */
  readonly lifecycle: readonly LifecycleRow[];
}

export interface LifecycleRow {
  readonly row: string;
  readonly at: Instant;
  readonly event: string;
  /** Empty where the row does not name them: then any item of the board may be meant. */
  readonly items: readonly string[];
  /** True for a move within the board; false for the end or the return of items. */
  readonly moved: boolean;
}

const ENDED = /(?:archive|delete|restore|into_board|from_board|move_subitem)/u;
const ABOUT_ITEMS = /pulse|item|group/u;
const MOVED = /^(?:batch_)?move_pulses?_(?:from|into)_group$/u;

/**
 * Rows of the log as members of their items. Rows about the board alone, and values of columns nobody asked for, are
 * left out; a row about many items becomes one member each.
 */
export function activityRecords(
  rows: readonly ActivityAnswer[],
  columns: ReadonlySet<string>,
  stream: ItemStream = "items",
): ActivityPage {
  const records: SourceRecord[] = [];
  const rejects: Reject[] = [];
  const lifecycle: ActivityPage["lifecycle"][number][] = [];
  for (const row of rows) {
    const data = objectOf(row.data);
    if (data === undefined) {
      rejects.push(unreadable(row));
      continue;
    }
    const single = data["pulse_id"] ?? objectOf(data["pulse"])?.["id"] ?? data["item_id"];
    const many = Array.isArray(data["pulse_ids"]) ? data["pulse_ids"] : [];
    const items = (single === undefined || single === null ? many : [single]).map(idText).filter((id) => id !== "");
    const moved = MOVED.test(row.event);
    if (moved || (ENDED.test(row.event) && ABOUT_ITEMS.test(row.event))) {
      lifecycle.push({ row: row.id, at: activityInstant(row.created_at), event: row.event, items, moved });
    }
    const column = data["column_id"];
    if (typeof column === "string" && !columns.has(column)) continue;
    const { pulse_ids: _ids, pulse_name: _name, ...kept } = selectedData(data, columns);
    for (const item of items) {
      records.push({
        stream: "activity_logs",
        id: items.length === 1 ? row.id : `${row.id}:${item}`,
        member: { stream, id: item },
        content: { id: row.id, event: row.event, user_id: row.user_id, created_at: row.created_at, data: kept },
        modifiedAt: activityInstant(row.created_at),
      });
    }
  }
  return { records, rejects, lifecycle };
}

const idText = (id: Json | undefined): string => (typeof id === "number" || typeof id === "string" ? String(id) : "");

/** Initial values of a new item hold every column; only those asked for are kept. */
function selectedData(data: JsonObject, columns: ReadonlySet<string>): JsonObject {
  const initial = objectOf(data["column_values_json"]);
  if (initial === undefined) return data;
  const kept = Object.fromEntries(Object.entries(initial).filter(([id]) => columns.has(id)));
  return { ...data, column_values_json: kept };
}

function unreadable(row: ActivityAnswer): Reject {
  const error = new HubError("HUB-1514", `The activity row ${row.id} (${row.event}) holds no JSON.`, {
    disposition: "skip-record",
    place: { system: "monday", stream: "activity_logs", record: row.id },
    remedy: "Look at the item in monday.com; its history may lack this step.",
  });
  return {
    stream: "activity_logs",
    id: row.id,
    content: { event: row.event, created_at: row.created_at },
    problem: toProblem(error),
  };
}
