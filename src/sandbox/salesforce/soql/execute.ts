import { SalesforceError } from "../errors.ts";
import { readField } from "../schema/index.ts";
import type { Row, Value } from "../schema/index.ts";
import { RECYCLE_BIN_MS, stamp } from "../state/org.ts";
import type { Org } from "../state/org.ts";
import { aggregate, isAggregateStatement } from "./aggregates.ts";
import type { RowRun } from "./aggregates.ts";
import type { Expression, Statement } from "./ast.ts";
import { compileCondition } from "./conditions.ts";
import { bindExpression, isAggregate } from "./expressions.ts";
import type { Scope } from "./names.ts";
import { sortBy } from "./ordering.ts";
import type { SortKey } from "./ordering.ts";
import { parseStatement } from "./parser.ts";
import type { OrderedRows } from "../state/table.ts";
import { chooseSource } from "./row-source.ts";
import type { RowSource } from "./row-source.ts";
import { countedRuns, groupedStamp } from "./row-runs.ts";
import { attributes, ColumnTree } from "./shape.ts";
import type { Json, Writer } from "./shape.ts";
import { invalidField, malformed, unknownType } from "./syntax-error.ts";

/** How a statement is to be run. */
export interface QueryOptions {
  /** API version of the record urls, e.g. `64.0`. */
  readonly version: string;
  /** `queryAll`: rows in the recycle bin and archived activities too. */
  readonly includeDeleted: boolean;
}

/** An answer that is printed a page at a time. */
export interface QueryAnswer {
  readonly totalSize: number;
  /** How many records there are to print; 0 for `COUNT()`. */
  readonly length: number;
  readonly render: (index: number) => Json;
}

/** Rows found, in order; a list or a stretch of an order. */
interface Found extends Iterable<Row> {
  readonly length: number;
  at(index: number): Row | undefined;
}

interface Run extends QueryOptions {
  readonly org: Org;
  readonly query: string;
  readonly now: number;
  /** Before this instant a deleted row has left the recycle bin. */
  readonly binStart: string;
}

/**
 * Runs a SOQL statement.
 *
 * @throws SalesforceError MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE or INVALID_QUERY_FILTER_OPERATOR (reference
 * salesforce.md §4, §13).
 */
export function runQuery(org: Org, query: string, options: QueryOptions): QueryAnswer {
  const now = org.clock.now();
  const run: Run = { org, query, now, binStart: stamp(now - RECYCLE_BIN_MS), ...options };
  const statement = parseStatement(query);
  const scope = scopeOf(run, statement);
  checkLimits(run, statement);
  const [only] = statement.select;
  if (statement.select.length === 1 && only?.kind === "expression" && statement.groupBy.length === 0) {
    const { expression } = only;
    if (isAggregate(expression) && expression.argument === null) {
      return { totalSize: selectRows(run, scope, statement).length, length: 0, render: () => ({}) };
    }
  }
  if (isAggregateStatement(statement)) {
    const records = aggregate(scope, statement, rowRuns(run, scope, statement), comparing(run));
    return { totalSize: records.length, length: records.length, render: (index) => records[index] ?? {} };
  }
  const print = compileRecord(run, scope, statement);
  const rows = selectRows(run, scope, statement);
  return {
    totalSize: rows.length,
    length: rows.length,
    render: (index) => {
      const row = rows.at(index);
      return row === undefined ? {} : print(row);
    },
  };
}

