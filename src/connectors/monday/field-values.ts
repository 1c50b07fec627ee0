import { isJsonObject } from "../../model/index.ts";
import type { FieldValue, Json, JsonObject } from "../../model/index.ts";
import { objectOf, parseJson } from "./board-columns.ts";
import type { NamedColumn } from "./board-columns.ts";

/**
 * Brings a column's value to the model's form, whichever of monday.com's shapes it has: the cell's JSON text, the
 * object of an activity row, or the initial value in a `create_pulse` row (reference monday.md §6 and §8). Null when
 * empty. Labels are those of the row where it has one, else the column's present ones.
 */
export function columnValue(column: NamedColumn, raw: Json | undefined): FieldValue {
  const value = typeof raw === "string" && /^\s*["{[]/u.test(raw) ? ((parseJson(raw) as Json | undefined) ?? raw) : raw;
  if (value === undefined || value === null || value === "") return null;
  switch (column.type) {
    case "status":
      return statusValue(column, value);
    case "dropdown":
      return oneOrMany(dropdownValues(column, value));
    case "people":
    case "item_assignees":
      return oneOrMany(personIds(value).map((person) => ({ person })));
    case "board_relation":
    case "dependency":
      return oneOrMany(linkedIds(value).map((id) => ({ stream: "items", id })));
    case "subtasks":
      return oneOrMany(linkedIds(value).map((id) => ({ stream: "subitems", id })));
    case "date":
      return dateValue(value);
    case "timeline": {
      const [from, to] = [textOf(value, "from"), textOf(value, "to")];
      return from === null && to === null ? null : [from, to];
    }
    case "numbers": {
      const number = Number(scalar(inner(value)));
      return scalar(inner(value)) === "" || !Number.isFinite(number) ? null : number;
    }
    case "checkbox":
      return isJsonObject(value) ? value["checked"] === true || value["checked"] === "true" : value === true;
    case "link":
      return textOf(value, "url");
    case "email":
      return textOf(value, "email");
    case "phone":
      return textOf(value, "phone");
    case "last_updated":
      return textOf(value, "updated_at");
    case "creation_log":
      return textOf(value, "created_at");
    case "item_id":
      return textOf(value, "item_id");
    case "rating":
      return numberOf(value, "rating");
    case "auto_number":
      return numberOf(value, "value");
    case "progress":
      return numberOf(value, "value");
    case "time_tracking":
      return numberOf(value, "duration");
    case "week":
      return weekValue(value);
    case "hour":
      return hourValue(value);
    case "country": {
      const [code, name] = [textOf(value, "countryCode"), textOf(value, "countryName")];
      return code === null ? null : { option: code, name: name ?? code };
    }
    case "location":
      return textOf(value, "address");
    case "world_clock":
      return textOf(value, "timezone");
    case "color_picker":
      return isJsonObject(value) ? textOf(value["color"] ?? null, "hex") : null;
    case "vote":
      return oneOrMany(idsOf(value, "votersIds").map((person) => ({ person })));
    case "person":
      return oneOrMany(idsOf(value, "personId").map((person) => ({ person })));
    case "team":
      return oneOrMany(idsOf(value, "team_id").map((team) => ({ person: `team-${team}` })));
    case "tags":
      return oneOrMany(idsOf(value, "tag_ids").map((option) => ({ option, name: `#${option}` })));
    case "file":
    case "doc":
    case "direct_doc":
      return oneOrMany(fileNames(value));
    case "button":
      return textOf(value, "label");
    default: {
      const text = scalar(inner(value));
      return text === "" ? null : text;
    }
  }
}

function statusValue(column: NamedColumn, value: Json): FieldValue {
  if (!isJsonObject(value)) return null;
  const label = objectOf(value["label"]);
  const index = label?.["index"] ?? value["index"];
  if (typeof index !== "number" && typeof index !== "string") return null;
  const option = String(index);
  const told = label?.["text"];
  const name = typeof told === "string" && told !== "" ? told : (column.labels.get(option) ?? "");
  if (name !== "") return { option, name };
  // Index 5 is the blank label unless the board gave it a text; any other one without a text was deleted.
  return option === "5" ? null : { option, name: `#${option}` };
}

function dropdownValues(column: NamedColumn, value: Json): FieldValue[] {
  if (!isJsonObject(value)) return [];
  const chosen = value["chosenValues"];
  if (Array.isArray(chosen)) {
    return chosen.flatMap((entry: Json) =>
      isJsonObject(entry) ? [{ option: scalar(entry["id"]), name: scalar(entry["name"]) }] : [],
    );
  }
  const ids = value["ids"];
  return Array.isArray(ids)
    ? ids.map((id: Json) => ({ option: scalar(id), name: column.labels.get(scalar(id)) ?? "" }))
    : [];
}

/** Teams are named `team-<id>`, so that they are never taken for a user. */
function personIds(value: Json): string[] {
  const list = isJsonObject(value) ? value["personsAndTeams"] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: Json) => {
    if (!isJsonObject(entry)) return [];
    return [entry["kind"] === "team" ? `team-${scalar(entry["id"])}` : scalar(entry["id"])];
  });
}

