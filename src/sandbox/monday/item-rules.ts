import {
  dropdownIds,
  idsPart,
  isChecked,
  linkedItemIds,
  numberPart,
  peopleOf,
  statusIndex,
  textPart,
} from "./cell-parts.ts";
import { cellOf, cellText } from "./cells.ts";
import type { Cell } from "./cell.ts";
import { relativeSpan, wordSpan } from "./date-words.ts";
import { invalidArgument, mondayError } from "./errors.ts";
import { lastUpdatedTest } from "./last-updated.ts";
import type { Item } from "./parts.ts";
import type { Board, MondayState } from "./state.ts";
import type { Rule, RuleGroup } from "./query-rules.ts";
import { columnOf } from "./writes.ts";

type Test = (item: Item) => boolean;

const TEXT_OPERATORS = new Set(["contains_text", "not_contains_text", "contains_terms", "starts_with"]);
const LABELLED = new Set(["status", "dropdown", "people", "tags", "country"]);

/** Compiles `rules` and `groups` of an ItemsQuery to one test (reference monday.md §6, Filters). */
export function compileRules(state: MondayState, board: Board, group: RuleGroup, userId: string): Test {
  const tests = [
    ...(group.rules ?? []).map((rule) => compileRule(state, board, rule, userId)),
    ...(group.groups ?? []).map((inner) => compileRules(state, board, inner, userId)),
  ];
  if (tests.length === 0) return () => true;
  return group.operator === "or"
    ? (item) => tests.some((test) => test(item))
    : (item) => tests.every((test) => test(item));
}

/** The active items a query keeps, in the order of the board's table. */
export function* matchingItems(
  state: MondayState,
  board: Board,
  query: (RuleGroup & { readonly ids?: readonly string[] | null }) | null,
  userId: string,
): Generator<Item> {
  const test = query === null ? () => true : compileRules(state, board, query, userId);
  const ids = query?.ids == null ? null : new Set(query.ids);
  for (const stored of board.items.scan()) {
    const item = state.lag.visible(stored);
    if (item?.state === "active" && (ids === null || ids.has(item.id)) && test(item)) yield item;
  }
}

function compileRule(state: MondayState, board: Board, rule: Rule, userId: string): Test {
  if (rule.operator === "ends_with") throw noOperator(rule);
  const now = state.environment.clock.now();
  if (rule.column_id === "__last_updated__") {
    if (state.refusedFilters.has(rule.operator)) throw noOperator(rule);
    const test = lastUpdatedTest(rule, now);
    return (item) => test(Date.parse(item.updatedAt));
  }
  if (rule.column_id === "group") return setTest(rule, (item) => [item.groupId], valuesOf(rule).map(String));
  if (rule.column_id === "name") return textTest(rule, (item) => item.name);
  const column = columnOf(board, rule.column_id);
  const cell = (item: Item): Cell => cellOf(board, item, column);
  const text = (item: Item): string => cellText(state, cell(item)) ?? "";
  if (rule.operator === "is_empty") return (item) => cell(item).raw === null;
  if (rule.operator === "is_not_empty") return (item) => cell(item).raw !== null;
  const values = valuesOf(rule);
  // A label is found by its words only; `any_of` takes its number.
  if (TEXT_OPERATORS.has(rule.operator) && LABELLED.has(column.type)) return textTest(rule, text);
  switch (column.type) {
    case "status":
      // Label texts match nothing here: the real filter takes label indexes only.
      return setTest(rule, (item) => indexKeys(cell(item).raw), values.map(String));
    case "dropdown":
      return setTest(rule, (item) => dropdownIds(cell(item).raw).map(String), values.map(String));
    case "people":
      return setTest(
        rule,
        (item) => peopleOf(cell(item).raw).map((entry) => `${entry.kind}-${entry.id}`),
        values.map((value) => (value === "assigned_to_me" ? `person-${userId}` : String(value))),
      );
    case "board_relation":
    case "dependency":
      return setTest(
        rule,
        (item) => linkedItemIds(cell(item).raw),
        values.filter((value) => typeof value === "number").map(String),
      );
    case "tags":
      return setTest(rule, (item) => idsPart(cell(item).raw, "tag_ids"), values.map(String));
    case "checkbox":
      return setTest(
        rule,
        (item) => [String(isChecked(cell(item).raw))],
        values.map((value) => String(value !== false && value !== "false" && value !== null)),
      );
    case "rating":
      return orderTest(rule, (item) => numberPart(cell(item).raw, "rating"), Number(values[0]));
    case "country":
      return setTest(rule, (item) => [textPart(cell(item).raw, "countryCode") ?? ""], values.map(String));
    case "creation_log":
      return dateTest(rule, (item) => item.createdAt.slice(0, 10), values, now);
    case "last_updated":
      return dateTest(rule, (item) => item.updatedAt.slice(0, 10), values, now);
    case "numbers":
      return orderTest(rule, (item) => numberOf(cell(item).raw), Number(values[0]));
    case "date":
      return dateTest(rule, (item) => textPart(cell(item).raw, "date"), values, now);
    case "timeline": {
      const key = rule.compare_attribute === "END_DATE" ? "to" : "from";
      if (rule.compare_attribute == null) throw noOperator(rule);
      return dateTest(rule, (item) => textPart(cell(item).raw, key), values, now);
    }
    case "mirror":
    case "formula":
    case "auto_number":
    case "item_id":
    case "button":
    case "subtasks":
      throw noOperator(rule);
    default:
      return textTest(rule, text);
  }
}

