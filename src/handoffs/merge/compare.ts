import type {
  Canonical,
  ContentState,
  FieldComparison,
  Instant,
  LinkedObject,
  ValueChange,
} from "../../model/index.ts";
import type { ComparedField, Contract } from "../contract/contract.ts";
import { agreedOn, isSpent } from "./bases.ts";
import { conflictKey } from "../input.ts";
import type { ConflictDecision, ReconcileInput } from "../input.ts";
import { changeOf, resolutionOf } from "./resolution.ts";
import type { Side } from "./resolution.ts";
import type { People } from "../parties.ts";
import { isRichText } from "./plain-text.ts";
import { isEmpty, isList, isPerson, sameValue } from "./same-value.ts";
import type { Held, SamenessRules } from "./same-value.ts";

/** The two sides of a matched handoff and what was agreed between them. */
export interface Comparing {
  readonly handoffId: string;
  readonly contract: Contract;
  readonly source: LinkedObject;
  readonly target: LinkedObject;
  readonly input: Pick<ReconcileInput, "asOf" | "bases" | "conflictDecisions" | "calendar">;
  readonly people: People;
}

/** Longer texts, and those of several lines, are prose. */
const LONGEST_WORD = 255;

/**
 * Compares what both sides hold with what they last agreed on (reference §3.4). An empty source field that never held
 * anything is not compared (docs/techflow.md, "content"), unless the target may answer for it.
 */
export function compareFields(comparing: Comparing): readonly FieldComparison[] {
  return comparing.contract.fields.flatMap((field) => compareField(field, comparing));
}

/** A conflict is open until a rule or a person says which side holds. */
export function contentOf(comparisons: readonly FieldComparison[]): ContentState {
  if (comparisons.some(isOpenConflict)) return "conflict";
  return comparisons.every(({ equal }) => equal) ? "in_sync" : "drifted";
}

export function isOpenConflict({ equal, change, resolution }: FieldComparison): boolean {
  return !equal && change === "conflict" && resolution === null;
}

function compareField(field: ComparedField, comparing: Comparing): readonly FieldComparison[] {
  const { owner, name } = field;
  if (owner === "create_once" || owner === "derived") return [];
  const { source, target, input } = comparing;
  const [ours, theirs] = [held(source, field.ours), held(target, field.theirs)];
  const agreed = agreedOn(input.bases?.get(comparing.handoffId), name, target.id);
  const answers = owner === "target" || owner === "shared";
  if (isEmpty(ours.value) && (agreed === undefined || agreed === null) && !(answers && !isEmpty(theirs.value)))
    return [];
  const rules: SamenessRules = { calendar: input.calendar, exact: field.exact };
  const equal = owner === "append_only" ? holdsAll(theirs, ours, rules) : sameValue(ours, theirs, rules);
  if (equal === null) return [];
  const comparison = { field: name, source: ours.value, target: theirs.value, equal, owner };
  if (equal && agreed === undefined) return [comparison];
  const change = changeOf({
    equal,
    hasBase: agreed !== undefined,
    sourceIsBase: agreed !== undefined && isBase(agreed, ours, rules),
    targetIsBase: agreed !== undefined && isBase(agreed, theirs, rules),
  });
  if (change === "in_sync") return [comparison];
  const told = { ...comparison, change, ...(agreed === undefined ? {} : { base: agreed }) };
  if (equal) return [told];
  const changed = {
    source: changeTime(source, field.ours, comparing),
    target: changeTime(target, field.theirs, comparing),
  };
  const resolution = resolutionOf({
    change,
    owner,
    policy: field.onConflict,
    decided: decisionOn(comparing, name, changed),
    empty: { source: isEmpty(ours.value), target: isEmpty(theirs.value) },
    changed,
    skewMs: comparing.contract.clockSkewMs,
    freeText: isProse(ours.value) || isProse(theirs.value),
  });
  return [
    {
      ...told,
      ...(changed.source === null ? {} : { sourceChanged: changed.source }),
      ...(changed.target === null ? {} : { targetChanged: changed.target }),
      resolution,
    },
  ];
}

function held(object: LinkedObject, attribute: string): Held {
  const value = object.object.attributes[attribute] ?? null;
  return { value: isEmpty(value) ? null : value, person: object.persons[attribute] ?? null, place: placeOf(object.id) };
}

function placeOf(key: string): string {
  return key.split("/", 2).join("/");
}

/** A base names persons by their id in people.yaml, so that both systems' accounts can be held against it. */
function isBase(base: Canonical, { value, person, place }: Held, rules: SamenessRules): boolean {
  if (isPerson(base) && isPerson(value)) return person?.id === base.person;
  return sameValue({ value: base, person: null, place }, { value, person, place }, rules) === true;
}

/** Entries may be added on the other side, none may be missing there. Texts are the same or not: prose is never put together. */
function holdsAll(theirs: Held, ours: Held, rules: SamenessRules): boolean | null {
  if (!isList(ours.value) || !(isList(theirs.value) || theirs.value === null)) return sameValue(ours, theirs, rules);
  const { value: has } = theirs;
  return ours.value.every((entry) =>
    (has ?? []).some((other) => sameValue({ ...ours, value: entry }, { ...theirs, value: other }, rules) === true),
  );
}

function isProse(value: Canonical): boolean {
  return typeof value === "string" && (value.length > LONGEST_WORD || value.includes("\n") || isRichText(value));
}

/** When an attribute last changed, as its own history tells; null where the system keeps none. */
function changeTime(object: LinkedObject, attribute: string, { input, people }: Comparing): ValueChange | null {
  const last = object.object.history.findLast(
    (change) => change.attribute === attribute && change.validAt <= input.asOf,
  );
  if (last === undefined || last.source !== "history") return null;
  const person = last.by?.person ?? null;
  return { at: last.validAt, by: person === null ? null : (people.actorOf(object.object.key, person)?.name ?? person) };
}

/** A word on a disagreement holds until both sides agree, or one of them changes again. */
function decisionOn(
  { handoffId, input }: Comparing,
  field: string,
  changed: { readonly source: ValueChange | null; readonly target: ValueChange | null },
): Side | null {
  const decision = input.conflictDecisions?.get(conflictKey(handoffId, field));
  if (decision === undefined || isSpent(input.bases?.get(handoffId), field, decision)) return null;
  return isOutdated(decision, changed.source?.at ?? null) || isOutdated(decision, changed.target?.at ?? null)
    ? null
    : decision.take;
}

function isOutdated({ at }: ConflictDecision, changedAt: Instant | null): boolean {
  return changedAt !== null && changedAt > at;
}
