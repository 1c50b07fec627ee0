import { DateTime } from "luxon";
import type { FieldSchema, FieldType, Row, Value } from "../schema/index.ts";
import type { CallExpression, Expression } from "./ast.ts";
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

const DATE_PARTS: Readonly<Record<string, (at: DateTime) => number | string>> = {
  CALENDAR_YEAR: (at) => at.year,
  CALENDAR_QUARTER: (at) => at.quarter,
  CALENDAR_MONTH: (at) => at.month,
  FISCAL_YEAR: (at) => at.year,
  FISCAL_QUARTER: (at) => at.quarter,
  FISCAL_MONTH: (at) => at.month,
  DAY_IN_MONTH: (at) => at.day,
  DAY_IN_WEEK: (at) => (at.weekday % 7) + 1,
  DAY_IN_YEAR: (at) => at.ordinal,
  WEEK_IN_YEAR: (at) => Math.ceil(at.ordinal / 7),
  WEEK_IN_MONTH: (at) => Math.ceil(at.day / 7),
  HOUR_IN_DAY: (at) => at.hour,
  DAY_ONLY: (at) => at.toISODate() ?? "",
};

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
  if (name === "TOLABEL" || name === "FORMAT") return bindExpression(scope, argument);
  const part = DATE_PARTS[name];
  if (part === undefined) throw malformed(scope.query, offset, `unexpected token: '${name}'`);
  // Without convertTimezone the functions work in UTC.
  const zoned = argument.kind === "call" && argument.name === "CONVERTTIMEZONE";
  const inner = bindExpression(scope, zoned ? (argument.argument ?? argument) : argument);
  const zone = zoned ? scope.org.timeZone : "utc";
  return {
    name,
    type: name === "DAY_ONLY" ? "date" : "int",
    field: null,
    read: (row) => {
      const value = inner.read(row);
      return typeof value === "string" ? part(DateTime.fromISO(value, { zone: "utc" }).setZone(zone)) : null;
    },
  };
}
