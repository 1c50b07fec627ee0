import type { FieldType, Row, Value } from "../schema/index.ts";
import type { CallExpression } from "./ast.ts";
import { bindExpression } from "./expressions.ts";
import type { Scope } from "./names.ts";
import { printValue } from "./shape.ts";
import { malformed } from "./syntax-error.ts";

/** One aggregate function at work over the rows of a group. */
export interface Accumulator {
  /** Takes a row in; `times` stands for as many rows that are alike in all that is asked. */
  add(row: Row, times: number): void;
  value(): Value;
}

/** An aggregate function bound to its field. */
export interface BoundAggregate {
  readonly name: string;
  readonly type: FieldType;
  readonly start: () => Accumulator;
  readonly print: (value: Value) => unknown;
}

const same = (value: Value): unknown => value;

function counting(read: ((row: Row) => Value) | null): () => Accumulator {
  return () => {
    let count = 0;
    return {
      add: (row, times) => {
        if (read === null || read(row) !== null) count += times;
      },
      value: () => count,
    };
  };
}

function distinct(read: (row: Row) => Value): () => Accumulator {
  return () => {
    const seen = new Set<Value>();
    return {
      add: (row) => {
        const value = read(row);
        if (value !== null) seen.add(value);
      },
      value: () => seen.size,
    };
  };
}

function extreme(read: (row: Row) => Value, sign: 1 | -1): () => Accumulator {
  return () => {
    let best: Value = null;
    return {
      add: (row) => {
        const value = read(row);
        if (value !== null && (best === null || (sign === 1 ? value > best : value < best))) best = value;
      },
      value: () => best,
    };
  };
}

function total(read: (row: Row) => Value, average: boolean): () => Accumulator {
  return () => {
    let sum = 0;
    let count = 0;
    return {
      add: (row, times) => {
        const value = read(row);
        if (typeof value !== "number") return;
        sum += value * times;
        count += times;
      },
      value: () => (count === 0 ? null : Number((average ? sum / count : sum).toFixed(6))),
    };
  };
}

/** Binds an aggregate function. @throws SalesforceError MALFORMED_QUERY for a field it cannot work on */
export function bindAggregate(scope: Scope, { name, argument, offset }: CallExpression): BoundAggregate {
  if (argument === null) {
    if (name !== "COUNT") throw malformed(scope.query, offset, `unexpected token: ')'`);
    return { name: "COUNT", type: "int", start: counting(null), print: same };
  }
  const bound = bindExpression(scope, argument);
  const { read, field } = bound;
  switch (name) {
    case "COUNT":
      return { name, type: "int", start: counting(read), print: same };
    case "COUNT_DISTINCT":
      return { name, type: "int", start: distinct(read), print: same };
    case "MIN":
    case "MAX":
      return {
        name,
        type: bound.type,
        start: extreme(read, name === "MAX" ? 1 : -1),
        print: (value) => (field === null ? value : printValue(field, value)),
      };
    default:
      if (!["int", "double", "currency", "percent"].includes(bound.type)) {
        throw malformed(scope.query, offset, `field ${bound.name} does not support aggregate operator ${name}`);
      }
      return { name, type: "double", start: total(read, name === "AVG"), print: same };
  }
}
