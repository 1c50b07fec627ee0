import { SalesforceError } from "../errors.ts";
import type { FieldType, Row, Value } from "../schema/index.ts";
import { bindAggregate } from "./accumulators.ts";
import type { Accumulator, BoundAggregate } from "./accumulators.ts";
import type { Expression, Statement } from "./ast.ts";
import { compileCondition } from "./conditions.ts";
import type { ConditionContext } from "./conditions.ts";
import { bindExpression, isAggregate } from "./expressions.ts";
import type { Scope } from "./names.ts";
import { sortBy } from "./ordering.ts";
import { printValue } from "./shape.ts";
import type { Json } from "./shape.ts";
import { malformed } from "./syntax-error.ts";

/** Rows that count as one for the asked-for aggregates. */
export interface RowRun {
  readonly row: Row;
  readonly times: number;
}

/** The rows of one group, boiled down. */
interface Group {
  /** One of its rows, for the grouped fields; null for the only group of no rows. */
  readonly row: Row | null;
  readonly slots: readonly Accumulator[];
}

interface GroupColumn {
  readonly name: string;
  readonly type: FieldType;
  readonly filterable: boolean;
  readonly read: (group: Group) => Value;
  readonly print: (group: Group) => unknown;
}

function written(expression: Expression | null): string {
  if (expression === null) return "";
  return expression.kind === "field"
    ? expression.path.toLowerCase()
    : `${expression.name.toLowerCase()}(${written(expression.argument)})`;
}

/** The aggregates of a statement, each worked out once however often it is named. */
class Slots {
  readonly #scope: Scope;
  readonly #known = new Map<string, number>();
  readonly #bound: BoundAggregate[] = [];

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  start(): Accumulator[] {
    return this.#bound.map((each) => each.start());
  }

  column(expression: Expression): GroupColumn {
    if (!isAggregate(expression)) {
      const bound = bindExpression(this.#scope, expression);
      const read = (group: Group): Value => (group.row === null ? null : bound.read(group.row));
      const { field } = bound;
      return {
        name: bound.name,
        type: bound.type,
        filterable: field?.filterable ?? true,
        read,
        print: (group) => (field === null ? read(group) : printValue(field, read(group))),
      };
    }
    const key = written(expression);
    const slot = this.#known.get(key) ?? this.#bound.length;
    if (slot === this.#bound.length) {
      this.#bound.push(bindAggregate(this.#scope, expression));
      this.#known.set(key, slot);
    }
    const bound = this.#bound[slot];
    if (bound === undefined) throw new TypeError("an aggregate has no slot");
    const read = (group: Group): Value => group.slots[slot]?.value() ?? null;
    return { ...bound, filterable: true, read, print: (group) => bound.print(read(group)) };
  }
}

/** Whether the statement answers with AggregateResult rows. */
export function isAggregateStatement(statement: Statement): boolean {
  return (
    statement.groupBy.length > 0
    || statement.select.some((each) => each.kind === "expression" && isAggregate(each.expression))
  );
}

function groupRows(scope: Scope, statement: Statement, runs: Iterable<RowRun>, slots: Slots): Group[] {
  const keys = statement.groupBy.map((each) => bindExpression(scope, each).read);
  const groups = new Map<string, Group>();
  if (keys.length === 0) groups.set("", { row: null, slots: slots.start() });
  const [only] = keys;
  for (const { row, times } of runs) {
    const key =
      only === undefined
        ? ""
        : keys.length === 1
          ? JSON.stringify(only(row))
          : JSON.stringify(keys.map((read) => read(row)));
    let group = groups.get(key);
    if (group === undefined) {
      group = { row, slots: slots.start() };
      groups.set(key, group);
    }
    for (const slot of group.slots) slot.add(row, times);
  }
  return [...groups.values()];
}

/**
 * Groups rows and works the aggregates out (reference salesforce.md §5, §13).
 *
 * @returns one AggregateResult per group, unnamed functions as `expr0`, `expr1` …
 */
export function aggregate(
  scope: Scope,
  statement: Statement,
  runs: Iterable<RowRun>,
  context: Omit<ConditionContext<Group>, "bind">,
): Json[] {
  const grouped = new Set(statement.groupBy.map(written));
  const slots = new Slots(scope);
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
    const column = slots.column(expression);
    if (alias !== null) aliases.set(alias.toLowerCase(), expression);
    const key = alias ?? (expression.kind === "field" ? column.name : `expr${String(unnamed++)}`);
    return { key, print: column.print };
  });
  const bind = (expression: Expression): GroupColumn =>
    slots.column(expression.kind === "field" ? (aliases.get(expression.path.toLowerCase()) ?? expression) : expression);
  const kept = statement.having === null ? null : compileCondition({ ...context, bind }, statement.having);
  const order = statement.orderBy.map((each) => ({
    read: bind(each.expression).read,
    descending: each.descending,
    nullsLast: each.nullsLast,
    exact: false,
  }));
  let groups = groupRows(scope, statement, runs, slots);
  if (kept !== null) groups = groups.filter(kept);
  if (order.length > 0) sortBy(groups, order);
  const from = statement.offset ?? 0;
  return groups.slice(from, statement.limit === null ? undefined : from + statement.limit).map((group) => {
    const out: Json = { attributes: { type: "AggregateResult" } };
    for (const column of columns) out[column.key] = column.print(group);
    return out;
  });
}
