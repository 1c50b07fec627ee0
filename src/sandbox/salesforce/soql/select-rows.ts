import type { Row, Value } from "../schema/index.ts";
import type { OrderedRows } from "../state/table.ts";
import type { RowRun } from "./aggregates.ts";
import type { Expression, Statement } from "./ast.ts";
import { compileCondition } from "./conditions.ts";
import { bindExpression, isAggregate } from "./expressions.ts";
import type { Scope } from "./names.ts";
import { sortBy } from "./ordering.ts";
import type { SortKey } from "./ordering.ts";
import { countedRuns, groupedStamp } from "./row-runs.ts";
import { chooseSource } from "./row-source.ts";
import type { RowSource } from "./row-source.ts";
import { scopeOf } from "./run.ts";
import type { Found, Run } from "./run.ts";
import { invalidField, malformed } from "./syntax-error.ts";

/** Rows computed on demand are held up to this number; of more only the ids are. */
const MOST_HELD = 20_000;

/** What comparisons of a statement may need. */
export function comparing(run: Run): {
  readonly query: string;
  readonly now: number;
  readonly timeZone: string;
  readonly select: (statement: Statement) => Value[];
} {
  return {
    query: run.query,
    now: run.now,
    timeZone: run.org.timeZone,
    select: (statement) => semiJoin(run, statement),
  };
}

function semiJoin(run: Run, statement: Statement): Value[] {
  const scope = scopeOf(run, statement);
  const [column] = statement.select;
  if (statement.select.length !== 1 || column?.kind !== "expression") {
    throw malformed(run.query, statement.from.offset, "semi join sub-selects can only query one field");
  }
  const { read } = bindExpression(scope, column.expression);
  return Array.from(selectRows(run, scope, statement), (row) => read(row));
}

function visible(run: Run): (row: Row) => boolean {
  const { visibility } = run.org;
  if (!run.includeDeleted) {
    return (row) => row["IsDeleted"] !== true && row["IsArchived"] !== true && visibility.showsRow(row.Id);
  }
  const { binStart } = run;
  return (row) => {
    if (!visibility.showsRow(row.Id)) return false;
    if (row["IsDeleted"] !== true) return true;
    const at = row["SystemModstamp"];
    return typeof at !== "string" || at >= binStart;
  };
}

function sortKeys(scope: Scope, statement: Statement): SortKey<Row>[] {
  return statement.orderBy.map((each) => {
    const bound = bindExpression(scope, each.expression);
    if (bound.field !== null && (!bound.field.filterable || bound.field.address !== null)) {
      throw invalidField(
        scope.query,
        each.expression.offset,
        `field '${bound.name}' can not be sorted in a query call`,
      );
    }
    const exact =
      bound.type === "id" || bound.type === "reference" || bound.type === "date" || bound.type === "datetime";
    return { read: bound.read, descending: each.descending, nullsLast: each.nullsLast, exact };
  });
}

/** Whether the rows of a source are in the asked-for order already. */
function alreadySorted(statement: Statement, chosen: RowSource | null): boolean {
  if (statement.orderBy.length === 0) return true;
  const leading = chosen?.orderedBy ?? null;
  if (chosen === null || leading === null) return false;
  const wanted = statement.orderBy.map((each) =>
    each.descending !== chosen.reversed || each.nullsLast || each.expression.kind !== "field"
      ? ""
      : each.expression.path.toLowerCase(),
  );
  const given = leading === "Id" ? ["id"] : [leading.toLowerCase(), "id"];
  return wanted.every((each, index) => each === given[index]);
}

