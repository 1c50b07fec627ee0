import { dropdownIds, linkedItemIds, numericPerson, part, peopleOf, statusIndex, textPart } from "./cell-parts.ts";
import { labelStyle } from "./column-settings.ts";
import type { Column } from "./parts.ts";
import { scalarText } from "./scalar-text.ts";

const INTERNAL_NAMES: Readonly<Record<string, string>> = {
  status: "color",
  people: "multiple-person",
  numbers: "numeric",
  timeline: "timerange",
  long_text: "long-text",
  checkbox: "boolean",
  board_relation: "board-relation",
  mirror: "lookup",
  last_updated: "pulse-updated",
  creation_log: "pulse-log",
  item_id: "pulse-id",
  auto_number: "auto-number",
  color_picker: "color-picker",
  time_tracking: "duration",
  tags: "tag",
};

/** The internal name of a column type, as activity rows and webhooks carry it. */
export const logType = (type: string): string => INTERNAL_NAMES[type] ?? type;

/** The value object an activity row carries for a cell, null when the cell is empty (reference monday.md §8). */
export function logValue(column: Column, raw: unknown): Record<string, unknown> | null {
  if (raw === null || raw === undefined) return null;
  switch (column.type) {
    case "status": {
      const index = statusIndex(raw);
      if (index === null) return null;
      return {
        label: {
          index,
          text: column.labels.get(String(index)) ?? "",
          style: labelStyle(index),
          is_done: column.doneIndexes.includes(index),
        },
        post_id: null,
      };
    }
    case "people":
      return { personsAndTeams: peopleOf(raw).map(numericPerson) };
    case "numbers":
      return { value: Number(raw) };
    case "text":
      return { value: scalarText(raw) };
    case "dropdown":
      return { chosenValues: dropdownIds(raw).map((id) => ({ id, name: column.labels.get(String(id)) ?? "" })) };
    case "date":
      return {
        date: textPart(raw, "date"),
        icon: null,
        time: textPart(raw, "time"),
        ...(part(raw, "changed_at") === undefined ? {} : { changed_at: part(raw, "changed_at") }),
      };
    case "board_relation":
    case "dependency":
      return { linkedPulseIds: linkedItemIds(raw).map((id) => ({ linkedPulseId: Number(id) })) };
    default:
      return typeof raw === "object" ? { ...raw } : { value: raw };
  }
}
