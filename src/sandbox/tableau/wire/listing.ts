import { element } from "./element.ts";
import type { Element } from "./element.ts";
import { badRequest, TableauError } from "./errors.ts";

export type FieldValue = string | number | boolean | readonly string[] | undefined;
/** What a listing can be filtered and sorted by; instants as epoch milliseconds under `instants`. */
export interface ListingFields<T> {
  readonly values: Readonly<Record<string, (item: T) => FieldValue>>;
  readonly instants: Readonly<Record<string, (item: T) => number>>;
}

/** One page of a listing with its `<pagination>` element. */
export interface Page<T> {
  readonly pagination: Element;
  readonly items: readonly T[];
}

/** Applies `filter`, `sort`, `pageSize` and `pageNumber` of a query (reference §1.5). */
export function listPage<T>(items: Iterable<T>, query: URLSearchParams, fields: ListingFields<T>): Page<T> {
  let rows = [...items];
  const filter = query.get("filter");
  if (filter !== null && filter !== "") {
    const conditions = splitOutside(filter).map((text) => condition(text, fields));
    rows = rows.filter((row) => conditions.every((holds) => holds(row)));
  }
  const sort = query.get("sort");
  if (sort !== null && sort !== "") rows.sort(ordering(sort, fields));
  const size = wholeNumber(query.get("pageSize"), 100);
  if (size === undefined || size < 1 || size > 1000) {
    throw new TableauError("400007", "Bad Request", "The page size has to be a number from 1 to 1000.");
  }
  const number = wholeNumber(query.get("pageNumber"), 1);
  if (number === undefined || number < 1 || (number > 1 && (number - 1) * size >= rows.length)) {
    throw new TableauError("400006", "Bad Request", "The page number is not a page of this listing.");
  }
  return {
    // Strings: that is how they appear in JSON (reference §1.4).
    pagination: element("pagination", {
      pageNumber: String(number),
      pageSize: String(size),
      totalAvailable: String(rows.length),
    }),
    items: rows.slice((number - 1) * size, number * size),
  };
}

function wholeNumber(text: string | null, otherwise: number): number | undefined {
  if (text === null || text === "") return otherwise;
  return /^\d{1,9}$/u.test(text) ? Number(text) : undefined;
}

/** Splits at commas that are neither inside `[…]` nor escaped: a comma in a value breaks a filter, as it does there. */
function splitOutside(text: string): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let current = "";
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === "\\" && text.charAt(at + 1) === ",") {
      current += ",";
      at += 1;
    } else if (char === "," && depth === 0) {
      pieces.push(current);
      current = "";
    } else {
      if (char === "[") depth += 1;
      if (char === "]") depth -= 1;
      current += char;
    }
  }
  return [...pieces, current];
}

function condition<T>(text: string, fields: ListingFields<T>): (item: T) => boolean {
  const match = /^([A-Za-z]+):([a-z]+):(.*)$/su.exec(text);
  if (match === null) throw badRequest(`The filter expression '${text}' is not valid.`);
  const [, field = "", operator = "", operand = ""] = match;
  const instant = fields.instants[field];
  if (instant !== undefined) return instantCondition(instant, operator, operand);
  const value = fields.values[field];
  if (value === undefined) throw badRequest(`The field '${field}' cannot be used in a filter here.`);
  const textsOf = (item: T): readonly string[] => {
    const found = value(item);
    if (found === undefined) return [];
    return typeof found === "object" ? found : [String(found)];
  };
  switch (operator) {
    case "eq":
      return (item) => textsOf(item).includes(operand);
    case "cieq":
      return (item) => textsOf(item).some((text) => text.toLowerCase() === operand.toLowerCase());
    case "has":
      return (item) => textsOf(item).some((text) => text.toLowerCase().includes(operand.toLowerCase()));
    case "in": {
      const wanted = new Set(operand.replace(/^\[/u, "").replace(/\]$/u, "").split(","));
      return (item) => textsOf(item).some((text) => wanted.has(text));
    }
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return (item) => textsOf(item).some((text) => compares(operator, Number(text) - Number(operand)));
    default:
      throw badRequest(`The filter operator '${operator}' is not valid.`);
  }
}

function instantCondition<T>(instant: (item: T) => number, operator: string, operand: string): (item: T) => boolean {
  const wanted = Date.parse(operand);
  if (Number.isNaN(wanted)) throw badRequest(`The filter value '${operand}' is not a date.`);
  if (!["eq", "gt", "gte", "lt", "lte"].includes(operator)) {
    throw badRequest(`The filter operator '${operator}' is not valid for a date.`);
  }
  // Stamps are compared as they are shown: in whole seconds.
  return (item) => compares(operator, Math.floor(instant(item) / 1000) - Math.floor(wanted / 1000));
}

function compares(operator: string, difference: number): boolean {
  if (operator === "gt") return difference > 0;
  if (operator === "gte") return difference >= 0;
  if (operator === "lt") return difference < 0;
  if (operator === "lte") return difference <= 0;
  return difference === 0;
}

function ordering<T>(sort: string, fields: ListingFields<T>): (left: T, right: T) => number {
  const keys = sort.split(",").map((text) => {
    const [field = "", direction = "asc"] = text.split(":");
    const of = fields.instants[field] ?? fields.values[field];
    if (of === undefined || !["asc", "desc"].includes(direction)) {
      throw badRequest(`The sort expression '${text}' is not valid.`);
    }
    return { of, sign: direction === "desc" ? -1 : 1 };
  });
  return (left, right) => {
    for (const { of, sign } of keys) {
      const difference = compareValues(of(left), of(right));
      if (difference !== 0) return sign * difference;
    }
    return 0;
  };
}

function compareValues(left: FieldValue, right: FieldValue): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [a, b] = [String(left ?? "").toLowerCase(), String(right ?? "").toLowerCase()];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
