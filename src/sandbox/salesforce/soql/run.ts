import { SalesforceError } from "../errors.ts";
import type { Row } from "../schema/index.ts";
import { RECYCLE_BIN_MS, stamp } from "../state/org.ts";
import type { Org } from "../state/org.ts";
import type { Statement } from "./ast.ts";
import type { Scope } from "./names.ts";
import type { Json } from "./shape.ts";
import { malformed, unknownType } from "./syntax-error.ts";

/** How a statement is to be run. */
export interface QueryOptions {
  /** API version of the record urls, e.g. `64.0`. */
  readonly version: string;
  /** `queryAll`: rows in the recycle bin and archived activities too. */
  readonly includeDeleted: boolean;
  /** How many children of one record are printed at once, and what opens a cursor for the rest. */
  readonly children?: { readonly pageSize: number; readonly open: (rest: QueryAnswer, from: number) => string };
}

/** An answer that is printed a page at a time. */
export interface QueryAnswer {
  readonly totalSize: number;
  /** How many records there are to print; 0 for `COUNT()`. */
  readonly length: number;
  readonly render: (index: number) => Json;
  /** How many rows a printed record counts for on a page, children included; null when each counts for one. */
  readonly weigh: ((record: Json) => number) | null;
}

/** Rows found, in order; a list or a stretch of an order. */
export interface Found extends Iterable<Row> {
  readonly length: number;
  at(index: number): Row | undefined;
}

/** One run of a statement. */
export interface Run extends QueryOptions {
  readonly org: Org;
  readonly query: string;
  readonly now: number;
  /** Before this instant a deleted row has left the recycle bin. */
  readonly binStart: string;
}

/** Starts a run as of now. */
export function startRun(org: Org, query: string, options: QueryOptions): Run {
  const now = org.clock.now();
  return { org, query, now, binStart: stamp(now - RECYCLE_BIN_MS), ...options };
}

/** Where the names of a statement are looked up. @throws SalesforceError INVALID_TYPE */
export function scopeOf(run: Run, statement: Statement): Scope {
  const object = run.org.schema.object(statement.from.name);
  if (object === undefined || !run.org.visibility.shows(object)) {
    throw unknownType(run.query, statement.from.offset, statement.from.name);
  }
  return { org: run.org, object, alias: statement.from.alias, aliases: statement.aliases, query: run.query };
}

function semiJoins(condition: Statement["where"]): readonly Statement[] {
  if (condition === null) return [];
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.parts.flatMap(semiJoins);
    case "not":
      return semiJoins(condition.part);
    case "compare":
      return condition.right.kind === "query" ? [condition.right.statement] : [];
    default:
      return condition satisfies never;
  }
}

/** Refuses what no query may ask for (reference salesforce.md §12, §13). */
export function checkLimits(run: Run, statement: Statement): void {
  const joins = semiJoins(statement.where);
  if (joins.length > 2) {
    throw malformed(run.query, statement.from.offset, "Maximum 2 semi join sub-selects are allowed");
  }
  if (joins.some((each) => semiJoins(each.where).length > 0)) {
    throw malformed(run.query, statement.from.offset, "Nesting of semi join sub-selects is not supported");
  }
  if (statement.select.filter((each) => each.kind === "children").length > 20) {
    throw malformed(run.query, statement.from.offset, "the number of child relationship subqueries is limited to 20");
  }
  if (statement.offset !== null && statement.offset > 2000) {
    throw new SalesforceError(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000");
  }
  const everything = statement.select.find((each) => each.kind === "fields");
  if (everything?.kind === "fields" && everything.which !== "standard" && (statement.limit ?? 201) > 200) {
    throw malformed(run.query, everything.offset, "The SOQL FIELDS function must have a LIMIT of at most 200");
  }
}