/** The rows of an aggregate statement; counts along a stable order need none of them but one a group. */
function rowRuns(run: Run, scope: Scope, statement: Statement): Iterable<RowRun> {
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

function scopeOf(run: Run, statement: Statement): Scope {
  const object = run.org.schema.object(statement.from.name);
  if (object === undefined || !run.org.visibility.shows(object)) {
    throw unknownType(run.query, statement.from.offset, statement.from.name);
  }
  return { org: run.org, object, alias: statement.from.alias, query: run.query };
}

function checkLimits(run: Run, statement: Statement): void {
  if (statement.offset !== null && statement.offset > 2000) {
    throw new SalesforceError(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000");
  }
  const everything = statement.select.find((each) => each.kind === "fields");
  if (everything?.kind === "fields" && everything.which !== "standard" && (statement.limit ?? 201) > 200) {
    throw malformed(run.query, everything.offset, "The SOQL FIELDS function must have a LIMIT of at most 200");
  }
}

function comparing(run: Run): {
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
function selectRows(run: Run, scope: Scope, statement: Statement, candidates?: readonly Row[]): Found {
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
  return from === 0 && found.length <= end ? found : found.slice(from, end);
}

/** Part of an order that stays as it is, as a list of rows fetched one by one. */
function stretch(view: OrderedRows, at: (step: number) => number, from: number, to: number): Found {
  const length = Math.max(0, to - from);
  const row = (step: number): Row | undefined => view.at(at(from + step));
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

/** Compiles the SELECT list into a printer of records. */
function compileRecord(run: Run, scope: Scope, statement: Statement): (row: Row) => Json {
  const columns = new ColumnTree(scope);
  const children: Writer[] = [];
  for (const item of statement.select) {
    if (item.kind === "children") {
      children.push(compileChildren(run, scope, item.statement));
    } else if (item.kind === "fields") {
      for (const field of scope.org.visibility.fields(scope.object)) {
        if (item.which === "all" || field.custom === (item.which === "custom")) columns.add(field.name, item.offset);
      }
    } else {
      const { expression } = item;
      const plain = expression.kind === "call" ? expression.argument : expression;
      if (expression.kind === "call" && expression.name !== "TOLABEL" && expression.name !== "FORMAT") {
        throw malformed(run.query, expression.offset, `unexpected token: '${expression.name}'`);
      }
      if (plain?.kind !== "field") throw malformed(run.query, expression.offset, "unexpected token: '('");
      if (!columns.add(plain.path, plain.offset)) {
        throw invalidField(run.query, plain.offset, `duplicate field selected: ${plain.path}`);
      }
    }
  }
  const writers = [...columns.writers(run.version), ...children];
  const { name } = scope.object;
  return (row) => {
    const out: Json = { attributes: attributes(run.version, name, row.Id) };
    for (const write of writers) write(out, row);
    return out;
  };
}

function compileChildren(run: Run, scope: Scope, statement: Statement): Writer {
  const wanted = statement.from.name.split(".").at(-1)?.toLowerCase();
  const relation = scope.object.children.find((each) => each.name.toLowerCase() === wanted);
  const object = relation === undefined ? undefined : run.org.schema.object(relation.object);
  if (relation === undefined || object === undefined || !run.org.visibility.shows(object)) {
    throw new SalesforceError(
      400,
      "INVALID_TYPE",
      unknownRelation(run.query, statement.from.offset, statement.from.name),
    );
  }
  const inner: Scope = { ...scope, object, alias: statement.from.alias };
  const print = compileRecord(run, inner, statement);
  const table = run.org.table(object);
  return (out, row) => {
    const rows = selectRows(run, inner, statement, table.withValue(relation.field, row.Id));
    out[relation.name] =
      rows.length === 0
        ? null
        : { totalSize: rows.length, done: true, records: Array.from(rows, (each) => print(each)) };
  };
}

function unknownRelation(query: string, offset: number, name: string): string {
  return invalidField(
    query,
    offset,
    `Didn't understand relationship '${name}' in FROM part of query call. If you are attempting to use a custom `
      + `relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the `
      + `describe call for the appropriate names.`,
  ).message;
}

/** Prints records outside a query: the named fields, or all that are shown. */
export function recordPrinter(
  org: Org,
  object: Scope["object"],
  fields: readonly string[] | null,
  version: string,
): (row: Row) => Json {
  const scope: Scope = { org, object, alias: null, query: "" };
  const columns = new ColumnTree(scope);
  for (const name of fields ?? org.visibility.fields(object).map((each) => each.name)) columns.add(name, 0);
  const writers = columns.writers(version);
  return (row) => {
    const out: Json = { attributes: attributes(version, object.name, row.Id) };
    for (const write of writers) write(out, row);
    return out;
  };
}

/** Prints one record outside a query. */
export function printRecord(
  org: Org,
  object: Scope["object"],
  row: Row,
  fields: readonly string[] | null,
  version: string,
): Json {
  return recordPrinter(org, object, fields, version)(row);
}

/** Reads one field of a record by name; null for a field the object does not have. */
export function fieldValue(object: Scope["object"], row: Row, name: string): Value {
  const field = object.fieldsByName.get(name.toLowerCase());
  return field === undefined ? null : readField(field, row);
}
