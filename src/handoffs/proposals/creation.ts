import type { Canonical, Handoff, LinkedObject, Operation } from "../../model/index.ts";
import { textOf } from "../parties.ts";
import { appointmentAt, attributeOf, operation } from "./proposing.ts";
import type { Proposing } from "./proposing.ts";
import { writtenValue } from "./written.ts";

const CALLS = 3;

/**
 * The creation of a missing target, with the link, the keys and what the source has to say. None where the contract
 * creates nothing, or while the source lacks what the other team cannot do without.
 */
export function creation(proposing: Proposing, handoff: Handoff, source: LinkedObject): readonly Operation[] {
  const { contract, input, staff } = proposing;
  const { createFrom, match, targetType } = contract;
  const place = createFrom === null ? undefined : input.connections.get(createFrom.connection);
  if (createFrom === null || place === undefined || isHeld(proposing, handoff)) return [];
  const after: Record<string, Canonical> = { template: createFrom.template, ...contract.begins };
  const notes: string[] = [];
  for (const attribute of match.linkFromTarget) after[attribute] = source.nativeId;
  for (const { ours, theirs } of match.keys.flat()) {
    const text = textOf(source.object.attributes[ours]);
    if (text !== null) after[theirs] = text;
  }
  const name = textOf(source.object.attributes["name"]);
  if (name !== null) after["name"] = name;
  for (const field of contract.fields) {
    // What the target decides is not for the source to begin with.
    if (field.owner === "derived" || field.owner === "target") continue;
    const written = writtenValue(
      {
        field: field.name,
        value: attributeOf(source, field.ours),
        person: source.persons[field.ours] ?? null,
        held: null,
        heldPerson: null,
        kind: field.kinds.theirs,
        place: appointmentAt(proposing, place, "target"),
      },
      staff,
      input.calendar ?? null,
    );
    if (written.note !== null) notes.push(written.note);
    if (written.writes && written.value !== null) after[field.theirs] = written.value;
  }
  return [
    operation({
      handoffId: handoff.id,
      connection: createFrom.connection,
      system: place.system,
      action: "create",
      objectType: targetType,
      targetKey: null,
      field: null,
      before: null,
      after,
      precondition: `no ${targetType} carries ${source.nativeId}`,
      reason: [handoff.because, ...notes].join(" "),
      rule: `${contract.name}: missing`,
      confidence: 1,
      risk: "medium",
      calls: CALLS,
    }),
  ];
}

function isHeld({ contract }: Proposing, { lacks }: Handoff): boolean {
  return lacks !== undefined && contract.needs.some(({ attribute, holds }) => holds && lacks.includes(attribute));
}
