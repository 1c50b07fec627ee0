import type { SalesforceError } from "../errors.ts";
import type { FieldType, Value } from "../schema/index.ts";
import { normalizeId } from "../state/org.ts";
import type { Literal, Operator } from "./ast.ts";
import { resolvePeriod } from "./periods.ts";
import { invalidField, invalidOperator, malformed } from "./syntax-error.ts";

/** What a comparison may need of its surroundings. */
export interface CompareContext {
  readonly query: string;
  readonly now: number;
  readonly timeZone: string;
}

/** The left side of a comparison, as far as comparing goes. */
export interface Compared {
  readonly name: string;
  readonly type: FieldType;
}

type Test = (value: Value) => boolean;

const NUMBERS = new Set<FieldType>(["int", "double", "currency", "percent"]);

/** Brings a datetime literal to the form rows hold; null when it names no instant. */
export function normalizeInstant(text: string): string | null {
  const ms = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/u, "$1:$2"));
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Whether two values of one field are equal as SOQL sees it: text ignores case. */
function folded(value: Value): Value {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function order(test: (compared: number) => boolean, right: Value): Test {
  const bound = folded(right);
  return (value) => {
    const own = folded(value);
    if (own === null || bound === null) return false;
    return test(own < bound ? -1 : own > bound ? 1 : 0);
  };
}

function against(operator: Operator, right: Value): Test {
  const bound = folded(right);
  switch (operator) {
    case "=":
      return (value) => folded(value) === bound || (bound === "" && value === null);
    case "!=":
      return (value) => folded(value) !== bound && !(bound === "" && value === null);
    case "<":
      return order((compared) => compared < 0, right);
    case "<=":
      return order((compared) => compared <= 0, right);
    case ">":
      return order((compared) => compared > 0, right);
    case ">=":
      return order((compared) => compared >= 0, right);
    case "LIKE":
    case "IN":
    case "NOT IN":
    case "INCLUDES":
    case "EXCLUDES":
      throw new TypeError(`${operator} is not a plain comparison`);
    default:
      return operator satisfies never;
  }
}

function like(pattern: string): Test {
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    if (character === "\\") {
      at += 1;
      source += escapeRegExp(pattern.charAt(at));
    } else if (character === "%") source += ".*";
    else if (character === "_") source += ".";
    else source += escapeRegExp(character);
  }
  const expression = new RegExp(`^${source}$`, "isu");
  return (value) => typeof value === "string" && expression.test(value);
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/gu, String.raw`\$&`);
}

function typeError(context: CompareContext, left: Compared, offset: number): SalesforceError {
  const text =
    !NUMBERS.has(left.type)
    && left.type !== "boolean"
    && left.type !== "date"
    && left.type !== "datetime"
    && left.type !== "time";
  const type = left.type === "datetime" ? "dateTime" : text ? "string" : left.type;
  return invalidField(
    context.query,
    offset,
    `value of filter criterion for field '${left.name}' must be of type ${type} and should `
      + `${text ? "" : "not "}be enclosed in quotes`,
  );
}

/** The value of a literal in the form rows hold it, checked against the field's type. Periods are not values. */
function literalValue(context: CompareContext, left: Compared, literal: Exclude<Literal, { kind: "period" }>): Value {
  if (literal.kind === "null") return null;
  const fails = (): SalesforceError => typeError(context, left, literal.offset);
  switch (left.type) {
    case "boolean":
      if (literal.kind !== "boolean") throw fails();
      return literal.value;
    case "int":
    case "double":
    case "currency":
    case "percent":
      if (literal.kind !== "number") throw fails();
      return literal.value;
    case "date":
      if (literal.kind !== "date") throw fails();
      return literal.text;
    case "datetime": {
      const instant = literal.kind === "datetime" ? normalizeInstant(literal.text) : null;
      if (instant === null) throw fails();
      return instant;
    }
    case "id":
    case "reference": {
      if (literal.kind !== "string") throw fails();
      if (literal.text === "") return null;
      const id = normalizeId(literal.text);
      if (id === null) throw invalidOperator(context.query, literal.offset, `invalid ID field: ${literal.text}`);
      return id;
    }
    case "time":
      if (literal.kind !== "time") throw fails();
      return literal.text;
    case "string":
    case "picklist":
    case "multipicklist":
    case "combobox":
    case "textarea":
    case "phone":
    case "email":
    case "url":
    case "address":
    case "anyType":
      if (literal.kind !== "string") throw fails();
      return literal.text;
    default:
      return left.type satisfies never;
  }
}

