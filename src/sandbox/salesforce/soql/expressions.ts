import type { FieldSchema, FieldType, Row, Value } from "../schema/index.ts";
import type { CallExpression, Expression } from "./ast.ts";
import { datePart } from "./date-parts.ts";
import { bindPath } from "./names.ts";
import type { Scope } from "./names.ts";
import { malformed } from "./syntax-error.ts";

/** An expression over one row. */
export interface BoundExpression {
  readonly name: string;
  readonly type: FieldType;
  readonly field: FieldSchema | null;
  readonly read: (row: Row) => Value;
}

export const AGGREGATES = new Set(["COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"]);

/** Whether an expression is an aggregate function. */
export function isAggregate(expression: Expression): expression is CallExpression {
  return expression.kind === "call" && AGGREGATES.has(expression.name);
}

/** Binds a field, a date function or a formatting function. */
export function bindExpression(scope: Scope, expression: Expression): BoundExpression {
  if (expression.kind === "field") {
    const { field, read } = bindPath(scope, expression.path, expression.offset);
    return { name: field.name, type: field.type, field, read };
  }
  const { name, argument, offset } = expression;
  if (argument === null) throw malformed(scope.query, offset, `unexpected token: '${name}'`);
  if (name === "TOLABEL" || name === "FORMAT" || name === "CONVERTCURRENCY") return bindExpression(scope, argument);
  // Without convertTimezone the functions work in UTC.
  const zoned = argument.kind === "call" && argument.name === "CONVERTTIMEZONE";
  const part = datePart(name, zoned ? scope.org.timeZone : null);
  if (part === null) throw malformed(scope.query, offset, `unexpected token: '${name}'`);
  const inner = bindExpression(scope, zoned ? (argument.argument ?? argument) : argument);
  if (inner.type !== "date" && inner.type !== "datetime") {
    throw malformed(scope.query, offset, `field ${inner.name} does not support date function ${name}`);
  }
  const type = name === "DAY_ONLY" ? "date" : "int";
  return { name, type, field: null, read: (row) => part(inner.read(row)) };
}
