import type { AsanaCustomFieldSeed, AsanaFieldValues, AsanaOptionSeed } from "../seeds.ts";
import { object, objects, text } from "./given.ts";
import type { Content, Json, Known, Tally } from "./given.ts";

/** The workspace's custom fields, with those that only tasks, projects and stories mention. */
export interface FieldBook {
  /** Notes a field that shows on a task or project. */
  note(entry: Content): void;
  /** Notes an option that a story names. */
  noteOption(fieldGid: string, option: Json | undefined): void;
  /** A value from one of the columns a story has for it. */
  storyValue(content: Content, side: "old" | "new"): string | number | readonly string[] | null;
  seeds(): readonly AsanaCustomFieldSeed[];
}

const TYPES: ReadonlySet<string> = new Set<AsanaCustomFieldSeed["type"]>([
  "text",
  "number",
  "enum",
  "multi_enum",
  "date",
  "people",
  "reference",
]);

function isFieldType(type: string | null): type is AsanaCustomFieldSeed["type"] {
  return type !== null && TYPES.has(type);
}

interface Draft {
  readonly seed: AsanaCustomFieldSeed;
  readonly options: Map<string, AsanaOptionSeed>;
  readonly former: Map<string, AsanaOptionSeed>;
}

const optionSeed = (content: Content): AsanaOptionSeed[] => {
  const { gid, name, color, enabled } = content;
  if (typeof gid !== "string") return [];
  return [{ gid, name: text(name) ?? "", color: text(color) ?? "none", enabled: enabled !== false }];
};

export function fieldBook(listed: readonly Known[], tally: Tally): FieldBook {
  const drafts = new Map<string, Draft>();
  const add = (gid: string, content: Content, local: boolean): Draft => {
    const subtype = text(content["resource_subtype"]);
    const shownAs = text(content["representation_type"]);
    const type = isFieldType(subtype) ? subtype : "text";
    const { precision } = content;
    const draft: Draft = {
      seed: {
        gid,
        name: text(content["name"]) ?? "",
        type,
        local,
        ...(shownAs === "formula" || shownAs === "custom_id" ? { representation: shownAs } : {}),
        ...(typeof precision === "number" ? { precision } : {}),
      },
      options: new Map(
        objects(content["enum_options"])
          .flatMap(optionSeed)
          .map((each) => [each.gid, each]),
      ),
      former: new Map(),
    };
    drafts.set(gid, draft);
    return draft;
  };
  for (const { id, content, removed } of listed) if (removed === undefined) add(id, content, false);
  const noteOption = (fieldGid: string, option: Json | undefined): void => {
    const draft = drafts.get(fieldGid);
    const content = object(option);
    if (draft === undefined || content === null) return;
    for (const each of optionSeed(content)) if (!draft.options.has(each.gid)) draft.former.set(each.gid, each);
  };
  return {
    note(entry) {
      const gid = text(entry["gid"]);
      if (gid === null) return;
      const known = drafts.get(gid);
      const shownAs = text(entry["representation_type"]);
      if (known === undefined) {
        tally.mention("custom_fields");
        add(gid, entry, true);
      } else if (known.seed.representation === undefined && (shownAs === "formula" || shownAs === "custom_id")) {
        drafts.set(gid, { ...known, seed: { ...known.seed, representation: shownAs } });
      }
      for (const option of [entry["enum_value"], ...objects(entry["multi_enum_values"])]) noteOption(gid, option);
    },
    noteOption,
    storyValue,
    seeds: () =>
      [...drafts.values()].map(({ seed, options, former }) => ({
        ...seed,
        options: [...options.values()],
        formerOptions: [...former.values()],
      })),
  };
}

const gids = (value: Json | undefined): string[] => objects(value).flatMap(({ gid }) => text(gid) ?? []);

/** What an entry of `custom_fields` holds; null when it is empty. */
function entryValue(entry: Content): string | number | readonly string[] | null {
  const { text_value: words, number_value: number } = entry;
  if (typeof words === "string") return words;
  if (typeof number === "number") return number;
  const option = text(object(entry["enum_value"])?.["gid"]);
  if (option !== null) return option;
  const date = object(entry["date_value"]);
  if (date !== null) return text(date["date_time"]) ?? text(date["date"]);
  for (const name of ["multi_enum_values", "people_value", "reference_value"]) {
    const many = gids(entry[name]);
    if (many.length > 0) return many;
  }
  return null;
}

export function valuesIn(entries: readonly Content[]): AsanaFieldValues {
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const gid = text(entry["gid"]);
      return gid === null ? [] : [[gid, entryValue(entry)]];
    }),
  );
}

function storyValue(content: Content, side: "old" | "new"): string | number | readonly string[] | null {
  const value = (kind: string): Json | undefined => content[`${side}_${kind}`];
  const plain = value("text_value") ?? value("number_value");
  if (typeof plain === "string" || typeof plain === "number") return plain;
  const option = text(object(value("enum_value"))?.["gid"]);
  if (option !== null) return option;
  const date = object(value("date_value"));
  if (date !== null) return text(date["due_at"]) ?? text(date["due_on"]);
  for (const kind of ["multi_enum_values", "people_value"]) {
    const given = value(kind);
    if (Array.isArray(given)) return gids(given);
  }
  return null;
}
