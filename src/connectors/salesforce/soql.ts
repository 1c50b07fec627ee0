import { HubError, toIso } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";

/** A query in parts; conditions are joined by AND and come rendered by the functions below. */
export interface Soql {
  readonly object: string;
  readonly fields: readonly string[];
  readonly where?: readonly string[];
  readonly orderBy?: readonly string[];
  readonly limit?: number;
}

const NAME = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$/u;

/** Checks that a name is one: nothing but names ever enters a query unquoted. */
export function fieldName(name: string): string {
  if (NAME.test(name)) return name;
  throw new HubError("HUB-1306", `"${name}" is not the name of a Salesforce field or object.`, {
    disposition: "operator",
    place: { path: name },
    remedy: "Write API names, such as StageName, Contract_No__c or Owner.Name.",
  });
}

/** A text literal (reference salesforce.md §2.3 trap 6: backslash, quote and line ends are escaped). */
export function quote(text: string): string {
  const escaped = text
    .replaceAll("\\", String.raw`\\`)
    .replaceAll("'", String.raw`\'`)
    .replaceAll("\n", String.raw`\n`)
    .replaceAll("\r", String.raw`\r`)
    .replaceAll("\t", String.raw`\t`);
  return `'${escaped}'`;
}

/** A datetime literal, unquoted, in UTC whatever the machine's zone. */
export function datetime(instant: Instant): string {
  return toIso(instant);
}

/** @throws HubError HUB-1318 for no values: an empty list is never sent, it would be read as no condition at all. */
export function oneOf(field: string, values: readonly string[]): string {
  if (values.length === 0) {
    throw new HubError("HUB-1318", `A query for ${field} without any value would select every row.`);
  }
  return `${fieldName(field)} IN (${values.map(quote).join(",")})`;
}

/** True where one of the conditions is. */
export function either(...conditions: readonly string[]): string {
  return `(${conditions.join(" OR ")})`;
}

export function equals(field: string, value: string): string {
  return `${fieldName(field)} = ${quote(value)}`;
}

export function idAfter(id: string): string {
  return `Id > ${quote(id)}`;
}

export function idFrom(id: string): string {
  return `Id >= ${quote(id)}`;
}

export function idUpTo(id: string): string {
  return `Id <= ${quote(id)}`;
}

export function between(field: string, range: { readonly from?: Instant; readonly before?: Instant }): string[] {
  return [
    ...(range.from === undefined ? [] : [`${fieldName(field)} >= ${datetime(range.from)}`]),
    ...(range.before === undefined ? [] : [`${fieldName(field)} < ${datetime(range.before)}`]),
  ];
}

/** Rows after (stamp, id) in the order of both; ties of a second are told apart by id. */
export function after(stampField: string, stamp: Instant, id: string): string {
  const field = fieldName(stampField);
  return `(${field} > ${datetime(stamp)} OR (${field} = ${datetime(stamp)} AND Id > ${quote(id)}))`;
}

export function renderSoql(query: Soql): string {
  return [
    `SELECT ${query.fields.map(fieldName).join(",")}`,
    `FROM ${fieldName(query.object)}`,
    ...conditions(query.where),
    ...(query.orderBy === undefined ? [] : [`ORDER BY ${query.orderBy.map(fieldName).join(",")}`]),
    ...(query.limit === undefined ? [] : [`LIMIT ${query.limit}`]),
  ].join(" ");
}

/** How many rows a query would give; the answer's `totalSize` is the count. */
export function renderCount(query: Pick<Soql, "object" | "where">): string {
  return [`SELECT COUNT() FROM ${fieldName(query.object)}`, ...conditions(query.where)].join(" ");
}

/** Rows per calendar month (UTC) or year of a datetime field, under the aliases `y`, `m` and `n`. */
export function renderCountBy(field: string, unit: "month" | "year", query: Pick<Soql, "object" | "where">): string {
  const year = `CALENDAR_YEAR(${fieldName(field)})`;
  const month = `CALENDAR_MONTH(${fieldName(field)})`;
  const parts = unit === "month" ? [`${year} y`, `${month} m`] : [`${year} y`];
  return [
    `SELECT ${[...parts, "COUNT(Id) n"].join(",")} FROM ${fieldName(query.object)}`,
    ...conditions(query.where),
    `GROUP BY ${unit === "month" ? `${year},${month}` : year}`,
  ].join(" ");
}

function conditions(where: readonly string[] | undefined): readonly string[] {
  return where === undefined || where.length === 0 ? [] : [`WHERE ${where.join(" AND ")}`];
}
