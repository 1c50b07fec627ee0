import { foldValue } from "../mappings/index.ts";
import type { Canonical } from "../model/index.ts";
import type { ListBindings } from "./bindings.ts";

/**
 * Fields in the words the system shows now: what mappings call a field, and its choices, under names that were pinned and
 * have been renamed since. A choice that is called differently in different projects or boards stays as it is.
 */
export function inShownWords(
  lists: readonly ListBindings[],
  stream: string,
  fields: Readonly<Record<string, Canonical>>,
): Readonly<Record<string, Canonical>> {
  const own = lists.filter(({ list }) => list.stream === stream);
  const names = own.filter(({ list }) => list.field === null);
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => {
      const choices = own.filter((each) => each.list.field !== null && each.field === field);
      return [shownName(names, field) ?? field, inShownChoice(choices, value)];
    }),
  );
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
