import { SalesforceError } from "../errors.ts";
import type { FieldType } from "../schema/index.ts";
import type { Org } from "../state/org.ts";
import { isAggregateStatement } from "./aggregates.ts";
import { bindPath } from "./names.ts";
import { parseStatement } from "./parser.ts";
import { unknownType } from "./syntax-error.ts";

/** One column of a flat result: `Owner.Name`, with the type it is printed by. */
export interface FlatColumn {
  readonly path: readonly string[];
  readonly type: FieldType;
}

function refuse(what: string): SalesforceError {
  return new SalesforceError(400, "API_ERROR", `${what} not supported in Bulk Query`);
}

/**
 * The columns of a statement whose result is to be a table.
 *
 * @throws SalesforceError API_ERROR for what the Bulk API does not take (reference salesforce.md §8)
 */
export function flatColumns(
  org: Org,
  query: string,
): { readonly object: string; readonly columns: readonly FlatColumn[] } {
  const statement = parseStatement(query);
  const object = org.schema.object(statement.from.name);
  if (object === undefined || !org.visibility.shows(object)) {
    throw unknownType(query, statement.from.offset, statement.from.name);
  }
  if (isAggregateStatement(statement)) throw refuse("Aggregate Relationships");
  if (statement.offset !== null) throw refuse("Offset");
  const scope = { org, object, alias: statement.from.alias, aliases: statement.aliases, query };
  const columns = statement.select.map((item): FlatColumn => {
    if (item.kind === "children") throw refuse("Nested queries");
    if (item.kind === "fields") throw refuse("FIELDS()");
    if (item.kind === "typeof") throw refuse("TYPEOF");
    const { expression } = item;
    if (expression.kind === "call") throw refuse(`Function ${expression.name}`);
    const bound = bindPath(scope, expression.path, expression.offset);
    if (bound.field.address !== null) throw refuse("Selecting compound data");
    return { path: [...bound.steps.map((each) => each.name), bound.field.name], type: bound.field.type };
  });
  return { object: object.name, columns };
}
