import { readField } from "../schema/index.ts";
import type { AddressValue, FieldSchema, ObjectSchema, Row, Value } from "../schema/index.ts";
import type { Org } from "../state/org.ts";
import { normalizeId } from "../state/org.ts";
import type { Table } from "../state/table.ts";
import { invalidField, noSuchColumn, noSuchRelation } from "./syntax-error.ts";

/** Where names of a statement are looked up. */
export interface Scope {
  readonly org: Org;
  readonly object: ObjectSchema;
  readonly alias: string | null;
  /** Paths of the parents that have an alias of their own. */
  readonly aliases?: ReadonlyMap<string, string>;
  readonly query: string;
}

/** A record a path leads through. */
export interface Target {
  readonly object: ObjectSchema;
  readonly row: Row;
}

/** One step to a parent (`Owner`). */
export interface ParentStep {
  readonly name: string;
  readonly follow: (row: Row) => Target | null;
}

/** A path bound to the schema: the parents to walk and the field to read at the end. */
export interface BoundPath {
  readonly steps: readonly ParentStep[];
  readonly field: FieldSchema;
  /** Reads the field of the record at the end of the path. */
  readonly readTarget: (target: Target) => Value | AddressValue;
  /** Reads through the whole path; null when a parent is missing. */
  readonly read: (row: Row) => Value;
}

/** What `Owner.X`, `Who.X` and `What.X` can name when they may lead to several objects (the platform's Name entity). */
const NAME_FIELDS = new Set(
  ["Id", "Name", "FirstName", "LastName", "Email", "Phone", "Title", "Username", "Alias", "IsActive", "ProfileId"].map(
    (each) => each.toLowerCase(),
  ),
);

/** Finds the reference behind a relationship name (`Owner`, `CSM__r`). */
export function relationship(object: ObjectSchema, name: string): FieldSchema | undefined {
  const lower = name.toLowerCase();
  return object.fields.find((each) => each.relationshipName?.toLowerCase() === lower);
}

function follow(org: Org, reference: FieldSchema): (row: Row) => Target | null {
  const tables: Table[] = reference.referenceTo
    .map((each) => org.schema.object(each))
    .filter((each) => each !== undefined)
    .map((each) => org.table(each));
  return (row) => {
    const id = row[reference.name];
    if (typeof id !== "string") return null;
    for (const table of tables) {
      const found = table.get(id) ?? (id.length === 15 ? table.get(normalizeId(id) ?? id) : undefined);
      if (found !== undefined) return { object: table.object, row: found };
    }
    return null;
  };
}

function readOwn(field: FieldSchema): (target: Target) => Value | AddressValue {
  const address = field.address;
  return address === null ? ({ row }) => readField(field, row) : ({ row }) => address(row);
}

/** Reads a field of the Name entity off whatever object the record is of. */
function readNamed(name: string): (target: Target) => Value {
  const lower = name.toLowerCase();
  return ({ object, row }) => {
    if (lower === "type") return object.name;
    const field = lower === "name" ? nameField(object) : object.fieldsByName.get(lower);
    return field === undefined ? null : readField(field, row);
  };
}

/** The field that names a record of the object. */
export function nameField(object: ObjectSchema): FieldSchema | undefined {
  return object.fields.find((each) => each.nameField);
}

function polymorphicField(object: ObjectSchema | undefined, name: string): FieldSchema | undefined {
  const lower = name.toLowerCase();
  if (lower === "type") return object?.fieldsByName.get("name");
  return NAME_FIELDS.has(lower) ? object?.fieldsByName.get(lower) : undefined;
}

/**
 * Looks a dotted path up, whatever its casing.
 *
 * @throws SalesforceError INVALID_FIELD with the caret block for a column or relationship that is not there.
 */
export function bindPath(scope: Scope, path: string, offset: number): BoundPath {
  let parts = path.split(".");
  const [first = ""] = parts;
  const prefixed =
    first.toLowerCase() === scope.alias?.toLowerCase() || first.toLowerCase() === scope.object.name.toLowerCase();
  const parent = parts.length > 1 ? scope.aliases?.get(first.toLowerCase()) : undefined;
  if (parent !== undefined) parts = [...parent.split("."), ...parts.slice(1)];
  else if (parts.length > 1 && prefixed && relationship(scope.object, first) === undefined) parts = parts.slice(1);
  if (parts.length > 6) {
    throw invalidField(scope.query, offset, "Relationship depth is limited to 5 levels.");
  }
  const last = parts.at(-1) ?? "";
  let object = scope.object;
  const steps: ParentStep[] = [];
  let at = offset;
  for (const [index, part] of parts.slice(0, -1).entries()) {
    const reference = relationship(object, part);
    if (reference?.relationshipName == null) throw noSuchRelation(scope.query, at, part);
    steps.push({ name: reference.relationshipName, follow: follow(scope.org, reference) });
    const targets = reference.referenceTo
      .map((each) => scope.org.schema.object(each))
      .filter((each) => each !== undefined);
    const [target] = targets;
    if (target === undefined) throw noSuchRelation(scope.query, at, part);
    if (targets.length > 1) {
      const person = targets.find((each) => polymorphicField(each, last) !== undefined);
      const field = index === parts.length - 2 ? polymorphicField(person, last) : undefined;
      if (field === undefined) throw noSuchColumn(scope.query, at, last, "Name");
      const named = last.toLowerCase() === "type" ? { ...field, name: "Type", type: "picklist" as const } : field;
      return through(steps, named, readNamed(last));
    }
    object = target;
    at += part.length + 1;
  }
  const field = scope.org.visibility.field(object, last);
  if (field === undefined) throw noSuchColumn(scope.query, offset, last, object.name);
  return through(steps, field, readOwn(field));
}

function through(
  steps: readonly ParentStep[],
  field: FieldSchema,
  readTarget: (target: Target) => Value | AddressValue,
): BoundPath {
  const plain = (target: Target): Value => {
    const value = readTarget(target);
    return typeof value === "object" ? null : value;
  };
  if (steps.length === 0) return { steps, field, readTarget, read: (row) => readField(field, row) };
  const read = (row: Row): Value => {
    let target: Target | null = null;
    for (const step of steps) {
      target = step.follow(target?.row ?? row);
      if (target === null) return null;
    }
    return target === null ? null : plain(target);
  };
  return { steps, field, readTarget, read };
}
