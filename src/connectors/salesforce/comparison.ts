import type { JsonObject } from "../../model/index.ts";
import type { Row } from "./answers.ts";

/**
 * Ids of listed rows that have to be read whole: those that are not known, and those that differ from what is.
 * @param fields compared beside the id, paths included
 */
export function differing(
  rows: readonly Row[],
  known: ReadonlyMap<string, JsonObject>,
  fields: readonly string[],
): readonly string[] {
  return rows
    .filter((row) => {
      const stored = known.get(row.Id);
      return stored === undefined || fields.some((field) => isOther(at(row, field), at(stored, field)));
    })
    .map(({ Id }) => Id);
}

function isOther(listed: unknown, stored: unknown): boolean {
  const [one, other] = [listed ?? null, stored ?? null];
  if (typeof one !== "object" || typeof other !== "object") return one !== other;
  return JSON.stringify(one) !== JSON.stringify(other);
}

function at(content: JsonObject, path: string): unknown {
  let value: unknown = content;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return null;
    value = (value as JsonObject)[name];
  }
  return value;
}
