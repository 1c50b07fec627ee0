import type { FieldSchema, Row } from "../schema/index.ts";
import { normalizeId } from "../state/org.ts";
import type { Table } from "../state/table.ts";
import type { Condition, Literal, Statement } from "./ast.ts";
import { normalizeInstant } from "./compare.ts";

/** Candidate rows of a statement, a superset of its answer, and the order they come in. */
export interface RowSource {
  readonly rows: Iterable<Row>;
  /** The leading field they are ordered by (then by Id); null for no order. */
  readonly orderedBy: string | null;
}

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

function narrow(ranges: Map<string, Range>, field: string, operator: string, bound: string): void {
  const range = ranges.get(field) ?? { low: "", high: null };
  ranges.set(field, range);
  const low = operator === ">" ? after(bound) : operator === ">=" || operator === "=" ? bound : null;
  const high = operator === "<" ? bound : operator === "<=" || operator === "=" ? after(bound) : null;
  if (low !== null && low > range.low) range.low = low;
  if (high !== null && (range.high === null || high < range.high)) range.high = high;
}

function span(table: Table, field: string, range: Range | undefined): { from: number; to: number } {
  const rows = table.ordered(field);
  const from = range === undefined ? 0 : table.lowerBound(field, range.low);
  const to = range?.high == null ? rows.length : table.lowerBound(field, range.high);
  return { from, to: Math.max(from, to) };
}

function* slice(rows: readonly Row[], from: number, to: number): Generator<Row> {
  for (let at = from; at < to; at += 1) {
    const row = rows[at];
    if (row !== undefined) yield row;
  }
}

/**
 * Chooses how to reach the rows: by Id, through an index on a reference or external id, or along an order by Id or by
 * a stamp. The predicate is still applied to all of them.
 */
export function chooseSource(table: Table, statement: Statement): RowSource {
  const ranges = new Map<string, Range>();
  for (const part of simpleParts(statement.where)) {
    const field = table.object.fieldsByName.get(part.left.path.toLowerCase());
    if (field === undefined || field.compute !== null) continue;
    const exact = equalRows(table, field, part);
    if (exact !== null) return { rows: exact, orderedBy: null };
    if (field.name !== "Id" && !STAMPS.includes(field.name)) continue;
    if (part.right.kind === "list" || part.right.kind === "query") continue;
    const bound = value(field, part.right);
    if (bound !== null) narrow(ranges, field.name, part.operator, bound);
  }
  const [order] = statement.orderBy;
  const wanted =
    order !== undefined && !order.descending && order.expression.kind === "field"
      ? (table.object.fieldsByName.get(order.expression.path.toLowerCase())?.name ?? null)
      : null;
  let best: { field: string; from: number; to: number } | null = null;
  for (const field of STAMPS) {
    if (!ranges.has(field) && wanted !== field) continue;
    if (!table.object.fieldsByName.has(field.toLowerCase())) continue;
    const { from, to } = span(table, field, ranges.get(field));
    if (best === null || to - from < best.to - best.from) best = { field, from, to };
  }
  if (wanted === "Id" || (best === null && ranges.has("Id"))) {
    const { from, to } = span(table, "Id", ranges.get("Id"));
    const narrowEnough = statement.limit !== null && best !== null && best.to - best.from < 4 * statement.limit;
    if (best === null || (statement.limit !== null && !narrowEnough) || to - from <= best.to - best.from) {
      best = { field: "Id", from, to };
    }
  }
  if (best === null) return { rows: table.all(), orderedBy: null };
  return { rows: slice(table.ordered(best.field), best.from, best.to), orderedBy: best.field };
}

function equalRows(table: Table, field: FieldSchema, part: Simple): Row[] | null {
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
  const rows: Row[] = [];
  for (const text of values) {
    if (field.type === "id") {
      const row = table.get(text);
      if (row !== undefined) rows.push(row);
    } else rows.push(...table.withValue(field.name, text));
  }
  return rows;
}
