import type { OrderedRows } from "../state/table.ts";
import type { RowRun } from "./aggregates.ts";
import type { Expression, Statement } from "./ast.ts";
import { isAggregate } from "./expressions.ts";
import type { OrderPart } from "./row-source.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;

function isCount(expression: Expression): boolean {
  return (
    isAggregate(expression)
    && expression.name === "COUNT"
    && (expression.argument === null
      || (expression.argument.kind === "field" && expression.argument.path.toLowerCase() === "id"))
  );
}

/** The only field all groups are date parts of, in lower case; null when there are other groups. */
export function groupedStamp(statement: Statement): string | null {
  let field: string | null = null;
  for (const each of statement.groupBy) {
    if (each.kind !== "call" || each.argument?.kind !== "field") return null;
    const own = each.argument.path.toLowerCase();
    if (field !== null && field !== own) return null;
    field = own;
  }
  return field;
}

/**
 * The rows of a stretch of an order boiled down to one per group, for counts: the whole stretch when there are no
 * groups, a run per UTC day or hour when the groups are parts of the date it is ordered by. Null when more is asked.
 */
export function countedRuns(statement: Statement, part: OrderPart): Iterable<RowRun> | null {
  const asked = statement.select.map((each) => (each.kind === "expression" ? each.expression : null));
  const counts = asked.every((each) => each !== null && (isCount(each) || !isAggregate(each)));
  if (!counts || statement.having !== null || statement.orderBy.some((each) => isAggregate(each.expression)))
    return null;
  if (statement.groupBy.length === 0) {
    const row = part.view.at(part.from);
    return row === undefined ? [] : [{ row, times: part.to - part.from }];
  }
  if (groupedStamp(statement) !== part.field.toLowerCase()) return null;
  const hours = statement.groupBy.some((each) => each.kind === "call" && each.name === "HOUR_IN_DAY");
  return byTime(part, hours ? HOUR : DAY);
}

function* byTime({ view, from, to, field }: OrderPart, step: number): Generator<RowRun> {
  let at = from;
  while (at < to) {
    const row = view.at(at);
    if (row === undefined) return;
    const stamp = row[field];
    const next = typeof stamp === "string" ? Math.min(to, after(view, stamp, step)) : to;
    yield { row, times: next - at };
    at = next;
  }
}

/** The first position after the day or hour of a stamp. */
function after(view: OrderedRows, stamp: string, step: number): number {
  return view.lowerBound(new Date((Math.floor(Date.parse(stamp) / step) + 1) * step).toISOString());
}
