import { SalesforceError } from "../errors.ts";
import type { Value } from "../schema/index.ts";
import type { Condition, Expression, Statement } from "./ast.ts";
import { compileComparison, compileList, compileMembership, compilePicks } from "./compare.ts";
import type { CompareContext, Compared } from "./compare.ts";
import { invalidField } from "./syntax-error.ts";

/** An operand of a condition over items of some kind: rows for WHERE, groups for HAVING. */
export interface Operand<T> extends Compared {
  readonly filterable: boolean;
  readonly read: (item: T) => Value;
}

/** What a condition is compiled against. */
export interface ConditionContext<T> extends CompareContext {
  readonly bind: (expression: Expression) => Operand<T>;
  /** The values of a semi-join's only column. */
  readonly select: (statement: Statement) => Iterable<Value>;
}

/** Compiles a condition into one closure, so that a scan does no look-ups (reference salesforce.md §13). */
export function compileCondition<T>(context: ConditionContext<T>, condition: Condition): (item: T) => boolean {
  switch (condition.kind) {
    case "and": {
      const parts = condition.parts.map((each) => compileCondition(context, each));
      return (item) => {
        for (const part of parts) if (!part(item)) return false;
        return true;
      };
    }
    case "or": {
      const parts = condition.parts.map((each) => compileCondition(context, each));
      return (item) => {
        for (const part of parts) if (part(item)) return true;
        return false;
      };
    }
    case "not": {
      const part = compileCondition(context, condition.part);
      return (item) => !part(item);
    }
    case "compare": {
      const left = context.bind(condition.left);
      if (!left.filterable) {
        throw invalidField(
          context.query,
          condition.left.offset,
          `field '${left.name}' can not be filtered in a query call`,
        );
      }
      const test = compileOperand(context, condition, left);
      const { read } = left;
      return (item) => test(read(item));
    }
    default:
      return condition satisfies never;
  }
}

function compileOperand<T>(
  context: ConditionContext<T>,
  condition: Extract<Condition, { kind: "compare" }>,
  left: Compared,
): (value: Value) => boolean {
  const { operator, right, offset } = condition;
  if (operator === "IN" || operator === "NOT IN") {
    if (right.kind === "query") {
      if (left.type !== "id" && left.type !== "reference") {
        throw new SalesforceError(
          400,
          "INVALID_QUERY_FILTER_OPERATOR",
          `The left operand field in the where expression for the semi-join should be an id or reference: ${left.name}`,
        );
      }
      return compileMembership(left, operator, context.select(right.statement));
    }
    return compileList(context, left, operator, right.kind === "list" ? right.items : []);
  }
  if (operator === "INCLUDES" || operator === "EXCLUDES") {
    return compilePicks(context, left, operator, right.kind === "list" ? right.items : [], offset);
  }
  if (right.kind === "list" || right.kind === "query") throw new TypeError("a list needs IN");
  return compileComparison(context, left, operator, right, offset);
}