function linkedIds(value: Json): string[] {
  if (Array.isArray(value)) return value.map((id: Json) => scalar(id));
  if (!isJsonObject(value)) return [];
  const list = value["linkedPulseIds"] ?? value["item_ids"];
  if (!Array.isArray(list)) return [];
  return list.map((entry: Json) => (isJsonObject(entry) ? scalar(entry["linkedPulseId"]) : scalar(entry)));
}

/** Ids under a key, whether it holds one or a list. */
function idsOf(value: Json, key: string): string[] {
  const held = isJsonObject(value) ? value[key] : undefined;
  const list: readonly Json[] = Array.isArray(held) ? held : held === undefined || held === null ? [] : [held];
  return list.map((id) => scalar(id)).filter((id) => id !== "");
}

function numberOf(value: Json, key: string): number | null {
  const text = scalar(isJsonObject(value) ? value[key] : value);
  return text === "" || !Number.isFinite(Number(text)) ? null : Number(text);
}

/** First and last day. */
function weekValue(value: Json): FieldValue {
  const week = isJsonObject(value) ? (value["week"] ?? value) : null;
  const [from, to] = [textOf(week, "startDate"), textOf(week, "endDate")];
  return from === null && to === null ? null : [from, to];
}

/** `09:30`. */
function hourValue(value: Json): FieldValue {
  const [hour, minute] = [numberOf(value, "hour"), numberOf(value, "minute")];
  if (!isJsonObject(value) || hour === null) return null;
  return `${String(hour).padStart(2, "0")}:${String(minute ?? 0).padStart(2, "0")}`;
}

function fileNames(value: Json): string[] {
  const files = isJsonObject(value) ? value["files"] : undefined;
  if (!Array.isArray(files)) return [];
  return files.map((file: Json) => textOf(file, "name") ?? "").filter((name) => name !== "");
}

/** A day, or an instant where the cell has a time; monday.com keeps both in UTC. */
function dateValue(value: Json): FieldValue {
  const day = typeof value === "string" ? value : textOf(value, "date");
  if (day === null) return null;
  const time = textOf(value, "time");
  return time === null ? day : `${day}T${time}Z`;
}

const inner = (value: Json): Json | undefined => (isJsonObject(value) ? (value["value"] ?? value["text"]) : value);

function textOf(value: Json, key: string): string | null {
  const text = isJsonObject(value) ? value[key] : undefined;
  return typeof text === "string" && text !== "" ? text : null;
}

/** The text of a scalar, empty for anything else. */
export function scalar(value: Json | undefined): string {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";
}

function oneOrMany(values: readonly FieldValue[]): FieldValue {
  return values.length === 0 ? null : values.length === 1 ? (values[0] ?? null) : values;
}

/** The current value of a stored cell. */
export function cellValue(column: NamedColumn, cell: JsonObject | undefined): FieldValue {
  if (cell === undefined) return null;
  const linked = cell["linked_item_ids"] ?? cell["subitems_ids"];
  if (linked !== undefined) return columnValue(column, linked);
  if (column.type === "mirror" || column.type === "formula") return derived(column, cell["display_value"]);
  if (column.type === "time_tracking" && typeof cell["duration"] === "number") return cell["duration"];
  if (column.type === "tags") return tagValue(column, cell);
  if (column.type === "auto_number" || column.type === "progress") return columnValue(column, cell["text"]);
  const value = columnValue(column, cell["value"]);
  if (value !== null || typeof cell["text"] !== "string" || cell["text"] === "") return value;
  return cell["value"] === null || cell["value"] === undefined ? null : cell["text"];
}

/** What a mirror or formula shows; a formula's number as a number. Null when it shows nothing. */
function derived(column: NamedColumn, shown: Json | undefined): FieldValue {
  if (typeof shown !== "string" || shown === "") return null;
  return column.type === "formula" && /^-?\d+(?:\.\d+)?$/u.test(shown) ? Number(shown) : shown;
}

/** Tags by id; their names stand in the text, in the same order. */
function tagValue(column: NamedColumn, cell: JsonObject): FieldValue {
  const value = columnValue(column, cell["value"]);
  const tags = value === null ? [] : Array.isArray(value) ? value : [value];
  const names = typeof cell["text"] === "string" ? cell["text"].split(", ") : [];
  if (names.length !== tags.length) return value;
  return oneOrMany(
    tags.map((tag: FieldValue, i) =>
      typeof tag === "object" && tag !== null && "option" in tag ? { option: tag.option, name: names[i] ?? "" } : tag,
    ),
  );
}
