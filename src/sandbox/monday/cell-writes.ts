import type { GraphQLError } from "graphql";
import { part, textPart } from "./cell-parts.ts";
import { scalarText } from "./scalar-text.ts";
import { mondayError } from "./errors.ts";
import type { Column } from "./parts.ts";

/** Column types no write may touch. */
const READ_ONLY = new Set([
  "last_updated",
  "creation_log",
  "mirror",
  "formula",
  "subtasks",
  "item_id",
  "auto_number",
  "button",
  "progress",
  "doc",
  "direct_doc",
  "time_tracking",
  "group",
]);

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
    case "long_text": {
      const text = typeof input === "string" ? input : scalarText(part(input, "text"));
      if (text.length > 2000) throw refused(column, input, "long text is limited to 2,000 characters");
      return text === "" ? null : { text };
    }
    case "checkbox":
      return isTrue(typeof input === "object" ? part(input, "checked") : input) ? { checked: true } : null;
    case "link":
      return labelled(column, input, "url", /^\S+$/u);
    case "email":
      return labelled(column, input, "email", /^\S+@\S+$/u);
    case "phone": {
      const [phone, country] =
        typeof input === "string" ? input.split(" ") : [part(input, "phone"), part(input, "countryShortName")];
      if (!/^[+\d() -]+$/u.test(scalarText(phone))) throw refused(column, input, "invalid phone number");
      return { phone: scalarText(phone), countryShortName: scalarText(country) };
    }
    case "country": {
      const [code, name] =
        typeof input === "string" ? input.split(/ (.*)/u) : [part(input, "countryCode"), part(input, "countryName")];
      if (!/^[A-Z]{2}$/u.test(scalarText(code))) throw refused(column, input, "invalid country code");
      return { countryCode: code, countryName: scalarText(name) };
    }
    case "rating": {
      const rating = Number(typeof input === "object" ? part(input, "rating") : input);
      if (!Number.isInteger(rating) || rating < 0) throw refused(column, input, "invalid rating");
      return rating === 0 ? null : { rating };
    }
    case "hour": {
      const [hour, minute] =
        typeof input === "string" ? input.split(":").map(Number) : [part(input, "hour"), part(input, "minute") ?? 0];
      if (!(Number(hour) >= 0 && Number(hour) < 24)) throw refused(column, input, "invalid hour");
      return { hour: Number(hour), minute: Number(minute ?? 0) };
    }
    case "week": {
      const given = typeof input === "string" ? splitRange(input) : (part(input, "week") ?? input);
      const from = part(given, "startDate") ?? part(given, "from");
      const to = part(given, "endDate") ?? part(given, "to");
      if (!isDay(from) || !isDay(to)) throw refused(column, input, "invalid week: startDate and endDate are days");
      return { week: { startDate: from, endDate: to } };
    }
    case "world_clock": {
      const zone = typeof input === "string" ? input : textPart(input, "timezone");
      if (zone === null || !/^[A-Za-z_]+(?:\/[\w+-]+)*$/u.test(zone)) throw refused(column, input, "invalid timezone");
      return { timezone: zone };
    }
    case "location": {
      const [lat, lng] = typeof input === "string" ? input.split(" ") : [part(input, "lat"), part(input, "lng")];
      if (Math.abs(Number(lat)) > 90 || Math.abs(Number(lng)) > 180 || Number.isNaN(Number(lat)))
        throw refused(column, input, "invalid location: lat and lng are needed");
      const address =
        typeof input === "string" ? input.split(" ").slice(2).join(" ") : scalarText(part(input, "address"));
      return { ...(typeof input === "object" ? input : {}), lat: scalarText(lat), lng: scalarText(lng), address };
    }
    case "tags":
      return idList(column, typeof input === "string" ? { tag_ids: input.split(/,\s*/u) } : input, "tag_ids");
    case "vote":
      return idList(column, input, "votersIds");
    case "color_picker": {
      const hex = textPart(part(input, "color"), "hex") ?? textPart(input, "hex") ?? scalarText(input);
      if (!/^#[0-9a-f]{6}$/iu.test(hex)) throw refused(column, input, "invalid color");
      return { color: { hex } };
    }
    case "team":
      return { team_id: Number(typeof input === "object" ? part(input, "team_id") : input) };
    case "person":
      return { personId: Number(typeof input === "object" ? part(input, "personId") : input) };
    case "file":
      if (part(input, "clear_all") === true) return null;
      throw refused(column, input, "files are added with add_file_to_column");
    case "board_relation":
    case "dependency":
      return idList(column, input, "item_ids");
    default:
      return input;
  }
}

/** A list of numeric ids under a key; an empty list clears the cell. */
function idList(column: Column, input: unknown, key: string): Record<string, number[]> | null {
  const ids = part(input, key);
  if (!Array.isArray(ids) || ids.some((id) => !Number.isFinite(Number(id)))) {
    throw refused(column, input, `invalid value: ${key} is a list of ids`);
  }
  return ids.length === 0 ? null : { [key]: ids.map(Number) };
}

/** A value with a text to show for it: an object, or both in one text. */
function labelled(column: Column, input: unknown, key: string, valid: RegExp): Record<string, string> {
  const [value, text] =
    typeof input === "string"
      ? [input.split(" ")[0], input.split(" ").slice(1).join(" ")]
      : [part(input, key), part(input, "text")];
  if (typeof value !== "string" || !valid.test(value)) throw refused(column, input, `invalid ${key}`);
  return { [key]: value, text: typeof text === "string" && text !== "" ? text : value };
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
  if (label.length > 30) throw refused(column, input, "label text is limited to 30 characters");
  return { index: addLabel(column, label) };
}

function labelMissing(column: Column, label: unknown): string {
  const possible = [...column.labels].map(([index, text]) => `${index}: ${text}`).join(", ");
  return `This status label doesn't exist, possible statuses are: {${possible}} (got ${scalarText(label)})`;
}

function addLabel(column: Column, label: string): number {
  let next = column.type === "dropdown" ? 1 : 0;
  while (column.labels.has(String(next)) || (column.type === "status" && next === 5)) next += 1;
  column.labels.set(String(next), label);
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
