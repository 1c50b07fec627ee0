import type { Canonical, FieldComparison, Handoff, LinkedObject, Operation } from "../../model/index.ts";
import type { ComparedField } from "../contract/contract.ts";
import { foldText } from "../../matching/index.ts";
import type { Side } from "../merge/resolution.ts";
import { appointmentAt, attributeOf, operation } from "./proposing.ts";
import type { Proposing } from "./proposing.ts";
import { isEmpty, isList } from "../merge/same-value.ts";
import { writtenValue } from "./written.ts";

const CALLS = 2;
/** Nobody ever agreed on the value to be overwritten: below what a policy may approve by itself (reference §3.5). */
const FIRST_SYNC_CONFIDENCE = 0.9;

/** One side of a field, as the receiver or the giver of its value. */
interface End {
  readonly side: Side;
  readonly object: LinkedObject;
  readonly type: string;
  readonly attribute: string;
  readonly kind: string | null;
  readonly value: Canonical;
}

/** An update of the side that does not hold, for each field of a matched pair that differs. */
export function updates(proposing: Proposing, handoff: Handoff, source: LinkedObject): readonly Operation[] {
  const target = handoff.targetKey === null ? undefined : proposing.input.objects.get(handoff.targetKey);
  if (target === undefined) return [];
  return handoff.comparisons.flatMap((comparison): readonly Operation[] => {
    const field = proposing.fields.get(comparison.field);
    const holder = comparison.equal ? null : holderOf(comparison);
    if (holder === null || field === undefined) return [];
    return update(
      proposing,
      handoff,
      comparison,
      field,
      ends(proposing, field, comparison, { source, target }, holder),
    );
  });
}

/** Comparisons of a hub that kept no resolution yet follow their owner. */
function holderOf({ resolution, owner }: FieldComparison): Side | null {
  if (resolution !== undefined) return resolution;
  return owner === "source" || owner === "target" ? owner : null;
}

function ends(
  { contract }: Proposing,
  field: ComparedField,
  comparison: FieldComparison,
  objects: { readonly source: LinkedObject; readonly target: LinkedObject },
  holder: Side,
): { readonly giver: End; readonly taker: End } {
  const source: End = {
    side: "source",
    object: objects.source,
    type: contract.sourceType,
    attribute: field.ours,
    kind: field.kinds.ours,
    value: comparison.source,
  };
  const target: End = {
    side: "target",
    object: objects.target,
    type: contract.targetType,
    attribute: field.theirs,
    kind: field.kinds.theirs,
    value: comparison.target,
  };
  return holder === "source" ? { giver: source, taker: target } : { giver: target, taker: source };
}

function update(
  proposing: Proposing,
  handoff: Handoff,
  comparison: FieldComparison,
  field: ComparedField,
  { giver, taker }: { readonly giver: End; readonly taker: End },
): readonly Operation[] {
  const { contract, input, staff, connectionAt } = proposing;
  const [system = "", tenant = ""] = taker.object.id.split("/", 2);
  const connection = connectionAt.get(`${system}/${tenant}`);
  if (connection === undefined) return [];
  const given = field.owner === "append_only" ? joined(giver.value, taker.value) : giver.value;
  // Prose is never put together: what is to be appended to it is a person's to write.
  if (given === undefined) return [];
  const written = writtenValue(
    {
      field: field.name,
      value: given,
      person: giver.object.persons[giver.attribute] ?? null,
      held: attributeOf(taker.object, taker.attribute),
      heldPerson: taker.object.persons[taker.attribute] ?? null,
      kind: taker.kind,
      place: appointmentAt(proposing, { system, tenant }, taker.side),
    },
    staff,
    input.calendar ?? null,
  );
  if (!written.writes) return [];
  const known = handoff.evidence[0]?.confidence ?? 0;
  const first = comparison.change === "first_sync" && !isEmpty(taker.value);
  return [
    operation({
      handoffId: handoff.id,
      connection,
      system,
      action: "update",
      objectType: taker.type,
      targetKey: taker.object.id,
      field: taker.attribute,
      before: taker.value,
      after: written.value,
      precondition: `${taker.attribute} is unchanged`,
      reason: [reasonOf(field, comparison, giver, taker), ...(written.note === null ? [] : [written.note])].join(" "),
      rule: ruleOf(contract.name, field, comparison, giver),
      confidence: first ? Math.min(known, FIRST_SYNC_CONFIDENCE) : known,
      risk: riskOf(comparison, given, taker),
      calls: CALLS,
    }),
  ];
}

/** What the taker has and what it lacks; undefined where only a person can tell. */
function joined(given: Canonical, held: Canonical): Canonical | undefined {
  if (isEmpty(held)) return given;
  if (!isList(given) || !isList(held)) return undefined;
  const has = new Set(held.map(foldText));
  return [...held, ...given.filter((entry) => !has.has(foldText(entry)))];
}

function reasonOf(field: ComparedField, { change, owner }: FieldComparison, giver: End, taker: End): string {
  const { name } = field;
  if (isEmpty(taker.value)) return `${name} is empty there and the ${giver.type} has it.`;
  if (owner === "append_only") return `${name} lacks entries of the ${giver.type}; nothing is taken away.`;
  switch (change) {
    case "source_changed":
    case "target_changed": {
      const changed = change === "source_changed" ? "source" : "target";
      return changed === giver.side
        ? `${name} was changed in the ${giver.type}.`
        : `${name} was changed in the ${taker.type}, but the ${giver.type} decides it: it is put back.`;
    }
    case "conflict":
      return `${name} was changed on both sides, and the ${giver.type} holds.`;
    default:
      return owner === "shared"
        ? `${name} differs and the ${giver.type} holds.`
        : `${name} differs and the ${giver.type} decides it.`;
  }
}

function ruleOf(contract: string, field: ComparedField, { owner, change }: FieldComparison, giver: End): string {
  if (owner === "source" || owner === "target") return `${contract}: ${field.name} belongs to the ${giver.type}`;
  if (owner === "append_only") return `${contract}: ${field.name} only grows`;
  return change === "source_changed" || change === "target_changed"
    ? `${contract}: ${field.name} is shared, the side that changed holds`
    : `${contract}: ${field.name} is shared, ${field.onConflict === "manual" ? "a person decided" : field.onConflict.replaceAll("_", " ")}`;
}

/** Filling what is empty harms nobody; money and people, what goes back to the source and what somebody just wrote are looked at twice. */
function riskOf({ change }: FieldComparison, given: Canonical, taker: End): Operation["risk"] {
  if (isEmpty(taker.value)) return "low";
  if (isEmpty(given) || change === "conflict") return "high";
  const careful = typeof given === "object" && !isList(given);
  return careful || taker.side === "source" || change === "target_changed" ? "medium" : "low";
}
