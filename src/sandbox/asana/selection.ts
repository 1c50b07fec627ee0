import type { View } from "./view.ts";

/** Field selection: `opt_fields` compiled once per distinct string, rendering by compiled steps (reference asana.md §4). */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type FieldResult = Json | undefined | Ref | readonly Ref[];

/** One kind of object: its fields as functions of a row, and which of them the compact and full forms carry. */
export interface ResourceType<Row> {
  readonly name: string;
  readonly compact: Selection;
  readonly full: Selection;
  readonly fields: Readonly<Record<string, (row: Row, view: View) => FieldResult>>;
}

/** A row together with its kind, as a field's value. */
export class Ref {
  readonly type: ResourceType<never>;
  readonly row: unknown;

  constructor(type: ResourceType<never>, row: unknown) {
    this.type = type;
    this.row = row;
  }
}

interface Step {
  readonly name: string;
  readonly read: (row: never, view: View) => FieldResult;
  readonly below: Selection | null;
}

/** A tree of field names, with the steps it means for each kind of object worked out on first use. */
export class Selection {
  readonly #names = new Map<string, Selection | null>();
  readonly #steps = new Map<ResourceType<never>, readonly Step[]>();

  add(path: readonly string[]): void {
    const [name, ...rest] = path;
    if (name === undefined || name === "") return;
    if (rest.length === 0) {
      if (!this.#names.has(name)) this.#names.set(name, null);
      return;
    }
    let below = this.#names.get(name);
    if (below === undefined || below === null) {
      below = new Selection();
      this.#names.set(name, below);
    }
    below.add(rest);
  }

  stepsFor(type: ResourceType<never>): readonly Step[] {
    let steps = this.#steps.get(type);
    if (steps === undefined) {
      const found: Step[] = [];
      const gid = type.fields["gid"];
      if (gid !== undefined) found.push({ name: "gid", read: gid, below: null });
      for (const [name, below] of this.#names) {
        const read = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
        if (read !== undefined && name !== "gid") found.push({ name, read, below });
      }
      steps = found;
      this.#steps.set(type, steps);
    }
    return steps;
  }
}

/** A selection of top-level names (`a b.c d`), for the compact and full forms. */
export function names(list: string): Selection {
  const selection = new Selection();
  for (const path of list.split(/\s+/u)) selection.add(path.split("."));
  return selection;
}

/** Renders one row: the selected fields that exist, nested objects compact unless selected deeper. */
export function render<Row>(type: ResourceType<Row>, row: Row, selection: Selection, view: View): Record<string, Json> {
  return renderAny(type, row, selection, view);
}

function renderAny(type: ResourceType<never>, row: unknown, selection: Selection, view: View): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const { name, read, below } of selection.stepsFor(type)) {
    const value = read(row as never, view);
    if (value === undefined) continue;
    if (value instanceof Ref) out[name] = renderAny(value.type, value.row, below ?? value.type.compact, view);
    else if (Array.isArray(value)) {
      const items = value as readonly (Json | Ref)[];
      out[name] = items.map((item) =>
        item instanceof Ref ? renderAny(item.type, item.row, below ?? item.type.compact, view) : item,
      );
    } else out[name] = value as Json;
  }
  return out;
}

/** Splits at commas outside parentheses. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** The paths a group expression stands for: `a.(b|c)` is `a.b` and `a.c`. */
function expand(path: string): string[] {
  const open = path.indexOf("(");
  if (open < 0) return [path];
  let depth = 0;
  for (let i = open; i < path.length; i += 1) {
    if (path.charAt(i) === "(") depth += 1;
    else if (path.charAt(i) === ")") depth -= 1;
    if (depth > 0) continue;
    const inner = split(path.slice(open + 1, i), "|");
    return inner.flatMap((one) => expand(path.slice(0, open) + one + path.slice(i + 1)));
  }
  return [];
}

/** Compiled selections by their text, at most `bound` of them, the oldest forgotten first. */
export class SelectionCache {
  readonly #bound: number;
  readonly #byText = new Map<string, Selection>();

  constructor(bound: number) {
    this.#bound = bound;
  }

  get size(): number {
    return this.#byText.size;
  }

  compile(text: string): Selection {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const selection = new Selection();
    for (const part of split(text, ",")) {
      for (const path of expand(part.trim())) {
        const steps = path.split(".").map((step) => step.trim());
        selection.add(steps[0] === "this" ? steps.slice(1) : steps);
      }
    }
    if (this.#byText.size >= this.#bound) {
      for (const oldest of this.#byText.keys()) {
        this.#byText.delete(oldest);
        break;
      }
    }
    this.#byText.set(text, selection);
    return selection;
  }
}
