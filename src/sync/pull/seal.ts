import { canonicalJson, hashText } from "../../model/index.ts";
import type { HashedRecord, Json, JsonObject, SourceRecord } from "../../model/index.ts";

/** How the members of records that look alike are put in order: found once, used for every row of a page. */
interface Shape {
  readonly names: readonly string[];
  readonly stable: readonly string[];
  readonly volatile: readonly string[];
}

/**
 * Turns records of one stream into what is stored: the content as text with its members sorted, volatile ones last, and
 * the hash over those before them, which makes re-reading free. Rows of one answer have their members in one order, so
 * that sorting is looked up rather than done.
 */
export function createSeal(volatile: readonly string[] = []): (record: SourceRecord) => HashedRecord {
  const changing = new Set(volatile);
  let shape: Shape = { names: [], stable: [], volatile: [] };
  return (record) => {
    const names = Object.keys(record.content);
    if (!sameNames(names, shape.names)) {
      const sorted = [...names].sort();
      shape = {
        names,
        stable: sorted.filter((name) => !changing.has(name)),
        volatile: sorted.filter((name) => changing.has(name)),
      };
    }
    const stable = JSON.stringify(pick(record.content, shape.stable));
    const text =
      shape.volatile.length === 0 ? stable : join(stable, JSON.stringify(pick(record.content, shape.volatile)));
    return { ...record, text, hash: hashText(stable) };
  };
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
}

function pick(content: JsonObject, names: readonly string[]): JsonObject {
  const picked: Record<string, Json | undefined> = {};
  for (const name of names) {
    const value = content[name];
    const own = typeof value === "object" && value !== null ? sorted(value) : value;
    // Assigned, this one name would become the prototype and be lost.
    if (name === "__proto__") Object.defineProperty(picked, name, { value: own, enumerable: true });
    else picked[name] = own;
  }
  return picked;
}

/** Nested values are few and small: their members are sorted by way of their canonical text. */
function sorted(value: Json): Json {
  const ordered: Json = JSON.parse(canonicalJson(value));
  return ordered;
}

function join(left: string, right: string): string {
  if (left === "{}") return right;
  return right === "{}" ? left : `${left.slice(0, -1)},${right.slice(1)}`;
}
