import type { MondayColumnSeed, MondayColumnType, MondayItemSeed, MondayToldCell } from "../seeds.ts";
import { idIn, object, objects, text } from "./given.ts";
import type { Content, Json } from "./given.ts";

const TYPES: ReadonlySet<string> = new Set<MondayColumnSeed["type"]>([
  "name",
  "status",
  "people",
  "date",
  "timeline",
  "numbers",
  "text",
  "dropdown",
  "checkbox",
  "link",
  "long_text",
  "email",
  "phone",
  "country",
  "rating",
  "vote",
  "hour",
  "week",
  "world_clock",
  "location",
  "tags",
  "color_picker",
  "board_relation",
  "mirror",
  "dependency",
  "formula",
  "item_id",
  "creation_log",
  "last_updated",
  "auto_number",
  "time_tracking",
  "file",
  "doc",
  "direct_doc",
  "group",
  "person",
  "progress",
  "button",
  "subtasks",
  "team",
]);

function isColumnType(type: string | null): type is MondayColumnType | "name" {
  return type !== null && TYPES.has(type);
}

/** JSON of a text; the value itself when it is none. */
export function parsed(value: Json | undefined): Json {
  if (typeof value !== "string") return value ?? null;
  try {
    return JSON.parse(value) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}

/** A column with its settings as they were given; a type the stand-in does not have is text. */
export function columnSeed(column: Content): MondayColumnSeed[] {
  const id = text(column["id"]);
  if (id === null) return [];
  const type = text(column["type"]);
  const settingsText = text(column["settings_str"]);
  const settings = object(parsed(column["settings_str"])) ?? {};
  const labels = labelsIn(settings["labels"]);
  const { done_colors: done } = settings;
  return [
    {
      id,
      title: text(column["title"]) ?? "",
      type: isColumnType(type) ? type : "text",
      ...(settingsText !== null && { settingsText }),
      ...(labels === null ? { settings } : { labels }),
      ...(Array.isArray(done) && { doneIndexes: done.filter((each) => typeof each === "number") }),
    },
  ];
}

/** Label texts by status index or dropdown id. */
function labelsIn(labels: Json | undefined): Record<string, string> | null {
  if (Array.isArray(labels)) {
    return Object.fromEntries(
      objects(labels).map(({ id, name, label }) => [idIn(id) ?? "", text(name) ?? text(label) ?? ""] as const),
    );
  }
  const byIndex = object(labels);
  if (byIndex === null) return null;
  return Object.fromEntries(
    Object.entries(byIndex).flatMap(([key, label]) => (typeof label === "string" ? [[key, label]] : [])),
  );
}

/** Columns that tell of the item itself and change with it. */
const OF_THE_ITEM: ReadonlySet<string> = new Set(["last_updated", "creation_log", "item_id", "auto_number"]);

/** The cells of an item: their values, and how they were told. */
export function valuesIn(cells: readonly Content[]): Pick<MondayItemSeed, "values" | "told"> {
  const values: Record<string, unknown> = {};
  const told: Record<string, MondayToldCell> = {};
  for (const cell of cells) {
    const id = text(cell["id"]);
    const type = text(cell["type"]) ?? "";
    if (id === null) continue;
    const { linked_item_ids: linked } = cell;
    const raw = Array.isArray(linked) ? { item_ids: linked.map(idIn) } : parsed(cell["value"]);
    if (raw !== null) values[id] = raw;
    if (!OF_THE_ITEM.has(type) && linked === undefined)
      told[id] = { raw, value: text(cell["value"]), text: text(cell["text"]) };
  }
  return { values, told };
}
