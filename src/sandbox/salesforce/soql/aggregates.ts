import { SalesforceError } from "../errors.ts";
import type { FieldType, Row, Value } from "../schema/index.ts";
import type { Expression, Statement } from "./ast.ts";
import { compileCondition } from "./conditions.ts";
import type { ConditionContext } from "./conditions.ts";
import { bindExpression, isAggregate } from "./expressions.ts";
import type { Scope } from "./names.ts";
import { sortBy } from "./ordering.ts";
import { printValue } from "./shape.ts";
import type { Json } from "./shape.ts";
import { malformed } from "./syntax-error.ts";

type Group = readonly Row[];

interface GroupColumn {
  readonly name: string;
  readonly type: FieldType;
  readonly filterable: boolean;
  readonly read: (group: Group) => Value;
  readonly print: (group: Group) => unknown;
}

function numbers(group: Group, read: (row: Row) => Value): number[] {
  return group.map(read).filter((each) => typeof each === "number");
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const each of values) total += each;
  return Number(total.toFixed(6));
}

function extreme(group: Group, read: (row: Row) => Value, sign: 1 | -1): Value {
  let best: Value = null;
  for (const row of group) {
    const value = read(row);
    if (value === null) continue;
    if (best === null || (sign === 1 ? value > best : value < best)) best = value;
  }
  return best;
}

function bindAggregate(scope: Scope, expression: Expression): GroupColumn {
  if (!isAggregate(expression)) {
    const bound = bindExpression(scope, expression);
    const read = (group: Group): Value => (group[0] === undefined ? null : bound.read(group[0]));
    const { field } = bound;
    return {
      name: bound.name,
      type: bound.type,
      filterable: bound.field?.filterable ?? true,
      read,
      print: (group) => (field === null ? read(group) : printValue(field, read(group))),
    };
  }
  const { name, argument, offset } = expression;
  if (argument === null) {
    if (name !== "COUNT") throw malformed(scope.query, offset, `unexpected token: ')'`);
    return counted((group) => group.length);
  }
  const bound = bindExpression(scope, argument);
  if (name === "COUNT") return counted((group) => group.filter((row) => bound.read(row) !== null).length);
  if (name === "COUNT_DISTINCT") {
    return counted((group) => new Set(group.map(bound.read).filter((each) => each !== null)).size);
  }
  if (name === "MIN" || name === "MAX") {
    const read = (group: Group): Value => extreme(group, bound.read, name === "MAX" ? 1 : -1);
    const { field } = bound;
    return {
      name,
      type: bound.type,
      filterable: true,
      read,
      print: (group) => (field === null ? read(group) : printValue(field, read(group))),
    };
  }
  if (!["int", "double", "currency", "percent"].includes(bound.type)) {
    throw malformed(scope.query, offset, `field ${bound.name} does not support aggregate operator ${name}`);
  }
  const read = (group: Group): Value => {
    const values = numbers(group, bound.read);
    if (values.length === 0) return null;
    return name === "SUM" ? sum(values) : sum(values) / values.length;
  };
  return { name, type: "double", filterable: true, read, print: read };
}

function counted(read: (group: Group) => number): GroupColumn {
  return { name: "COUNT", type: "int", filterable: true, read, print: read };
}

function written(expression: Expression | null): string {
  if (expression === null) return "";
  return expression.kind === "field"
    ? expression.path.toLowerCase()
    : `${expression.name.toLowerCase()}(${written(expression.argument)})`;
}

function groupRows(scope: Scope, statement: Statement, rows: readonly Row[]): Group[] {
  if (statement.groupBy.length === 0) return [rows];
  const keys = statement.groupBy.map((each) => bindExpression(scope, each).read);
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(keys.map((read) => read(row)));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

/** Whether the statement answers with AggregateResult rows. */
export function isAggregateStatement(statement: Statement): boolean {
  return (
    statement.groupBy.length > 0
    || statement.select.some((each) => each.kind === "expression" && isAggregate(each.expression))
  );
}

/**
 * Groups rows and works the aggregates out (reference salesforce.md §5, §13).
 *
 * @returns one AggregateResult per group, unnamed functions as `expr0`, `expr1` …
 */
export function aggregate(
  scope: Scope,
  statement: Statement,
  rows: readonly Row[],
  context: Omit<ConditionContext<Group>, "bind">,
): Json[] {
  const grouped = new Set(statement.groupBy.map(written));
  let unnamed = 0;
  const aliases = new Map<string, Expression>();
  const columns = statement.select.map((item) => {
    if (item.kind !== "expression") {
      throw new SalesforceError(
        400,
        "MALFORMED_QUERY",
        "Grouped queries cannot select child relationships or FIELDS()",
      );
    }
    const { expression, alias } = item;
    if (!isAggregate(expression) && !grouped.has(written(expression))) {
      throw malformed(scope.query, expression.offset, `Field must be grouped or aggregated: ${written(expression)}`);
    }
    const column = bindAggregate(scope, expression);
    if (alias !== null) aliases.set(alias.toLowerCase(), expression);
    const key = alias ?? (expression.kind === "field" ? column.name : `expr${String(unnamed++)}`);
    return { key, print: column.print };
  });
  const bind = (expression: Expression): GroupColumn =>
    bindAggregate(
      scope,
      expression.kind === "field" ? (aliases.get(expression.path.toLowerCase()) ?? expression) : expression,
    );
  let groups = groupRows(scope, statement, rows);
  if (statement.having !== null) groups = groups.filter(compileCondition({ ...context, bind }, statement.having));
  if (statement.orderBy.length > 0) {
    const keys = statement.orderBy.map((each) => ({
      read: bind(each.expression).read,
      descending: each.descending,
      nullsLast: each.nullsLast,
      exact: false,
    }));
    sortBy(groups, keys);
  }
  const from = statement.offset ?? 0;
  const kept = groups.slice(from, statement.limit === null ? undefined : from + statement.limit);
  return kept.map((group) => {
    const out: Json = { attributes: { type: "AggregateResult" } };
    for (const column of columns) out[column.key] = column.print(group);
    return out;
  });
}
