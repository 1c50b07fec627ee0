import { canonicalJson, isJsonObject } from "../../model/index.ts";
import type { ActorEvidence, FieldValue, Instant, Json, Precision, Transition } from "../../model/index.ts";
import { groupOf, subjectOf } from "./activity-rows.ts";
import type { Row } from "./activity-rows.ts";
import { scalar } from "./field-values.ts";

/** A per-item row and a batch row of the same change lie at most this far apart (reference monday.md §8). */
const BATCH_ECHO_MS = 60_000;

/** The item's beginning, as the log or else the item tells it. */
export interface Beginning {
  readonly at: Instant;
  readonly precision: Precision;
  readonly by: ActorEvidence;
  readonly source: Transition["source"];
  /** The `create_pulse` row, when the log reaches back to it. */
  readonly row: Row | null;
}

/** What one field's history is rebuilt from. */
export interface FieldHistory {
  readonly field: string;
  /** Column id, `group` or `name`. */
  readonly subject: string;
  /** A value of the log in the model's form. */
  readonly read: (raw: Json | undefined) => FieldValue;
  /** The value the `create_pulse` row gives; undefined when it gives none. */
  readonly initial: FieldValue | undefined;
  readonly current: FieldValue;
}

export interface Rebuilt {
  readonly transitions: readonly Transition[];
  readonly gap: boolean;
}

interface Change {
  readonly row: Row;
  /** Undefined for a batch row, which does not tell. */
  readonly from: FieldValue | undefined;
  readonly to: FieldValue;
}

/**
 * Rebuilds one field's transitions by the rules of reference monday.md §8: rows that change nothing are dropped, batch
 * rows only stand in where an item has none of its own, and the first state is the initial value, else what the first
 * change left; without any change the present value holds since creation when the log reaches back that far.
 */
export function rebuild(history: FieldHistory, rows: readonly Row[], beginning: Beginning | null): Rebuilt {
  const changes = changesOf(history, rows);
  const transitions: Transition[] = [];
  let gap = false;
  let held = firstState(history, changes, beginning);
  if (held === undefined) {
    gap = history.current !== null || changes.length > 0;
    held = null;
  } else if (held !== null && beginning !== null) {
    transitions.push({
      field: history.field,
      from: null,
      to: held,
      at: Math.min(beginning.at, changes[0]?.row.at ?? beginning.at),
      precision: beginning.precision,
      by: beginning.by,
      source: beginning.source,
      sequence: beginning.row?.sequence ?? 0,
    });
    gap = beginning.row === null;
  }
  for (const { row, from, to } of changes) {
    if (from !== undefined && !same(from, held)) gap = true;
    const left = from ?? held;
    if (same(left, to)) continue;
    const source = { stream: "activity_logs", id: row.id };
    transitions.push({
      field: history.field,
      from: left,
      to,
      at: row.at,
      precision: "ms",
      by: row.by,
      source,
      sequence: row.sequence,
    });
    held = to;
  }
  return { transitions, gap: gap || !same(held, history.current) };
}

/** Undefined when nobody knows. */
function firstState(
  history: FieldHistory,
  changes: readonly Change[],
  beginning: Beginning | null,
): FieldValue | undefined {
  if (history.initial !== undefined) return history.initial;
  const [first] = changes;
  if (first !== undefined) return first.from ?? (beginning?.row == null ? undefined : null);
  return beginning?.row == null ? undefined : history.current;
}

function changesOf(history: FieldHistory, rows: readonly Row[]): readonly Change[] {
  const own: Change[] = [];
  const batches: Change[] = [];
  for (const row of rows) {
    if (subjectOf(row) !== history.subject) continue;
    const change = changeOf(history, row);
    if (isSecondHand(row)) batches.push(change);
    else own.push(change);
  }
  const alone = batches.filter(
    (batch) =>
      !own.some((change) => same(change.to, batch.to) && Math.abs(change.row.at - batch.row.at) <= BATCH_ECHO_MS),
  );
  return alone.length === 0 ? own : [...own, ...alone].sort((a, b) => a.row.sequence - b.row.sequence);
}

/** Rows that tell again, or for many, what an item's own row tells: they count only where it has none. */
const isSecondHand = ({ event }: Row): boolean => event.startsWith("batch_") || event === "move_pulse_into_group";

function changeOf(history: FieldHistory, row: Row): Change {
  if (history.subject === "group") {
    const [from, to] = [groupOf(row, "source_group"), groupOf(row, "dest_group")];
    return {
      row,
      from: from === "" || row.event.startsWith("batch_") ? undefined : groupValue(row, "source_group", from),
      to: groupValue(row, "dest_group", to),
    };
  }
  if (row.event.startsWith("batch_")) return { row, from: undefined, to: history.read(row.data["value"]) };
  return { row, from: history.read(row.data["previous_value"]), to: history.read(row.data["value"]) };
}

function groupValue(row: Row, side: "source_group" | "dest_group", id: string): FieldValue {
  const group = row.data[side];
  return id === "" ? null : { option: id, name: isJsonObject(group) ? scalar(group["title"]) : id };
}

/** Choices are the same while their id is, whatever their label is called. */
export function same(a: FieldValue, b: FieldValue): boolean {
  return canonicalJson(identity(a)) === canonicalJson(identity(b));
}

function identity(value: FieldValue): unknown {
  // A box that was never ticked is empty, one that was unticked is false.
  if (value === false) return null;
  if (isList(value)) return value.map(identity);
  return typeof value === "object" && value !== null && "option" in value ? { option: value.option } : value;
}

const isList = (value: FieldValue): value is readonly FieldValue[] => Array.isArray(value);
