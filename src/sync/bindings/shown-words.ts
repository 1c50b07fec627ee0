import { foldValue } from "../../mappings/index.ts";
import type { Canonical } from "../../model/index.ts";
import type { ListBindings } from "./list-bindings.ts";

/**
 * Fields in the words the system shows now: what mappings call a field, and its choices, under names that were pinned and
 * have been renamed since.
 * @param home the project or board the record is in; a choice that is called differently in different ones stays as it is
 *   where that is not known
 */
export function inShownWords(
  lists: readonly ListBindings[],
  stream: string,
  fields: Readonly<Record<string, Canonical>>,
  home: string | null = null,
): Readonly<Record<string, Canonical>> {
  const own = lists.filter(
    ({ list: { stream: of, scope } }) => of === stream && (scope === null || home === null || scope.id === home),
  );
  const names = own.filter(({ list }) => list.field === null);
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => {
      const choices = own.filter((each) => each.list.field !== null && each.field === field);
      return [shownName(names, field) ?? field, inShownChoice(choices, value)];
    }),
  );
}

/**
 * A creation's fields in the words of where it goes, as far as that is known; a change's in those of where its record is.
 * @param partition where the record was read from; null for one that is to be made
 */
export function commandInShownWords(
  lists: readonly ListBindings[],
  { stream, fields, template }: CommandWords,
  partition: string | null,
): Readonly<Record<string, Canonical>> {
  if (lists.length === 0) return fields;
  const home = template === null ? partition : homeNamed(lists, stream, template);
  const known = lists.some(({ list }) => list.stream === stream && list.scope?.id === home);
  return inShownWords(lists, stream, fields, known ? home : null);
}

/** What of a command has names in it. */
export interface CommandWords {
  readonly stream: string;
  readonly fields: Readonly<Record<string, Canonical>>;
  readonly template: string | null;
}

/** The project or board that a text names as the place of a new record, `Board` or `Board/Group`; by id or name. */
export function homeNamed(lists: readonly ListBindings[], stream: string, place: string): string | null {
  const scopes = lists.flatMap(({ list }) => (list.stream === stream && list.scope !== null ? [list.scope] : []));
  const folded = foldValue(place);
  const names = ({ id, title }: (typeof scopes)[number]): readonly string[] => [id, foldValue(title)];
  const whole = scopes.find((scope) => names(scope).includes(folded));
  const cut = folded.lastIndexOf("/");
  const before = foldValue(folded.slice(0, Math.max(cut, 0)));
  return (whole ?? scopes.find((scope) => names(scope).includes(before)))?.id ?? null;
}

function inShownChoice(choices: readonly ListBindings[], value: Canonical): Canonical {
  if (typeof value === "string") return shownName(choices, value) ?? value;
  return isList(value) ? value.map((each) => shownName(choices, each) ?? each) : value;
}

/** Null where the name is shown as it is, is in doubt, or has several. */
function shownName(lists: readonly ListBindings[], name: string): string | null {
  const shown = lists
    .filter(({ list }) => list.holds !== "ids")
    .flatMap(({ bindings }) => bindings)
    .filter((binding) => foldValue(binding.name) === foldValue(name))
    .filter(({ pin, state }) => pin !== null && (state === "renamed" || state === "unchanged"))
    .map((binding) => binding.shown?.name ?? name);
  const [first, ...others] = new Set(shown);
  return others.length > 0 ? null : (first ?? null);
}

function isList(value: Canonical): value is readonly string[] {
  return Array.isArray(value);
}
