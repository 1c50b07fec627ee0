import type { FieldSchema, Row } from "../schema/index.ts";
import { normalizeId } from "../state/org.ts";
import type { OrderedRows, Table } from "../state/table.ts";
import type { Condition, Literal, Statement } from "./ast.ts";
import { normalizeInstant } from "./compare.ts";

/** A stretch of an order. */
export interface OrderPart {
  /** What it is ordered by. */
  readonly field: string;
  readonly view: OrderedRows;
  readonly from: number;
  readonly to: number;
}

/** Candidate rows of a statement, a superset of its answer, and the order they come in. */
export interface RowSource {
  readonly rows: Iterable<Row>;
  /** The leading field they are ordered by (then by Id); null for no order. */
  readonly orderedBy: string | null;
  /** Whether they come last first. */
  readonly reversed: boolean;
  /** Whether they are all that the conditions ask for. */
  readonly exact: boolean;
  /** The stretch they come from, when they come along an order. */
  readonly part: OrderPart | null;
}

const UNORDERED = { orderedBy: null, reversed: false, exact: false, part: null } as const;

interface Range {
  low: string;
  /** Exclusive; null for open. */
  high: string | null;
}

type Simple = Extract<Condition, { kind: "compare" }> & { readonly left: { readonly kind: "field" } };

const STAMPS = ["SystemModstamp", "CreatedDate", "LastModifiedDate"];

function simpleParts(where: Condition | null): Simple[] {
  if (where === null) return [];
  const parts = where.kind === "and" ? where.parts : [where];
  return parts.filter((each): each is Simple => each.kind === "compare" && each.left.kind === "field");
}

/** How many conditions must hold together. */
function conditions(where: Condition | null): number {
  return where === null ? 0 : where.kind === "and" ? where.parts.length : 1;
}

function value(field: FieldSchema, literal: Literal): string | null {
  if (literal.kind === "string") {
    return field.type === "id" || field.type === "reference" ? normalizeId(literal.text) : literal.text;
  }
  return literal.kind === "datetime" && field.type === "datetime" ? normalizeInstant(literal.text) : null;
}

/** Just after a text in code unit order. */
function after(text: string): string {
  return `${text}\u0000`;
}

/** Narrows a field's range; false for an operator that is no bound. */
function narrow(ranges: Map<string, Range>, field: string, operator: string, bound: string): boolean {
  const range = ranges.get(field) ?? { low: "", high: null };
  ranges.set(field, range);
  const low = operator === ">" ? after(bound) : operator === ">=" || operator === "=" ? bound : null;
  const high = operator === "<" ? bound : operator === "<=" || operator === "=" ? after(bound) : null;
  if (low !== null && low > range.low) range.low = low;
  if (high !== null && (range.high === null || high < range.high)) range.high = high;
  return low !== null || high !== null;
}

function span(view: OrderedRows, field: string, range: Range | undefined): OrderPart {
  const from = range === undefined ? 0 : view.lowerBound(range.low);
  const to = range?.high == null ? view.length : view.lowerBound(range.high);
  return { field, view, from, to: Math.max(from, to) };
}

function covers({ view, from, to }: OrderPart): boolean {
  return from === 0 && to === view.length;
}

/** The rows of part of an order, last first when `reversed`. */
export function* along({ view, from, to }: OrderPart, reversed: boolean): Generator<Row> {
  for (let step = 0; step < to - from; step += 1) {
    const row = view.at(reversed ? to - 1 - step : from + step);
    if (row !== undefined) yield row;
  }
}

/**
 * Chooses how to reach the rows: by Id, through an index on a reference or external id, or along an order by Id or by
 * a stamp. Unless the source is `exact` the predicate is still applied to all of them.
 *
 * @param order the order of the table by a field
 */
export function chooseSource(table: Table, statement: Statement, order: (field: string) => OrderedRows): RowSource {
  const ranges = new Map<string, Range>();
  let others = false;
  const parts = simpleParts(statement.where);
  for (const part of parts) {
    const field = table.object.fieldsByName.get(part.left.path.toLowerCase());
    if (field === undefined || field.compute !== null) {
      others = true;
      continue;
    }
    const exact = equalRows(table, field, part);
    if (exact !== null) return { ...UNORDERED, rows: exact };
    const literal = part.right.kind === "list" || part.right.kind === "query" ? null : value(field, part.right);
    const bounds = literal !== null && (field.name === "Id" || STAMPS.includes(field.name));
    if (!bounds || !narrow(ranges, field.name, part.operator, literal)) others = true;
  }
  if (parts.length !== conditions(statement.where)) others = true;
  const [leading] = statement.orderBy;
  const wanted =
    leading?.expression.kind === "field"
      ? (table.object.fieldsByName.get(leading.expression.path.toLowerCase())?.name ?? null)
      : null;
  const spans = new Map<string, OrderPart>();
  for (const field of ["Id", ...STAMPS]) {
    if (!ranges.has(field) && wanted !== field) continue;
    if (table.object.fieldsByName.has(field.toLowerCase()))
      spans.set(field, span(order(field), field, ranges.get(field)));
  }
  const best = chooseSpan(spans, wanted, statement.limit);
  if (best === null) {
    if (others) return { ...UNORDERED, rows: table.all() };
    const whole = span(order("Id"), "Id", undefined);
    return { rows: along(whole, false), orderedBy: "Id", reversed: false, exact: true, part: whole };
  }
  const exact = !others && [...spans.values()].every((each) => each === best || covers(each));
  const reversed = leading?.descending === true && wanted === best.field;
  return { rows: along(best, reversed), orderedBy: best.field, reversed, exact, part: best };
}

function chooseSpan(
  spans: ReadonlyMap<string, OrderPart>,
  wanted: string | null,
  limit: number | null,
): OrderPart | null {
  let best: OrderPart | null = null;
  for (const field of STAMPS) {
    const found = spans.get(field);
    if (found !== undefined && (best === null || found.to - found.from < best.to - best.from)) best = found;
  }
  const byId = spans.get("Id");
  if (byId === undefined) return best;
  if (best === null) return byId;
  const narrowEnough = limit !== null && best.to - best.from < 4 * limit;
  const along = wanted === "Id" && limit !== null && !narrowEnough;
  return along || byId.to - byId.from <= best.to - best.from ? byId : best;
}

function equalRows(table: Table, field: FieldSchema, part: Simple): Iterable<Row> | null {
  const indexed = field.type === "id" || field.type === "reference" || field.unique || field.externalId;
  if (!indexed || field.type === "double") return null;
  const literals =
    part.operator === "=" && part.right.kind !== "list" && part.right.kind !== "query"
      ? [part.right]
      : part.operator === "IN" && part.right.kind === "list"
        ? part.right.items
        : null;
  if (literals === null) return null;
  const values = new Set<string>();
  for (const literal of literals) {
    const text = value(field, literal);
    if (text === null || text === "") return null;
    values.add(field.type === "id" || field.type === "reference" ? text : text.toLowerCase());
  }
  return {
    *[Symbol.iterator]() {
      for (const text of values) {
        if (field.type !== "id") yield* table.eachWithValue(field.name, text);
        else {
          const row = table.get(text);
          if (row !== undefined) yield row;
        }
      }
    },
  };
}
