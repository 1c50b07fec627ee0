import { foldText } from "../../matching/index.ts";
import type { Actor, BusinessCalendar, Canonical } from "../../model/index.ts";
import { compareText } from "../parties.ts";
import { plainText } from "./plain-text.ts";

/** A value with what is known of where it stands. */
export interface Held {
  readonly value: Canonical;
  /** Whom a person's value names; null when nobody is known behind it. */
  readonly person: Actor | null;
  /** `system/tenant` whose ids persons are written in. */
  readonly place: string;
}

export interface SamenessRules {
  /** Says on which day an instant falls where only days are compared. */
  readonly calendar: Pick<BusinessCalendar, "localDay">;
  /** Texts differ by case and inner white space, too. */
  readonly exact: boolean;
}

/** Currencies whose smallest unit is not a hundredth (ISO 4217). */
const MINOR_DIGITS: ReadonlyMap<string, number> = new Map([
  ...[
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
  ].map((currency) => [currency, 0] as const),
  ...["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].map((currency) => [currency, 3] as const),
]);
/** Plain numbers are the same when they differ by less than what arithmetic in floating point leaves behind. */
const NUMBER_DIGITS = 6;

/** `""`, blanks only, and a list of nothing hold as much as null does (reference §3.4). */
export function isEmpty(value: Canonical): boolean {
  if (typeof value === "string") return value.trim() === "";
  return value === null || (isList(value) && value.every((entry) => entry.trim() === ""));
}

/**
 * Whether two values mean the same (reference §3.4): text without outer space and in one Unicode form, money in minor
 * units, days where one side knows only days, lists as sets, persons by who they are, rich text as a reader sees it.
 * Null when it cannot be told: a person whom nobody registered may be anybody.
 */
export function sameValue(left: Held, right: Held, rules: SamenessRules): boolean | null {
  if (isEmpty(left.value) || isEmpty(right.value)) return isEmpty(left.value) && isEmpty(right.value);
  if (isPerson(left.value) || isPerson(right.value)) return samePerson(left, right);
  const amounts = sameAmount(left.value, right.value);
  if (amounts !== null) return amounts;
  const times = sameTime(left.value, right.value, rules);
  return times ?? plainOf(left.value, rules) === plainOf(right.value, rules);
}

export function isPerson(value: Canonical): value is { readonly person: string } {
  return typeof value === "object" && value !== null && "person" in value;
}

/** `Array.isArray` does not narrow a union with a read-only list. */
export function isList(value: Canonical): value is readonly string[] {
  return Array.isArray(value);
}

export function amountOf(value: Canonical): number | null {
  if (typeof value === "number") return value;
  return typeof value === "object" && value !== null && "amount" in value ? value.amount : null;
}

export function currencyOf(value: Canonical): string | null {
  return typeof value === "object" && value !== null && "currency" in value ? value.currency : null;
}

function samePerson(left: Held, right: Held): boolean | null {
  if (isPerson(left.value) && isPerson(right.value)) {
    if (left.person !== null && right.person !== null) return left.person.id === right.person.id;
    return left.place === right.place ? left.value.person === right.value.person : null;
  }
  // A text field that holds a name.
  const [person, text] = isPerson(left.value) ? [left.person, right.value] : [right.person, left.value];
  if (person === null || typeof text !== "string") return person === null ? null : false;
  return foldText(person.name) === foldText(text);
}

/** Null where neither is an amount. Without a currency on one side its amount is meant in the other's. */
function sameAmount(left: Canonical, right: Canonical): boolean | null {
  const [first, second] = [amountOf(left) ?? numberIn(left, right), amountOf(right) ?? numberIn(right, left)];
  if (first === null || second === null) return null;
  const [ours, theirs] = [currencyOf(left), currencyOf(right)];
  if (ours !== null && theirs !== null && ours !== theirs) return false;
  const currency = ours ?? theirs;
  const digits = currency === null ? NUMBER_DIGITS : (MINOR_DIGITS.get(currency) ?? 2);
  return Math.round(first * 10 ** digits) === Math.round(second * 10 ** digits);
}

/** A text field that holds a number, beside a number. */
function numberIn(value: Canonical, other: Canonical): number | null {
  if (typeof value !== "string" || amountOf(other) === null) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Null where neither is a time. Instants are compared in whole seconds: systems keep no more. */
function sameTime(left: Canonical, right: Canonical, { calendar }: SamenessRules): boolean | null {
  const dayOf = (value: Canonical): string | null => {
    if (typeof value !== "object" || value === null) return null;
    if ("day" in value) return value.day;
    return "at" in value && typeof value.at === "number" ? calendar.localDay(value.at) : null;
  };
  const [first, second] = [dayOf(left), dayOf(right)];
  if (first === null || second === null) return null;
  const [from, to] = [instantOf(left), instantOf(right)];
  if (from !== null && to !== null) return Math.floor(from / 1000) === Math.floor(to / 1000);
  return first === second;
}

function instantOf(value: Canonical): number | null {
  return typeof value === "object" && value !== null && "at" in value && typeof value.at === "number" ? value.at : null;
}

/** One spelling of what a value says; a single choice is a set of one. */
function plainOf(value: Canonical, { exact }: SamenessRules): string {
  const fold = (text: string): string => (exact ? plainText(text).normalize("NFC").trim() : foldText(plainText(text)));
  if (typeof value === "string") return fold(value);
  if (!isList(value)) return JSON.stringify(value);
  return [...new Set(value.map(fold))]
    .filter((entry) => entry !== "")
    .sort(compareText)
    .join("\0");
}
