import type { Handoff, Instant, LinkedObject } from "../model/index.ts";
import { orphanBecause } from "./because.ts";
import { claimsOf } from "./claims.ts";
import type { Contract } from "./contract.ts";
import { decide, EMPTY, handoffId, historical, liveOf, waiverOf } from "./decide.ts";
import type { DecisionContext, Finding } from "./decide.ts";
import { addSpan } from "./durations.ts";
import type { Party, ReconcileInput } from "./input.ts";
import { plainOf } from "./labels.ts";
import { findTarget } from "./find-target.ts";
import { likenessesOf } from "./likenesses.ts";
import { occurrencesOf } from "./occurrences.ts";
import type { Occurrence } from "./occurrences.ts";
import { compareText, namesPerson, partiesOf, peopleOf, textOf } from "./parties.ts";
import { verdictsOf } from "./verdicts.ts";

interface Expecting {
  readonly source: Party;
  readonly occurrences: readonly Occurrence[];
}

/**
 * The state of every handoff of a contract as of an instant, derived from event times alone: the same objects give the
 * same handoffs whatever their order and however often it is asked. Linear in the number of objects.
 */
export function reconcile(contract: Contract, input: ReconcileInput): readonly Handoff[] {
  return [...decideEach(contract, input)].sort(inOrder);
}

/** The same one after the other and in no order, so that they need not all be held at once. */
export function* decideEach(contract: Contract, input: ReconcileInput): Iterable<Handoff> {
  const context: DecisionContext = { contract, input, people: peopleOf(input.actors) };
  const sources = partiesOf(input.sources, input.asOf);
  const expecting: Expecting[] = [];
  for (const source of sources) {
    if (!isExpected(contract, source.linked)) continue;
    const occurrences = occurrencesOf(contract, source, input.asOf, context.people);
    if (occurrences.length > 0) expecting.push({ source, occurrences });
  }
  if (contract.presentOnce === null) yield* withTargets(context, sources, expecting);
  else yield* inThemselves(context, expecting);
}

/** A condition that cannot be known because a value is empty includes nothing and excludes nothing. */
export function isExpected(contract: Contract, source: LinkedObject): boolean {
  return (contract.where === null || contract.where.holds(source) === true) && contract.unless?.holds(source) !== true;
}

function* withTargets(
  context: DecisionContext,
  sources: readonly Party[],
  expecting: readonly Expecting[],
): Iterable<Handoff> {
  const { contract } = context;
  const { claims, likenesses, free } = search(context, sources, expecting);
  for (const { source, occurrences } of expecting) {
    const finding = findTarget(claims, likenesses, source);
    for (const occurrence of occurrences) {
      const latest = occurrence.nextAt === null;
      yield occurrence.triggeredAt < contract.since
        ? historical(context, source, occurrence)
        : decide(context, source, occurrence, finding, latest);
    }
  }
  for (const target of free) {
    if (!likenesses.named.has(target.linked.id) && isOrphan(context, target)) yield orphan(context, target);
  }
}

/** What the ladder of reference §3.2 finds for all sources together. */
function search({ contract, input }: DecisionContext, sources: readonly Party[], expecting: readonly Expecting[]) {
  const concerned = (target: Party): boolean => contract.targetWhere?.holds(target.linked) !== false;
  const targets = liveOf(partiesOf(input.targets, input.asOf)).filter(concerned);
  const verdicts = verdictsOf(contract, input, sources, targets);
  const claims = claimsOf(contract, sources, targets, competing(expecting), verdicts);
  const free = targets.filter((target) => !claims.claimed.has(target.linked.id));
  const expectants = expecting.map(({ source, occurrences }) => ({
    source,
    triggers: occurrences.map(({ triggeredAt }) => triggeredAt),
    open:
      occurrences.at(-1)?.revokedAt === null
      && !claims.links.has(source.linked.id)
      && !claims.keys.has(source.linked.id),
  }));
  const likenesses = likenessesOf(contract, input, sources, expectants, free, verdicts);
  if (likenesses.skipped.length > 0) input.tellSkipped?.(likenesses.skipped);
  return { claims, likenesses, free };
}

/** Whether a source's latest occurrence still stands. */
function competing(expecting: readonly Expecting[]): ReadonlyMap<string, "still" | "no more"> {
  return new Map(
    expecting.map(({ source, occurrences }) => [
      source.linked.id,
      occurrences.at(-1)?.revokedAt === null ? "still" : "no more",
    ]),
  );
}

function* inThemselves(context: DecisionContext, expecting: readonly Expecting[]): Iterable<Handoff> {
  const { contract } = context;
  for (const { source, occurrences } of expecting) {
    for (const occurrence of occurrences) {
      yield occurrence.triggeredAt < contract.since
        ? historical(context, source, occurrence)
        : decide(context, source, occurrence, presence(context, source, occurrence), occurrence.nextAt === null);
    }
  }
}

/** The source is its own target from the moment a person holds it. */
function presence(context: DecisionContext, source: Party, occurrence: Occurrence): Finding {
  const at = heldSince(context, source, occurrence);
  if (at === null) return { link: "none", primary: source, createdAt: null, evidence: [] };
  const why = `it is the ${context.contract.sourceType} itself`;
  return {
    link: "matched",
    primary: source,
    createdAt: at,
    evidence: [{ targetKey: source.linked.id, rung: 1, why, confidence: 1 }],
  };
}

function heldSince(
  { contract, input, people }: DecisionContext,
  source: Party,
  occurrence: Occurrence,
): Instant | null {
  const { object } = source.linked;
  const attribute = contract.presentOnce ?? "";
  const changes = object.history.filter((change) => change.attribute === attribute && change.validAt <= input.asOf);
  const until = occurrence.nextAt ?? Number.POSITIVE_INFINITY;
  const personal = (value: (typeof changes)[number]["value"]): boolean => namesPerson(value, object.key, people);
  const before = changes.findLast((change) => change.validAt <= occurrence.triggeredAt);
  const held = before?.value ?? (changes.length === 0 ? (object.attributes[attribute] ?? null) : null);
  if (personal(held)) return occurrence.triggeredAt;
  const taken = changes.find(
    (change) => change.validAt > occurrence.triggeredAt && change.validAt < until && personal(change.value),
  );
  return taken?.validAt ?? null;
}

function isOrphan({ contract, input }: DecisionContext, target: Party): boolean {
  return target.createdAt >= contract.since && input.asOf > addSpan(target.createdAt, contract.grace, input.calendar);
}

function orphan({ contract, input }: DecisionContext, target: Party): Handoff {
  const id = handoffId(contract.name, target.linked.id, "orphan");
  const waiver = waiverOf(input, id);
  const links = contract.match.linkFromTarget.flatMap((attribute) => {
    const text = textOf(target.linked.object.attributes[attribute]);
    return text === null ? [] : [`${contract.sourceType} ${text}`];
  });
  return {
    ...EMPTY,
    id,
    contract: contract.name,
    occurrence: 0,
    sourceKey: null,
    targetKey: target.linked.id,
    claimedKeys: [],
    historical: false,
    link: "orphan",
    timeliness: "on_time",
    label: "orphan",
    plain: plainOf("orphan", waiver !== null),
    because: orphanBecause(contract, target, links),
    createdAt: target.createdAt,
    graceUntil: addSpan(target.createdAt, contract.grace, input.calendar),
    waiver,
    name: target.name,
  };
}

function inOrder(left: Handoff, right: Handoff): number {
  return (
    (left.triggeredAt ?? left.createdAt ?? 0) - (right.triggeredAt ?? right.createdAt ?? 0)
    || compareText(left.id, right.id)
  );
}
