import type { Handoff, Instant, LinkedObject } from "../model/index.ts";
import { orphanBecause } from "./states/because.ts";
import { claimsOf } from "./targets/claims.ts";
import type { Contract } from "./contract/contract.ts";
import { decide, EMPTY, handoffId, historical, waiverOf } from "./states/decide.ts";
import type { DecisionContext, Finding } from "./states/decide.ts";
import { addSpan } from "./contract/durations.ts";
import type { Entry, Party, ReconcileInput } from "./input.ts";
import { plainOf } from "./states/labels.ts";
import { findTarget } from "./targets/find-target.ts";
import { likenessesOf } from "./targets/likenesses.ts";
import type { Among } from "./targets/likenesses.ts";
import { occurrencesOf } from "./states/occurrences.ts";
import type { Occurrence } from "./states/occurrences.ts";
import { byAge, compareText, namesPerson, partiesOf, peopleOf, textOf } from "./parties.ts";
import { verdictsOf } from "./targets/verdicts.ts";

/** A handoff beside what it was decided on; the target only where the handoff has one. */
export interface Decided {
  readonly handoff: Handoff;
  readonly source: LinkedObject | null;
  readonly target: LinkedObject | null;
}

/** By id, what some handoffs were decided on. */
export function objectsOf(batch: readonly Decided[]): ReadonlyMap<string, LinkedObject> {
  const objects = new Map<string, LinkedObject>();
  for (const { source, target } of batch) {
    for (const object of [source, target]) if (object !== null) objects.set(object.id, object);
  }
  return objects;
}

/**
 * The state of every handoff of a contract as of an instant, derived from event times alone: the same objects give the
 * same handoffs whatever their order and however often it is asked. Linear in the number of objects.
 */
export function reconcile(contract: Contract, input: ReconcileInput): readonly Handoff[] {
  return Array.from(decideEach(contract, input), ({ handoff }) => handoff).sort(inOrder);
}

/** The same one after the other and in no order, so that they need not all be held at once. */
export function* decideEach(contract: Contract, input: ReconcileInput): Iterable<Decided> {
  const context: DecisionContext = { contract, input, people: peopleOf(input.actors) };
  const sources: Entry[] = [];
  const stands = new Map<string, boolean>();
  for (const { entry, party } of partiesOf(input.sources, input.asOf)) {
    sources.push(entry);
    if (!isExpected(contract, party.linked)) continue;
    const occurrences = occurrencesOf(contract, party, input.asOf, context.people);
    const latest = occurrences.at(-1);
    if (latest !== undefined) stands.set(entry.id, latest.revokedAt === null);
  }
  const expecting = sources.filter(({ id }) => stands.has(id));
  if (contract.presentOnce !== null) {
    for (const entry of expecting) {
      yield* decideOf(context, entry, (source, occurrence) => presence(context, source, occurrence));
    }
    return;
  }
  const { claims, likenesses, free } = search(context, sources, expecting, stands);
  for (const entry of expecting) {
    const finding = findTarget(claims, likenesses, entry);
    yield* decideOf(context, entry, () => finding);
  }
  for (const entry of free) {
    if (likenesses.named.has(entry.id) || !isOrphan(context, entry)) continue;
    const target = entry.look();
    yield { handoff: orphan(context, target), source: null, target: target.linked };
  }
}

/** A condition that cannot be known because a value is empty includes nothing and excludes nothing. */
export function isExpected(contract: Contract, source: LinkedObject): boolean {
  return (contract.where === null || contract.where.holds(source) === true) && contract.unless?.holds(source) !== true;
}

function* decideOf(
  context: DecisionContext,
  entry: Entry,
  findingFor: (source: Party, occurrence: Occurrence) => Finding,
): Iterable<Decided> {
  const { contract, input, people } = context;
  const source = entry.look();
  for (const occurrence of occurrencesOf(contract, source, input.asOf, people)) {
    if (occurrence.triggeredAt < contract.since) {
      yield { handoff: historical(context, source, occurrence), source: source.linked, target: null };
      continue;
    }
    const finding = findingFor(source, occurrence);
    const handoff = decide(context, source, occurrence, finding, occurrence.nextAt === null);
    const target = handoff.targetKey === null ? null : (finding.primary?.linked ?? null);
    yield { handoff, source: source.linked, target };
  }
}

/** What the ladder of reference §3.2 finds for all sources together. */
function search(
  { contract, input, people }: DecisionContext,
  sources: readonly Entry[],
  expecting: readonly Entry[],
  stands: ReadonlyMap<string, boolean>,
) {
  const targets: Entry[] = [];
  for (const { entry, party } of partiesOf(input.targets, input.asOf)) {
    if (party.removedAt === null && contract.targetWhere?.holds(party.linked) !== false) targets.push(entry);
  }
  targets.sort(byAge);
  const verdicts = verdictsOf(contract, input, sources, targets);
  const claims = claimsOf(contract, sources, targets, stands, verdicts);
  const free = targets.filter(({ id }) => !claims.claimed.has(id));
  const among: Among = {
    sources,
    expecting,
    isOpen: ({ id }) => stands.get(id) === true && !claims.links.has(id) && !claims.keys.has(id),
    triggersOf: (source) =>
      occurrencesOf(contract, source.look(), input.asOf, people).map(({ triggeredAt }) => triggeredAt),
    free,
  };
  const likenesses = likenessesOf(contract, input, among, verdicts);
  if (likenesses.skipped.length > 0) input.tellSkipped?.(likenesses.skipped);
  return { claims, likenesses, free };
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
    evidence: [{ targetKey: source.id, rung: 1, why, confidence: 1 }],
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

function isOrphan({ contract, input }: DecisionContext, target: Entry): boolean {
  return target.createdAt >= contract.since && input.asOf > addSpan(target.createdAt, contract.grace, input.calendar);
}

function orphan({ contract, input }: DecisionContext, target: Party): Handoff {
  const id = handoffId(contract.name, target.id, "orphan");
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
    targetKey: target.id,
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
