import type { FieldSchema } from "../schema/index.ts";
import { bindPath, parseStatement, runQuery } from "../soql/index.ts";
import type { Expression, Scope, SelectItem } from "../soql/index.ts";
import type { Org } from "../state/org.ts";

const APEX_TYPES: Readonly<Record<string, string>> = {
  id: "Id",
  reference: "Id",
  boolean: "Boolean",
  int: "Integer",
  double: "Double",
  currency: "Double",
  percent: "Double",
  date: "Date",
  datetime: "Datetime",
  time: "Time",
};
const NUMBERS = new Set(["int", "double", "currency", "percent"]);
const OTHERS = new Set(["boolean", "id", "reference", "date", "datetime", "time", "address", "anyType"]);

interface Named {
  readonly columnName: string;
  readonly displayName: string;
  readonly field: FieldSchema | null;
  readonly aggregate: boolean;
  readonly joinColumns: readonly unknown[];
}

function column({ columnName, displayName, field, aggregate, joinColumns }: Named): Record<string, unknown> {
  const type = field?.type ?? null;
  return {
    aggregate,
    apexType: type === null ? "Integer" : (APEX_TYPES[type] ?? "String"),
    booleanType: type === "boolean",
    columnName,
    custom: field?.custom ?? false,
    displayName,
    foreignKeyName: null,
    insertable: field?.createable ?? false,
    joinColumns,
    numberType: type === null || NUMBERS.has(type),
    textType: type !== null && !NUMBERS.has(type) && !OTHERS.has(type),
    updatable: field?.updateable ?? false,
  };
}

/** A join holds the columns beneath it under one head. */
function join(columnName: string, aggregate: boolean, joinColumns: readonly unknown[]): Record<string, unknown> {
  const head = column({ columnName, displayName: columnName, field: null, aggregate, joinColumns });
  return { ...head, apexType: null, numberType: false };
}

function pathOf(expression: Expression): { readonly path: string; readonly offset: number } | null {
  if (expression.kind === "field") return expression;
  return expression.argument === null ? null : pathOf(expression.argument);
}

function columnsOf(scope: Scope, items: readonly SelectItem[]): unknown[] {
  let unnamed = 0;
  return items.map((item) => {
    if (item.kind === "children") {
      const relation = item.statement.from.name;
      const child = scope.object.children.find((each) => each.name.toLowerCase() === relation.toLowerCase());
      const object = child === undefined ? undefined : scope.org.schema.object(child.object);
      if (child === undefined || object === undefined) return join(relation, true, []);
      const inner: Scope = { ...scope, object, alias: item.statement.from.alias, aliases: item.statement.aliases };
      return join(child.name, true, columnsOf(inner, item.statement.select));
    }
    if (item.kind !== "expression") return join(item.kind === "typeof" ? item.path : "FIELDS", false, []);
    const found = pathOf(item.expression);
    const bound = found === null ? null : bindPath(scope, found.path, found.offset);
    if (item.expression.kind === "call") {
      const displayName = item.alias ?? `expr${String(unnamed++)}`;
      const { name } = item.expression;
      const field = name.startsWith("COUNT") ? null : (bound?.field ?? null);
      return column({ columnName: displayName, displayName, field, aggregate: true, joinColumns: [] });
    }
    const field = bound?.field ?? null;
    const name = field?.name ?? "";
    const leaf = column({ columnName: name, displayName: name, field, aggregate: false, joinColumns: [] });
    return (bound?.steps ?? []).reduceRight<Record<string, unknown>>(
      (below, step) => join(step.name, false, [below]),
      leaf,
    );
  });
}

/** What `query?columns=true` answers: the columns of a statement instead of its rows (reference salesforce.md §5). */
export function columnMetadata(org: Org, soql: string, version: string): Record<string, unknown> {
  // A statement that cannot be run has no columns either.
  runQuery(org, soql, { version, includeDeleted: false });
  const statement = parseStatement(soql);
  const object = org.schema.object(statement.from.name);
  if (object === undefined) throw new TypeError("a statement that ran has an object");
  const scope: Scope = { org, object, alias: statement.from.alias, aliases: statement.aliases, query: soql };
  return {
    columnMetadata: columnsOf(scope, statement.select),
    entityName: object.name,
    groupBy: statement.groupBy.length > 0,
    idSelected: statement.select.some(
      (each) =>
        each.kind === "expression" && each.expression.kind === "field" && each.expression.path.toLowerCase() === "id",
    ),
    keyPrefix: object.keyPrefix,
  };
}

/** What `query?explain=` answers: the plans the server would weigh. */
export function explainQuery(org: Org, soql: string, version: string): Record<string, unknown> {
  const { totalSize } = runQuery(org, soql, { version, includeDeleted: false });
  const statement = parseStatement(soql);
  const object = org.schema.object(statement.from.name);
  const size = object === undefined ? 0 : org.table(object).size;
  const filtered = statement.where !== null;
  const plan = {
    cardinality: totalSize,
    fields: [],
    leadingOperationType: filtered ? "Index" : "TableScan",
    notes: [],
    relativeCost: size === 0 ? 0 : Math.max(0.001, totalSize / size),
    sobjectCardinality: size,
    sobjectType: object?.name ?? "",
  };
  return { plans: [plan], sourceQuery: soql };
}
