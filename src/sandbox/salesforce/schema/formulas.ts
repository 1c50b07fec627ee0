import type { ObjectSchema, Row, Value } from "./types.ts";

/** What formulas reach beyond their own record. */
export interface FormulaWorld {
  readonly schema: () => { readonly object: (name: string) => ObjectSchema | undefined };
  /** The record behind an id, in whichever of the objects holds it. */
  readonly find: (id: string, objects: readonly string[]) => { readonly object: string; readonly row: Row } | undefined;
  /** The current business day in the org's time zone, `YYYY-MM-DD`. */
  readonly today: () => string;
}

const DAYS_SINCE = /^TODAY\(\)\s*-\s*(\w+)$/iu;
const DAY_MS = 86_400_000;

function ownValue(world: FormulaWorld, object: string, row: Row, name: string): Value {
  const field = world.schema().object(object)?.fieldsByName.get(name.toLowerCase());
  if (field === undefined) return null;
  return field.compute === null ? (row[field.name] ?? field.emptyValue) : field.compute(row);
}

/**
 * Puts a formula to work: `TODAY() - Field` or the path of a field, through parents (`Account.Owner.Name`).
 */
export function formula(text: string, object: string, world: FormulaWorld): (row: Row) => Value {
  const since = DAYS_SINCE.exec(text)?.[1];
  if (since !== undefined) {
    return (row) => {
      const value = ownValue(world, object, row, since);
      if (typeof value !== "string") return null;
      return Math.round((Date.parse(world.today()) - Date.parse(value.slice(0, 10))) / DAY_MS);
    };
  }
  const steps = text.split(".");
  const last = steps.pop() ?? "";
  return (row) => {
    let at: { readonly object: string; readonly row: Row } = { object, row };
    for (const step of steps) {
      const fields = world.schema().object(at.object)?.fields ?? [];
      const reference = fields.find((each) => each.relationshipName?.toLowerCase() === step.toLowerCase());
      const id = reference === undefined ? null : at.row[reference.name];
      const parent = typeof id === "string" ? world.find(id, reference?.referenceTo ?? []) : undefined;
      if (parent === undefined) return null;
      at = parent;
    }
    return ownValue(world, at.object, at.row, last);
  };
}
