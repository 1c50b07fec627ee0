import type { FieldValue } from "../model/index.ts";
import { compileCondition } from "./condition.ts";
import type { Condition } from "./condition.ts";
import type { FieldSpec, MappingFile } from "./schema.ts";

/** The names of the source that a mapping writes down, as it writes them. */
export interface UsedNames {
  /** Values by field: of `values` and `was`, of `becomes`, and texts that a condition compares the field with. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** False when a record of which these fields are known is surely not taken. */
  readonly mayTake: (known: Readonly<Record<string, FieldValue>>) => boolean;
}

/** Collects the names in a mapping file that compiles. */
export function usedNames(file: MappingFile): UsedNames {
  const found = new Map<string, Set<string>>();
  const add = (field: string, names: readonly string[]): void => {
    const known = found.get(field) ?? new Set();
    for (const name of names) known.add(name);
    found.set(field, known);
  };
  if (file.stage !== undefined) add(file.stage.from, mapNames(file.stage));
  for (const spec of Object.values(file.fields)) addField(spec, add);
  for (const event of Object.values(file.events ?? {})) {
    const becomes = /^\s*(?<field>\S.*?) becomes (?<value>\S.*?)\s*$/u.exec(
      typeof event === "string" ? event : event.when,
    )?.groups;
    if (becomes !== undefined) add(becomes["field"] ?? "", [becomes["value"] ?? ""]);
    if (typeof event !== "string") for (const spec of Object.values(event.with ?? {})) addField(spec, add);
  }
  const where = conditionOf(file.where);
  const unless = conditionOf(file.unless);
  for (const condition of [where, unless]) {
    if (condition !== null) for (const field of condition.fields) add(field, textsIn(condition.text));
  }
  return {
    values: new Map([...found].map(([field, names]) => [field, [...names]])),
    mayTake: (known) => {
      const decides = (condition: Condition | null): condition is Condition =>
        condition !== null && condition.fields.every((field) => Object.hasOwn(known, field));
      return !(decides(where) && !where.holds(known)) && !(decides(unless) && unless.holds(known));
    },
  };
}

function addField(spec: FieldSpec, add: (field: string, names: readonly string[]) => void): void {
  if (typeof spec === "string") return;
  const field = spec.option ?? spec.text;
  if (field !== undefined) add(field, mapNames(spec));
}

function mapNames({ values, was }: Pick<Exclude<FieldSpec, string>, "values" | "was">): readonly string[] {
  const former = Object.keys(was ?? {});
  if (values === undefined) return former;
  const current = Array.isArray(values)
    ? values
    : Object.entries(values).flatMap(([name, sources]) =>
        sources === null ? [name] : [sources].flat().map((source) => String(source)),
      );
  return [...current, ...former];
}

function conditionOf(text: string | undefined): Condition | null {
  if (text === undefined) return null;
  const compiled = compileCondition(text);
  return "condition" in compiled ? compiled.condition : null;
}

function textsIn(condition: string): readonly string[] {
  return [...condition.matchAll(/"(?<double>[^"\\]*)"|'(?<single>[^'\\]*)'/gu)].map(
    ({ groups }) => groups?.["double"] ?? groups?.["single"] ?? "",
  );
}
