import { scalarText } from "./scalar-text.ts";
import type { Column } from "./parts.ts";

const PALETTE = ["#fdab3d", "#00c875", "#df2f4a", "#007eb5", "#9d50dd", "#c4c4c4", "#037f4c", "#579bfc", "#caa1b2"];
const NAMES = [
  "orange",
  "green-shadow",
  "red-shadow",
  "blue-links",
  "purple",
  "explosive",
  "grass-green",
  "bright-blue",
];

/** The style of a status label; the palette repeats. */
export function labelStyle(index: number): { color: string; border: string; var_name: string } {
  return {
    color: PALETTE[index % PALETTE.length] ?? "#c4c4c4",
    border: PALETTE[(index + 1) % PALETTE.length] ?? "#b0b0b0",
    var_name: NAMES[index % NAMES.length] ?? "grey",
  };
}

/** What a fresh column of a type starts with. */
export function settingsOf(type: string): Pick<Column, "labels" | "doneIndexes" | "extra"> {
  if (type === "status") {
    const labels = new Map([
      ["0", "Working on it"],
      ["1", "Done"],
      ["2", "Stuck"],
    ]);
    return { labels, doneIndexes: [1], extra: {} };
  }
  return { labels: new Map(), doneIndexes: [], extra: {} };
}

/** Settings in the `defaults` argument of `create_column`: labels of status and dropdown in both documented forms. */
export function settingsFromDefaults(
  type: string,
  defaults: unknown,
): Pick<Column, "labels" | "doneIndexes" | "extra"> {
  const given = typeof defaults === "string" ? (JSON.parse(defaults) as unknown) : defaults;
  const base = settingsOf(type);
  if (typeof given !== "object" || given === null) return base;
  const settings = "settings" in given && typeof given.settings === "object" ? { ...given, ...given.settings } : given;
  const labels = "labels" in settings ? labelMap(settings.labels) : undefined;
  const done = "done_colors" in settings && Array.isArray(settings.done_colors) ? settings.done_colors : undefined;
  const { labels: _labels, ...extra } = settings as Record<string, unknown>;
  return {
    labels: labels ?? base.labels,
    doneIndexes: done?.map(Number) ?? base.doneIndexes,
    extra: type === "status" || type === "dropdown" ? {} : extra,
  };
}

/** Settings of a column after `update_column`: labels are replaced, the rest is laid over what there was. */
export function changedSettings(column: Column, settings: unknown): Pick<Column, "labels" | "doneIndexes" | "extra"> {
  const next = settingsFromDefaults(column.type, settings);
  return next.labels.size === 0
    ? { labels: column.labels, doneIndexes: column.doneIndexes, extra: { ...column.extra, ...next.extra } }
    : next;
}

function labelMap(labels: unknown): Map<string, string> | undefined {
  if (Array.isArray(labels)) {
    return new Map(
      labels.map((label: unknown, at): [string, string] => {
        const entry: Record<string, unknown> = typeof label === "object" && label !== null ? { ...label } : {};
        return [scalarText(entry["index"] ?? entry["id"] ?? at), scalarText(entry["label"] ?? entry["name"] ?? label)];
      }),
    );
  }
  if (typeof labels !== "object" || labels === null) return undefined;
  return new Map(Object.entries(labels).map(([key, text]): [string, string] => [key, scalarText(text)]));
}

/** `settings_str` of a column. */
export function settingsText(column: Column): string {
  const told = column.revision === 1 ? column.settingsText : undefined;
  return told ?? JSON.stringify(legacySettings(column));
}

/** `settings_str` of a column as an object (reference monday.md §6). */
export function legacySettings(column: Column): Record<string, unknown> {
  const entries = [...column.labels];
  if (column.type === "status") {
    return {
      done_colors: column.doneIndexes,
      labels: Object.fromEntries(entries),
      labels_positions_v2: Object.fromEntries(entries.map(([index], at) => [index, at])),
      labels_colors: Object.fromEntries(entries.map(([index]) => [index, labelStyle(Number(index))])),
    };
  }
  if (column.type === "dropdown") return { labels: entries.map(([id, name]) => ({ id: Number(id), name })) };
  return { ...column.extra };
}

/** `Column.settings` (2025-10 and later): labels as a list of objects. */
export function settingsObject(column: Column): Record<string, unknown> {
  const entries = [...column.labels];
  if (column.type === "status") {
    return {
      type: "status",
      labels: entries.map(([index, label], at) => ({
        id: Number(index),
        index: at,
        label,
        hex: labelStyle(Number(index)).color,
        is_done: column.doneIndexes.includes(Number(index)),
        is_deactivated: false,
      })),
    };
  }
  if (column.type === "dropdown") {
    return {
      type: "dropdown",
      labels: entries.map(([id, label]) => ({ id: Number(id), label, is_deactivated: false })),
    };
  }
  return { ...column.extra };
}