/** Filters, sorts and cuts the rows of a statement. */
export function selectRows(run: Run, scope: Scope, statement: Statement, candidates?: Iterable<Row>): Found {
  const keys = sortKeys(scope, statement);
  const test =
    statement.where === null
      ? () => true
      : compileCondition<Row>(
          {
            ...comparing(run),
            bind: (expression: Expression) => {
              if (isAggregate(expression)) {
                throw malformed(run.query, expression.offset, "aggregate functions are not allowed in a WHERE clause");
              }
              const bound = bindExpression(scope, expression);
              const compound = bound.field?.address ?? null;
              return { ...bound, filterable: (bound.field?.filterable ?? true) && compound === null };
            },
          },
          statement.where,
        );
  const shown = visible(run);
  const from = statement.offset ?? 0;
  const end = statement.limit === null ? Number.POSITIVE_INFINITY : from + statement.limit;
  const chosen = candidates === undefined ? source(run, scope, statement) : null;
  const sorted = alreadySorted(statement, chosen);
  if (sorted && chosen?.part != null && chosen.stable) {
    const { view, from: first, to: last } = chosen.part;
    const at = (step: number): number => (chosen.reversed ? last - 1 - step : first + step);
    if (chosen.exact) return stretch(view, at, from, Math.min(end, last - first));
    const positions: number[] = [];
    for (let step = 0; step < last - first && positions.length < end; step += 1) {
      const row = view.at(at(step));
      if (row !== undefined && shown(row) && test(row)) positions.push(at(step));
    }
    return stretch(view, (step) => positions[step] ?? -1, from, Math.min(end, positions.length));
  }
  const found: Row[] = [];
  for (const row of chosen?.rows ?? candidates ?? []) {
    if (sorted && found.length >= end) break;
    if (shown(row) && test(row)) found.push(row);
  }
  if (!sorted) sortBy(found, keys);
  if (chosen?.stable === true && found.length > MOST_HELD) {
    const ids = found.slice(from, end).map((each) => each.Id);
    const table = run.org.table(scope.object);
    return listed(ids.length, (at) => table.get(ids[at] ?? ""));
  }
  return from === 0 && found.length <= end ? found : found.slice(from, end);
}

/** Part of an order that stays as it is, as a list of rows fetched one by one. */
function stretch(view: OrderedRows, at: (step: number) => number, from: number, to: number): Found {
  return listed(Math.max(0, to - from), (step) => view.at(at(from + step)));
}

/** A list of rows fetched one by one. */
function listed(length: number, row: (step: number) => Row | undefined): Found {
  return {
    length,
    at: row,
    *[Symbol.iterator]() {
      for (let step = 0; step < length; step += 1) {
        const each = row(step);
        if (each !== undefined) yield each;
      }
    },
  };
}

/** The rows to look through; `exact` and `stable` ones need no copy. */
function source(run: Run, scope: Scope, statement: Statement): RowSource & { readonly stable: boolean } {
  const table = run.org.table(scope.object);
  const liveOnly = !run.includeDeleted;
  const stable = table.stableOrder("Id", liveOnly) !== null;
  const chosen = chooseSource(table, statement, (field) => table.stableOrder(field, liveOnly) ?? table.ordered(field));
  if (!stable || !chosen.exact) return { ...chosen, stable };
  // What a person may not see, and what has left the recycle bin, is in the order all the same.
  let exact = run.org.visibility.showsAllRows();
  if (!liveOnly) for (const deletion of table.deletions.all()) if (deletion.at < run.binStart) exact = false;
  return { ...chosen, stable, exact };
}

/** The rows of an aggregate statement; counts along a stable order need none of them but one a group. */
export function rowRuns(run: Run, scope: Scope, statement: Statement): Iterable<RowRun> {
  const all: Statement = { ...statement, limit: null, offset: null, orderBy: [], groupBy: [], having: null };
  const stamp = groupedStamp(statement);
  if (run.org.table(scope.object).stableOrder("Id", true) !== null) {
    const path = { kind: "field", path: stamp ?? "Id", offset: 0 } as const;
    const along: Statement = { ...all, orderBy: [{ expression: path, descending: false, nullsLast: false }] };
    const { part, exact, orderedBy } = source(run, scope, along);
    const fits = statement.groupBy.length === 0 || orderedBy?.toLowerCase() === stamp;
    const runs = exact && fits && part !== null ? countedRuns(statement, part) : null;
    if (runs !== null) return runs;
  }
  const rows = selectRows(run, scope, all);
  return {
    *[Symbol.iterator]() {
      for (const row of rows) yield { row, times: 1 };
    },
  };
}
