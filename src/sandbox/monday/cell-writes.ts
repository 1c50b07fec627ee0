import type { GraphQLError } from "graphql";
import { part } from "./cells.ts";
import { scalarText } from "./scalar-text.ts";
import { mondayError } from "./errors.ts";
import type { Column } from "./parts.ts";

/** Column types no write may touch. */
const READ_ONLY = new Set(["last_updated", "creation_log", "mirror", "formula", "subtasks", "item_id", "auto_number"]);

function refused(column: Column, value: unknown, why: string): GraphQLError {
  return mondayError("ColumnValueException", why, {
    column_value: JSON.stringify(value),
    column_id: column.id,
    column_type: column.type,
  });
}

/**
 * Turns the write form of a cell (reference monday.md §6, last column of the table; simple strings too) into the value
 * object stored, or null to clear.
 * @throws ColumnValueException for a value the column cannot hold, naming the possible labels where it has labels.
 */
export function parseCell(column: Column, input: unknown, createLabels: boolean): unknown {
  if (READ_ONLY.has(column.type))
    throw refused(column, input, `column ${column.id} of type ${column.type} is read-only`);
  if (input === null || input === "" || (typeof input === "object" && Object.keys(input).length === 0)) return null;
  switch (column.type) {
    case "status":
      return parseStatus(column, input, createLabels);
    case "dropdown":
      return parseDropdown(column, input, createLabels);
    case "people":
      return parsePeople(column, input);
    case "date":
      return parseDate(column, input);
    case "timeline": {
      const range =
        typeof input === "string" ? splitRange(input) : { from: part(input, "from"), to: part(input, "to") };
      if (!isDay(range.from) || !isDay(range.to))
        throw refused(column, input, "invalid timeline: from and to are days");
      return { from: range.from, to: range.to };
    }
    case "numbers":
      if (!["string", "number"].includes(typeof input) || !Number.isFinite(Number(input))) {
        throw refused(column, input, "invalid value, please check our API documentation for the numbers column");
      }
      return scalarText(input);
    case "text":
      return typeof input === "string" ? input : JSON.stringify(input);
    case "long_text":
      return { text: typeof input === "string" ? input : scalarText(part(input, "text")) };
    case "checkbox":
      return isTrue(typeof input === "object" ? part(input, "checked") : input) ? { checked: true } : null;
    case "link":
      return parseLink(column, input);
    case "board_relation": {
      const ids = part(input, "item_ids");
      if (!Array.isArray(ids)) throw refused(column, input, "invalid value: item_ids is a list of item ids");
      return ids.length === 0 ? null : { item_ids: ids.map(Number) };
    }
    default:
      return input;
  }
}

const isTrue = (value: unknown): boolean => value === true || value === "true" || value === "v";
const isDay = (value: unknown): value is string => typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/u.test(value);

function splitRange(text: string): { from: unknown; to: unknown } {
  const [from, to] = text.split(/\s+-\s+|,\s*|\s+/u);
  return { from, to };
}

function parseStatus(column: Column, input: unknown, createLabels: boolean): { index: number } {
  const index = typeof input === "object" ? part(input, "index") : undefined;
  if (index !== undefined && index !== null) {
    if (!column.labels.has(scalarText(index)) && Number(index) !== 5)
      throw refused(column, input, labelMissing(column, index));
    return { index: Number(index) };
  }
  const label = scalarText(typeof input === "object" ? part(input, "label") : input);
  for (const [key, text] of column.labels) if (text === label) return { index: Number(key) };
  if (typeof input === "string" && column.labels.has(input)) return { index: Number(input) };
  if (!createLabels) throw refused(column, input, labelMissing(column, label));
  return { index: addLabel(column, label) };
}

function labelMissing(column: Column, label: unknown): string {
  const possible = [...column.labels].map(([index, text]) => `${index}: ${text}`).join(", ");
  return `This status label doesn't exist, possible statuses are: {${possible}} (got ${scalarText(label)})`;
}

function addLabel(column: Column, label: string): number {
  let next = column.type === "dropdown" ? 1 : 0;
  while (column.labels.has(String(next)) || (column.type === "status" && next === 5)) next += 1;
  column.labels.set(String(next), label.slice(0, 30));
  return next;
}

function parseDropdown(column: Column, input: unknown, createLabels: boolean): { ids: number[] } {
  const ids = part(input, "ids");
  if (Array.isArray(ids)) {
    for (const id of ids) if (!column.labels.has(String(id))) throw refused(column, input, dropdownMissing(column));
    return { ids: ids.map(Number) };
  }
  const given = typeof input === "string" ? input.split(/,\s*/u) : part(input, "labels");
  if (!Array.isArray(given)) throw refused(column, input, "invalid value: give ids or labels");
  return {
    ids: given.map((label: unknown) => {
      for (const [id, text] of column.labels) if (text === scalarText(label)) return Number(id);
      if (!createLabels) throw refused(column, input, dropdownMissing(column));
      return addLabel(column, scalarText(label));
    }),
  };
}

function dropdownMissing(column: Column): string {
  const possible = [...column.labels].map(([id, text]) => `${id}: ${text}`).join(", ");
  return `The dropdown label does not exist, possible labels are: {${possible}}`;
}

function parsePeople(column: Column, input: unknown): unknown {
  if (typeof input === "string" || typeof input === "number") {
    const ids = String(input).split(/,\s*/u).map(Number);
    if (ids.some((id) => !Number.isInteger(id))) throw refused(column, input, "invalid value: people are given by id");
    return { personsAndTeams: ids.map((id) => ({ id, kind: "person" })) };
  }
  const list = part(input, "personsAndTeams");
  if (!Array.isArray(list)) throw refused(column, input, "invalid value: personsAndTeams is a list");
  if (list.length === 0) return null;
  return {
    personsAndTeams: list.map((entry: unknown) => ({
      id: Number(part(entry, "id")),
      kind: scalarText(part(entry, "kind")),
    })),
  };
}

function parseDate(column: Column, input: unknown): unknown {
  const [day, clock] = typeof input === "string" ? input.split(" ") : [part(input, "date"), part(input, "time")];
  if (!isDay(day)) throw refused(column, input, "invalid date: the format is YYYY-MM-DD");
  return typeof clock === "string" && clock !== "" ? { date: day, time: clock } : { date: day };
}

function parseLink(column: Column, input: unknown): unknown {
  const [url, text] =
    typeof input === "string"
      ? [input.split(" ")[0], input.split(" ").slice(1).join(" ")]
      : [part(input, "url"), part(input, "text")];
  if (typeof url !== "string" || url === "") throw refused(column, input, "invalid link: url is required");
  return { url, text: typeof text === "string" && text !== "" ? text : url };
}
