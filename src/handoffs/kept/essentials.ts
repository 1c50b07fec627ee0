import type { Canonical, LinkedObject, ModelEvent } from "../../model/index.ts";
import { foldText } from "../../matching/index.ts";
import type { Contract } from "../contract/contract.ts";
import { textOf } from "../parties.ts";
import type { Occasion } from "../contract/phrases.ts";

/** Leaves of an object what the decisions on a contract can see; most of what was read says nothing about its handoffs. */
export type Essentials = (object: LinkedObject) => LinkedObject;

export function essentialsOf(contract: Contract, side: "source" | "target"): Essentials {
  const used = attributesUsed(contract, side);
  const references = referencesUsed(contract);
  const told = { stages: stagesUsed(contract), steps: stepsUsed(contract, side) };
  // What is its own target may be taken at any time, and a tie may be broken by the last thing that happened.
  const everything = contract.presentOnce !== null || contract.match.tieBreaks.length > 0;
  return (linked) => {
    const { object } = linked;
    const events = everything ? linked.events : telling(linked, told);
    const history = object.history.filter(({ attribute }) => used === null || used.has(attribute));
    return {
      ...linked,
      object: { ...object, attributes: pick(object.attributes, used), history, references: [], url: null },
      references: pick(linked.references, references),
      persons: pick(linked.persons, used),
      events,
    };
  };
}

interface Told {
  readonly stages: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;
}

/**
 * The stages and steps that decide, what came after such a stage (it was left then), and the first sign of work by the
 * object itself and by what belongs to it.
 */
function telling({ object, events }: LinkedObject, { stages, steps }: Told): readonly ModelEvent[] {
  const since = object.createdAt ?? events[0]?.occurredAt ?? 0;
  let own = false;
  let others = false;
  let inside = false;
  return events.filter((event, at) => {
    const itself = event.objectType === object.type;
    const first = event.occurredAt > since && !(itself ? own : others);
    if (event.occurredAt > since) {
      if (itself) own = true;
      else others = true;
    }
    if (at === 0 || first) {
      if (itself && event.stage !== null) inside = stages.has(event.stage);
      return true;
    }
    if (itself && event.stage !== null) {
      const entered = stages.has(event.stage);
      const left = inside && !entered;
      inside = entered;
      return entered || left;
    }
    const step = stepOf(event);
    return step !== null && steps.has(step);
  });
}

function stepOf({ attributes }: ModelEvent): string | null {
  const step = textOf(attributes["step"]);
  return step === null ? null : foldText(step);
}

function pick<Value>(
  all: Readonly<Record<string, Value>>,
  used: ReadonlySet<string> | null,
): Readonly<Record<string, Value>> {
  return used === null ? all : Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
}

/** The same of what sources and targets refer to. */
export function essentialsOfRelated({
  match,
}: Contract): (attributes: Readonly<Record<string, Canonical>>) => Readonly<Record<string, Canonical>> {
  const used = new Set(["name"]);
  for (const likeness of match.likenesses) if (likeness.kind !== "reference") used.add(likeness.ours.attribute);
  return (attributes) => pick(attributes, used);
}

/** Null: any of them. */
function attributesUsed(contract: Contract, side: "source" | "target"): ReadonlySet<string> | null {
  const used = new Set<string>(["name"]);
  const { match, fields, presentOnce, rejection } = contract;
  if (presentOnce !== null) used.add(presentOnce);
  for (const { ours, theirs } of [...fields, ...match.keys.flat()]) used.add(side === "source" ? ours : theirs);
  for (const attribute of side === "source" ? match.linkFromSource : match.linkFromTarget) used.add(attribute);
  for (const likeness of match.likenesses) {
    if (likeness.kind === "reference") continue;
    for (const attribute of side === "source" ? [likeness.ours.attribute] : likeness.theirs) used.add(attribute);
  }
  for (const occasion of occasionsOf(contract)) if (occasion.kind === "set") used.add(occasion.attribute);
  const conditions = side === "target" ? [contract.targetWhere] : [contract.where, contract.unless];
  for (const condition of conditions) {
    for (const [word] of (condition?.text ?? "").matchAll(/[A-Za-z_]\w*/gu)) used.add(word);
    // A name in brackets may be put together.
    if (condition?.text.includes("[") === true) return null;
  }
  if (side === "target") {
    if (rejection?.attribute != null) used.add(rejection.attribute);
    if (match.tieBreaks.length > 0) return null;
    return used;
  }
  if (contract.money !== null) used.add(contract.money);
  for (const { attribute } of contract.needs) used.add(attribute);
  return used;
}

function referencesUsed({ match }: Contract): ReadonlySet<string> {
  const used = new Set(["account", "company"]);
  for (const likeness of match.likenesses) {
    const reference = likeness.kind === "reference" ? likeness.reference : likeness.ours.reference;
    if (reference !== null) used.add(reference);
  }
  return used;
}

function stagesUsed(contract: Contract): ReadonlySet<string> {
  const decisive = occasionsOf(contract).flatMap((occasion) => ("stages" in occasion ? occasion.stages : []));
  return new Set([...contract.trigger.stages, ...decisive]);
}

function stepsUsed(contract: Contract, side: "source" | "target"): ReadonlySet<string> {
  const occasions = side === "source" ? contract.revokedWhen : occasionsOf(contract);
  return new Set(occasions.flatMap((occasion) => (occasion.kind === "step" ? [foldText(occasion.step)] : [])));
}

function occasionsOf({ acceptedWhen, rejectedWhen, returnedWhen, revokedWhen }: Contract): readonly Occasion[] {
  return [...acceptedWhen, ...rejectedWhen, ...returnedWhen, ...revokedWhen];
}
