import type { SelectItem } from "./ast.ts";
import { nameField, relationship } from "./names.ts";
import type { Scope } from "./names.ts";
import { attributes, ColumnTree, printValue } from "./shape.ts";
import type { Json, Writer } from "./shape.ts";
import { readField } from "../schema/index.ts";
import { malformed, noSuchRelation } from "./syntax-error.ts";

type TypeOf = Extract<SelectItem, { kind: "typeof" }>;

/** Compiles `TYPEOF What WHEN Account THEN … ELSE … END`: other fields for each kind of parent (reference §13). */
export function compileTypeOf(scope: Scope, item: TypeOf, version: string): Writer {
  const reference = relationship(scope.object, item.path);
  const name = reference?.relationshipName ?? null;
  if (reference === undefined || name === null) throw noSuchRelation(scope.query, item.offset, item.path);
  if (reference.referenceTo.length < 2) {
    throw malformed(scope.query, item.offset, `TYPEOF is only allowed on polymorphic relationships: ${item.path}`);
  }
  const branches = new Map<string, readonly Writer[]>();
  for (const { object: branch, fields } of item.branches) {
    const object = scope.org.schema.object(branch);
    if (object === undefined || !reference.referenceTo.includes(object.name)) {
      throw malformed(scope.query, item.offset, `${branch} is not a type of ${item.path}`);
    }
    const columns = new ColumnTree({ ...scope, object, alias: null });
    for (const field of fields) columns.add(field, item.offset);
    branches.set(object.name, columns.writers(version));
  }
  return (out, row) => {
    const id = row[reference.name];
    const found = typeof id === "string" ? scope.org.find(id, reference.referenceTo) : undefined;
    if (found === undefined) {
      out[name] = null;
      return;
    }
    const { object } = found.table;
    const nested: Json = { attributes: attributes(version, object.name, found.row.Id) };
    const writers = branches.get(object.name);
    if (writers !== undefined) for (const write of writers) write(nested, found.row);
    else {
      for (const each of item.otherwise) {
        const field = each.toLowerCase() === "name" ? nameField(object) : object.fieldsByName.get(each.toLowerCase());
        nested[field === undefined ? each : each.toLowerCase() === "name" ? "Name" : field.name] =
          field === undefined ? null : printValue(field, readField(field, found.row));
      }
    }
    out[name] = nested;
  };
}