function noOperator(rule: Rule): Error {
  return mondayError("InvalidArgumentException", `no_operator_config: ${rule.operator} on ${rule.column_id}`, {
    column_id: rule.column_id,
  });
}

const valuesOf = (rule: Rule): unknown[] =>
  Array.isArray(rule.compare_value) ? rule.compare_value : [rule.compare_value];
const numberOf = (raw: unknown): number | null => (raw === null ? null : Number(raw));
const indexKeys = (raw: unknown): string[] => {
  const index = statusIndex(raw);
  return index === null ? ["5"] : [String(index)];
};

function setTest(rule: Rule, of: (item: Item) => string[], wanted: readonly string[]): Test {
  const set = new Set(wanted);
  if (rule.operator === "any_of") return (item) => of(item).some((key) => set.has(key));
  if (rule.operator === "not_any_of") return (item) => !of(item).some((key) => set.has(key));
  throw noOperator(rule);
}

function textTest(rule: Rule, of: (item: Item) => string): Test {
  const values = valuesOf(rule).map((value) => String(value).toLowerCase());
  const first = values[0] ?? "";
  switch (rule.operator) {
    case "any_of":
      return (item) => values.includes(of(item).toLowerCase());
    case "not_any_of":
      return (item) => !values.includes(of(item).toLowerCase());
    case "is_empty":
      return (item) => of(item) === "";
    case "is_not_empty":
      return (item) => of(item) !== "";
    case "contains_text":
      return (item) => of(item).toLowerCase().includes(first);
    case "not_contains_text":
      return (item) => !of(item).toLowerCase().includes(first);
    case "contains_terms":
      return (item) => first.split(/\s+/u).every((term) => of(item).toLowerCase().includes(term));
    case "starts_with":
      return (item) => of(item).toLowerCase().startsWith(first);
    default:
      throw noOperator(rule);
  }
}

function orderTest<T extends number | string>(rule: Rule, of: (item: Item) => T | null, bound: T): Test {
  const on =
    (test: (value: T) => boolean): Test =>
    (item) => {
      const value = of(item);
      return value !== null && test(value);
    };
  switch (rule.operator) {
    case "any_of":
      return on((value) => valuesOf(rule).map(String).includes(String(value)));
    case "not_any_of":
      return (item) =>
        !valuesOf(rule)
          .map(String)
          .includes(String(of(item)));
    case "greater_than":
      return on((value) => value > bound);
    case "greater_than_or_equals":
      return on((value) => value >= bound);
    case "lower_than":
      return on((value) => value < bound);
    case "lower_than_or_equal":
      return on((value) => value <= bound);
    default:
      throw noOperator(rule);
  }
}

/** Days, `["EXACT", day]`, keywords as TODAY, `between`, and the relative operators in days. */
function dateTest(rule: Rule, of: (item: Item) => string | null, values: readonly unknown[], now: number): Test {
  const inside =
    ([from, to]: readonly [string, string]): Test =>
    (item) => {
      const day = of(item);
      return day !== null && day >= from && day < to;
    };
  if (rule.operator === "within_the_next" || rule.operator === "within_the_last") {
    return inside(relativeSpan(rule.operator, values, now));
  }
  const given = values.map(String).filter((value) => value !== "EXACT");
  if (rule.operator === "between") {
    const [from, to] = given;
    if (from === undefined || to === undefined) throw invalidArgument("between takes two values");
    return (item) => {
      const day = of(item);
      return day !== null && day >= from && day <= to;
    };
  }
  const spans = given.map((word) => wordSpan(word, now));
  if (rule.operator === "any_of" || rule.operator === "not_any_of") {
    const tests = spans.map((span, at) => (span === null ? inside([given[at] ?? "", `${given[at]}~`]) : inside(span)));
    const any: Test = (item) => tests.some((test) => test(item));
    return rule.operator === "any_of" ? any : (item) => !any(item);
  }
  const [span] = spans;
  const last = rule.operator === "greater_than" || rule.operator === "lower_than_or_equal";
  const bound = span == null ? (given[0] ?? "") : last ? dayBefore(span[1]) : span[0];
  return orderTest({ ...rule, compare_value: [bound] }, of, bound);
}

const dayBefore = (day: string): string => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);

/** Sorts by `order_by`; items equal in all columns keep board order. */
export function orderItems(
  state: MondayState,
  board: Board,
  items: Item[],
  orderBy: readonly { column_id: string; direction?: "asc" | "desc" | null }[],
): Item[] {
  const keys = orderBy.map(({ column_id: id, direction }) => ({
    of: sortKey(state, board, id),
    sign: direction === "desc" ? -1 : 1,
  }));
  return [...items].sort((a, b) => {
    for (const { of, sign } of keys) {
      const [x, y] = [of(a), of(b)];
      if (x !== y) return x < y ? -sign : sign;
    }
    return 0;
  });
}

function sortKey(state: MondayState, board: Board, id: string): (item: Item) => string | number {
  if (id === "__last_updated__") return (item) => Date.parse(item.updatedAt);
  if (id === "__creation_log__") return (item) => Date.parse(item.createdAt);
  if (id === "name") return (item) => item.name;
  if (id === "group") return (item) => board.groups.findIndex((group) => group.id === item.groupId);
  const column = columnOf(board, id);
  if (column.type === "numbers") return (item) => numberOf(item.values[id] ?? null) ?? Number.NEGATIVE_INFINITY;
  return (item) => cellText(state, cellOf(board, item, column)) ?? "";
}
