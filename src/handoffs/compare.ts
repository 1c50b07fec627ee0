import { foldText } from "../matching/index.ts";
import type { Canonical, ContentState, FieldComparison, LinkedObject } from "../model/index.ts";
import type { Contract, ComparedField } from "./contract.ts";
import { compareText } from "./parties.ts";

/** Compares what both sides hold; an empty source field is not compared (docs/techflow.md, "content"). */
export function compareFields(
  contract: Contract,
  source: LinkedObject,
  target: LinkedObject,
): readonly FieldComparison[] {
  return contract.fields.flatMap((field) => compareField(field, source, target));
}

export function contentOf(comparisons: readonly FieldComparison[]): ContentState {
  return comparisons.every(({ equal }) => equal) ? "in_sync" : "drifted";
}

function compareField(field: ComparedField, source: LinkedObject, target: LinkedObject): readonly FieldComparison[] {
  const ours = source.object.attributes[field.ours] ?? null;
  const theirs = target.object.attributes[field.theirs] ?? null;
  if (ours === null || field.owner === "create_once" || field.owner === "derived") return [];
  const equal = same(field, ours, theirs, source, target);
  if (equal === null) return [];
  return [{ field: field.name, source: ours, target: theirs, equal, owner: field.owner }];
}

/** Null when it cannot be told: a person whom nobody registered may be anybody. */
function same(
  field: ComparedField,
  ours: Canonical,
  theirs: Canonical,
  source: LinkedObject,
  target: LinkedObject,
): boolean | null {
  if (theirs === null) return false;
  if (isPerson(ours) && isPerson(theirs)) {
    const [left, right] = [source.persons[field.ours], target.persons[field.theirs]];
    return left == null || right == null ? null : left.id === right.id;
  }
  const [left, right] = [amountOf(ours), amountOf(theirs)];
  // Without a currency on the other side its amount is meant in ours.
  if (left !== null && right !== null)
    return Math.round(left * 100) === Math.round(right * 100) && sameCurrency(ours, theirs);
  const [first, second] = [plain(ours), plain(theirs)];
  return first === second;
}

function isPerson(value: Canonical): boolean {
  return typeof value === "object" && value !== null && "person" in value;
}

function amountOf(value: Canonical): number | null {
  if (typeof value === "number") return value;
  return typeof value === "object" && value !== null && "amount" in value ? value.amount : null;
}

function sameCurrency(left: Canonical, right: Canonical): boolean {
  const currency = (value: Canonical): string | null =>
    typeof value === "object" && value !== null && "currency" in value ? value.currency : null;
  const [first, second] = [currency(left), currency(right)];
  return first === null || second === null || first === second;
}

/** Text without case and outer space, lists as sets, days and instants by what they are. */
function plain(value: Canonical): string {
  if (typeof value === "string") return foldText(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if ("day" in value) return value.day;
  if (Array.isArray(value)) return [...value].map(foldText).sort(compareText).join("\0");
  return JSON.stringify(value);
}