function periodTest(context: CompareContext, left: Compared, operator: Operator, literal: Literal): Test {
  if (literal.kind !== "period") throw new TypeError("not a period");
  const period = resolvePeriod(literal.name, literal.n, context.now, context.timeZone);
  if (period === null) throw malformed(context.query, literal.offset, `unexpected token: '${literal.name}'`);
  if (left.type !== "date" && left.type !== "datetime") throw typeError(context, left, literal.offset);
  const text = (at: Date, day: string | null): string => (left.type === "date" ? (day ?? "") : at.toISOString());
  const start = text(period.start.toJSDate(), period.start.toISODate());
  const end = text(period.end.toJSDate(), period.end.toISODate());
  switch (operator) {
    case "=":
      return (value) => typeof value === "string" && value >= start && value < end;
    case "!=":
      return (value) => typeof value !== "string" || value < start || value >= end;
    case "<":
      return (value) => typeof value === "string" && value < start;
    case "<=":
      return (value) => typeof value === "string" && value < end;
    case ">":
      return (value) => typeof value === "string" && value >= end;
    case ">=":
      return (value) => typeof value === "string" && value >= start;
    case "LIKE":
    case "IN":
    case "NOT IN":
    case "INCLUDES":
    case "EXCLUDES":
      throw invalidOperator(context.query, literal.offset);
    default:
      return operator satisfies never;
  }
}

const UNORDERED = new Set<FieldType>(["boolean", "id", "reference"]);
const NOT_LIKE = new Set<FieldType>([
  ...NUMBERS,
  "id",
  "reference",
  "boolean",
  "date",
  "datetime",
  "time",
  "multipicklist",
]);

/** Compiles `field operator literal` (reference salesforce.md §13). */
export function compileComparison(
  context: CompareContext,
  left: Compared,
  operator: Operator,
  literal: Literal,
  offset: number,
): Test {
  if (operator === "LIKE") {
    if (NOT_LIKE.has(left.type)) throw invalidOperator(context.query, offset);
    if (literal.kind !== "string") throw typeError(context, left, literal.offset);
    return like(literal.pattern);
  }
  if (literal.kind === "period") return periodTest(context, left, operator, literal);
  const ordered = operator !== "=" && operator !== "!=";
  if (ordered && left.type === "boolean") throw invalidOperator(context.query, offset);
  const value = literalValue(context, left, literal);
  // Ids order by their characters, case included.
  if (UNORDERED.has(left.type) || left.type === "date" || left.type === "datetime" || left.type === "time")
    return exact(operator, value);
  return against(operator, value);
}

function exact(operator: Operator, right: Value): Test {
  switch (operator) {
    case "=":
      return (value) => value === right;
    case "!=":
      return (value) => value !== right;
    case "<":
      return (value) => value !== null && right !== null && value < right;
    case "<=":
      return (value) => value !== null && right !== null && value <= right;
    case ">":
      return (value) => value !== null && right !== null && value > right;
    case ">=":
      return (value) => value !== null && right !== null && value >= right;
    case "LIKE":
    case "IN":
    case "NOT IN":
    case "INCLUDES":
    case "EXCLUDES":
      throw new TypeError(`${operator} is not a plain comparison`);
    default:
      return operator satisfies never;
  }
}

/** Compiles `field IN (…)`; a list may hold periods, nulls and values. */
export function compileList(
  context: CompareContext,
  left: Compared,
  operator: "IN" | "NOT IN",
  items: readonly Literal[],
): Test {
  const values = new Set<Value>();
  const periods: Test[] = [];
  for (const item of items) {
    if (item.kind === "period") periods.push(periodTest(context, left, "=", item));
    else
      values.add(
        UNORDERED.has(left.type) ? literalValue(context, left, item) : folded(literalValue(context, left, item)),
      );
  }
  return membership(left, operator, values, periods);
}

/** Compiles `field IN (SELECT …)` over the values the sub-select gave. */
export function compileMembership(left: Compared, operator: "IN" | "NOT IN", found: Iterable<Value>): Test {
  const values = new Set<Value>();
  for (const value of found) if (value !== null) values.add(UNORDERED.has(left.type) ? value : folded(value));
  return membership(left, operator, values, []);
}

function membership(
  left: Compared,
  operator: "IN" | "NOT IN",
  values: ReadonlySet<Value>,
  periods: readonly Test[],
): Test {
  const own = UNORDERED.has(left.type) ? (value: Value): Value => value : folded;
  const within: Test = (value) => values.has(own(value)) || periods.some((each) => each(value));
  return operator === "IN" ? within : (value) => !within(value);
}

/** Compiles `field INCLUDES ('a;b', 'c')`: rows that hold a and b, or c. */
export function compilePicks(
  context: CompareContext,
  left: Compared,
  operator: "INCLUDES" | "EXCLUDES",
  items: readonly Literal[],
  offset: number,
): Test {
  if (left.type !== "multipicklist") throw invalidOperator(context.query, offset);
  const asked = items.map((item) => {
    if (item.kind !== "string") throw typeError(context, left, item.offset);
    return item.text.toLowerCase().split(";");
  });
  const includes: Test = (value) => {
    if (typeof value !== "string") return false;
    const held = new Set(value.toLowerCase().split(";"));
    return asked.some((each) => each.every((one) => held.has(one)));
  };
  return operator === "INCLUDES" ? includes : (value) => !includes(value);
}
