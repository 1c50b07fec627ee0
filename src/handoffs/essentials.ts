import type {
  ActorEvidence,
  AttributeChange,
  Canonical,
  LinkedObject,
  ModelEvent,
  ModelObject,
  NamedReference,
} from "../model/index.ts";
import { foldText } from "../matching/index.ts";
import type { Contract } from "./contract.ts";
import { textOf } from "./parties.ts";
import type { Occasion } from "./phrases.ts";

/**
 * Leaves of an object what the decisions on a contract can see, with texts that recur kept once: a hundred thousand
 * handoffs are decided at once, and most of what was read of their records says nothing about them.
 */
export type Essentials = (object: LinkedObject) => LinkedObject;

const NO_ATTRIBUTES: Readonly<Record<string, Canonical>> = {};
const NO_PERSONS: LinkedObject["persons"] = {};
const NO_REFERENCES: readonly NamedReference[] = [];
const NO_LINKS: LinkedObject["references"] = {};
const NO_EVENTS: readonly ModelEvent[] = [];
const NO_HISTORY: readonly AttributeChange[] = [];
const NOWHERE = { stream: "", id: "" };

export function essentialsOf(contract: Contract, side: "source" | "target"): Essentials {
  const used = attributesUsed(contract, side);
  const references = referencesUsed(contract);
  const told = { stages: stagesUsed(contract), steps: stepsUsed(contract, side) };
  // What is its own target may be taken at any time, and a tie may be broken by the last thing that happened.
  const everything = contract.presentOnce !== null || contract.match.tieBreaks.length > 0;
  const texts = new Map<string, string>();
  const once = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  const doers = new Map<string, ActorEvidence>();
  const doer = (by: ActorEvidence): ActorEvidence => {
    const name = `${by.kind}\0${by.person ?? ""}\0${by.client ?? ""}`;
    const known = doers.get(name);
    if (known === undefined) doers.set(name, by);
    return known ?? by;
  };
  const slim = (event: ModelEvent, object: ModelObject): ModelEvent => ({
    id: "",
    type: once(event.type),
    objectKey: placeOf(event.objectKey) === placeOf(object.key) ? object.key : event.objectKey,
    objectType: once(event.objectType),
    occurredAt: event.occurredAt,
    precision: once(event.precision) as ModelEvent["precision"],
    sequence: event.sequence,
    by: doer(event.by),
    stage: event.stage === null ? null : once(event.stage),
    fromStage: null,
    attributes: stepOf(event) === null ? NO_ATTRIBUTES : event.attributes,
    references: NO_REFERENCES,
    source: NOWHERE,
    mapping: "",
    derivation: "",
  });
  return (linked) => {
    const { object } = linked;
    const events = everything ? linked.events : telling(linked, told);
    const history = object.history.filter(({ attribute }) => used === null || used.has(attribute));
    return {
      object: {
        key: object.key,
        type: once(object.type),
        mapping: once(object.mapping),
        attributes: pick(object.attributes, used, NO_ATTRIBUTES),
        history: history.length === 0 ? NO_HISTORY : history,
        references: NO_REFERENCES,
        createdAt: object.createdAt,
        removed: object.removed,
        url: null,
      },
      // One text for what the object and its id both are.
      id: linked.id === object.key ? object.key : linked.id,
      ...(linked.merged === undefined ? {} : { merged: linked.merged }),
      nativeId: linked.nativeId,
      references: pick(linked.references, references, NO_LINKS),
      persons: pick(linked.persons, used, NO_PERSONS),
      events: events.length === 0 ? NO_EVENTS : events.map((event) => slim(event, object)),
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

function placeOf(key: string): string {
  return key.slice(0, key.indexOf("/", key.indexOf("/") + 1));
}

function pick<Value>(
  all: Readonly<Record<string, Value>>,
  used: ReadonlySet<string> | null,
  none: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  if (used === null) return all;
  const names = Object.keys(all).filter((name) => used.has(name));
  if (names.length === 0) return none;
  const picked: Record<string, Value> = {};
  for (const name of names) {
    const value = all[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
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
