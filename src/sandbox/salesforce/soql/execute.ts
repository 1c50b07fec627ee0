import { SalesforceError } from "../errors.ts";
import { readField } from "../schema/index.ts";
import type { Row, Value } from "../schema/index.ts";
import type { Org } from "../state/org.ts";
import { aggregate, isAggregateStatement } from "./aggregates.ts";
import type { Statement } from "./ast.ts";
import { isAggregate } from "./expressions.ts";
import type { Scope } from "./names.ts";
import { parseStatement } from "./parser.ts";
import { checkLimits, scopeOf, startRun } from "./run.ts";
import type { QueryAnswer, QueryOptions, Run } from "./run.ts";
import { comparing, rowRuns, selectRows } from "./select-rows.ts";
import { attributes, ColumnTree } from "./shape.ts";
import type { Json, Writer } from "./shape.ts";
import { invalidField, malformed } from "./syntax-error.ts";
import { compileTypeOf } from "./typeof.ts";

/**
 * Runs a SOQL statement.
 *
 * @throws SalesforceError MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE or INVALID_QUERY_FILTER_OPERATOR (reference
 * salesforce.md §4, §13).
 */
export function runQuery(org: Org, query: string, options: QueryOptions): QueryAnswer {
  const run = startRun(org, query, options);
  const statement = parseStatement(query);
  const scope = scopeOf(run, statement);
  checkLimits(run, statement);
  const [only] = statement.select;
  if (statement.select.length === 1 && only?.kind === "expression" && statement.groupBy.length === 0) {
    const { expression } = only;
    if (isAggregate(expression) && expression.argument === null) {
      return { totalSize: selectRows(run, scope, statement).length, length: 0, render: () => ({}), weigh: null };
    }
  }
  if (isAggregateStatement(statement)) {
    const records = aggregate(scope, statement, rowRuns(run, scope, statement), comparing(run));
    return { totalSize: records.length, length: records.length, render: (index) => records[index] ?? {}, weigh: null };
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
    weigh: statement.select.some((each) => each.kind === "children") ? weighChildren : null,
  };
}

/** One for the record and one for each child printed with it. */
function weighChildren(record: Json): number {
  let weight = 1;
  for (const value of Object.values(record)) {
    const nested = typeof value === "object" && value !== null && "records" in value ? value.records : null;
    if (Array.isArray(nested)) weight += nested.length;
  }
  return weight;
}

const PLAIN_FUNCTIONS = new Set(["TOLABEL", "FORMAT", "CONVERTCURRENCY"]);

/** Compiles the SELECT list into a printer of records. */
function compileRecord(run: Run, scope: Scope, statement: Statement): (row: Row) => Json {
  const columns = new ColumnTree(scope);
  const children: Writer[] = [];
  for (const item of statement.select) {
    if (item.kind === "children") {
      children.push(compileChildren(run, scope, item.statement));
    } else if (item.kind === "typeof") {
      children.push(compileTypeOf(scope, item, run.version));
    } else if (item.kind === "fields") {
      for (const field of scope.org.visibility.fields(scope.object)) {
        if (item.which === "all" || field.custom === (item.which === "custom")) columns.add(field.name, item.offset);
      }
    } else {
      const { expression } = item;
      const plain = expression.kind === "call" ? expression.argument : expression;
      if (expression.kind === "call" && !PLAIN_FUNCTIONS.has(expression.name)) {
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
  const inner: Scope = { ...scope, object, alias: statement.from.alias, aliases: statement.aliases };
  const print = compileRecord(run, inner, statement);
  const table = run.org.table(object);
  const size = run.children?.pageSize ?? Number.POSITIVE_INFINITY;
  return (out, row) => {
    const rows = selectRows(run, inner, statement, table.eachWithValue(relation.field, row.Id));
    if (rows.length === 0) {
      out[relation.name] = null;
      return;
    }
    const render = (index: number): Json => {
      const each = rows.at(index);
      return each === undefined ? {} : print(each);
    };
    const { length } = rows;
    const shown = Math.min(length, size);
    const records = Array.from({ length: shown }, (_, index) => render(index));
    out[relation.name] =
      shown === length || run.children === undefined
        ? { totalSize: length, done: true, records }
        : {
            totalSize: length,
            done: false,
            nextRecordsUrl: run.children.open({ totalSize: length, length, render, weigh: null }, shown),
            records,
          };
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
