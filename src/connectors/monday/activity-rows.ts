import { isJsonObject } from "../../model/index.ts";
import type { ActorEvidence, Entity, Instant, JsonObject } from "../../model/index.ts";
import { canonicalJson } from "../../model/index.ts";
import { scalar } from "./field-values.ts";
import { activityInstant } from "./item-records.ts";

/** A row of an item's log as the normaliser reads it. */
export interface Row {
  readonly id: string;
  readonly event: string;
  readonly at: Instant;
  readonly by: ActorEvidence;
  readonly data: JsonObject;
  /** Place in the log, oldest first. */
  readonly sequence: number;
}

/** Rows in the order of (time, id); undone moves are left out with what undid them (reference monday.md §8). */
export function sortedRows(entity: Entity): readonly Row[] {
  const rows = entity.members
    .filter((member) => member.stream === "activity_logs")
    .map(({ id, content }) => ({ id, content, time: scalar(content["created_at"]).padStart(20, "0") }))
    .sort((a, b) => (a.time === b.time ? (a.id < b.id ? -1 : 1) : a.time < b.time ? -1 : 1))
    .map(({ id, content }, sequence): Row => ({
      id,
      event: scalar(content["event"]),
      at: activityInstant(scalar(content["created_at"])),
      by: actor(scalar(content["user_id"])),
      data: isJsonObject(content["data"]) ? content["data"] : {},
      sequence,
    }));
  return withoutUndone(rows);
}

/** Automations and the system itself have negative ids; a user's id does not tell whether a program acted for them. */
export function actor(userId: string): ActorEvidence {
  if (userId.startsWith("-")) return { person: null, kind: "automation" };
  return { person: userId === "" ? null : userId, kind: "unknown" };
}

/** What a row changed: the column, the group or the name. */
export function subjectOf(row: Row): string | null {
  switch (row.event) {
    case "update_column_value":
    case "batch_change_pulses_column_value":
      return scalar(row.data["column_id"]);
    case "move_pulse_from_group":
    case "move_pulse_into_group":
    case "batch_move_pulses_from_group":
    case "batch_move_pulses_into_group":
      return "group";
    case "update_name":
      return "name";
    default:
      return null;
  }
}

function withoutUndone(rows: readonly Row[]): readonly Row[] {
  const dropped = new Set<string>();
  for (const row of rows) {
    if (row.data["is_undo_action"] !== true) continue;
    dropped.add(row.id);
    // Of one instant, the ids do not tell which came first.
    const undone = rows.findLast(
      (other) =>
        other.at <= row.at && other.data["is_undo_action"] !== true && !dropped.has(other.id) && isUndoneBy(other, row),
    );
    if (undone !== undefined) dropped.add(undone.id);
  }
  return dropped.size === 0 ? rows : rows.filter((row) => !dropped.has(row.id));
}

function isUndoneBy(row: Row, undo: Row): boolean {
  if (subjectOf(row) === null || subjectOf(row) !== subjectOf(undo)) return false;
  const [from, to] = ends(row);
  const [undoFrom, undoTo] = ends(undo);
  return canonicalJson(from) === canonicalJson(undoTo) && canonicalJson(to) === canonicalJson(undoFrom);
}

/** What a row changed from and to, in comparable form. */
function ends(row: Row): [unknown, unknown] {
  if (subjectOf(row) === "group") return [groupOf(row, "source_group"), groupOf(row, "dest_group")];
  return [core(row.data["previous_value"]), core(row.data["value"])];
}

/** The id of a group a move names. */
export function groupOf(row: Row, side: "source_group" | "dest_group"): string {
  const group = row.data[side];
  const id = isJsonObject(group) ? scalar(group["id"]) : "";
  // A row about leaving a group carries the group left, one about entering a group the one entered.
  const own = row.event.includes("into_group") ? "dest_group" : "source_group";
  return id === "" && side === own ? scalar(row.data["group_id"]) : id;
}

/** Labels are compared by index: texts and styles may have been edited in between. */
function core(value: unknown): unknown {
  if (!isJsonObject(value)) return value ?? null;
  const label = value["label"];
  return isJsonObject(label) ? (label["index"] ?? null) : value;
}
