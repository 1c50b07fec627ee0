import type {
  Canonical,
  ConflictDecision,
  FieldComparison,
  Handoff,
  HandoffBase,
  LinkedObject,
} from "../../model/index.ts";
import type { Contract } from "../contract/contract.ts";
import { conflictKey } from "../input.ts";
import type { Bases } from "../input.ts";
import { isList, isPerson } from "./same-value.ts";

/** By field name, what both sides held when they last agreed. Persons by their id in people.yaml. */
export type Base = Readonly<Record<string, Canonical>>;

/** Kept beside the fields, whose names never begin so: the target they were agreed with, and which of them were, once it is another. */
const TARGET = "@target";
const FIELDS = "@fields";

export interface AdvanceInput {
  readonly handoffs: readonly Handoff[];
  /** Objects by id. */
  readonly objects: ReadonlyMap<string, LinkedObject>;
  readonly bases: Bases;
  readonly conflictDecisions: ReadonlyMap<string, ConflictDecision>;
}

/** What was agreed on a field with this very target; undefined when nothing was. */
export function agreedOn(base: Base | undefined, field: string, targetKey: string): Canonical | undefined {
  if (base === undefined) return undefined;
  const of = base[TARGET];
  if (of === undefined) return base[field];
  const fields = base[FIELDS];
  return of === targetKey && (fields === undefined || fieldList(base).includes(field)) ? base[field] : undefined;
}

/** Whether a person's word on a field was spent when both sides came to agree. */
export function isSpent(base: Base | undefined, field: string, decision: ConflictDecision): boolean {
  const spent = base?.[spentKey(field)] ?? null;
  return typeof spent === "object" && spent !== null && "at" in spent && decision.at <= Number(spent.at);
}

/**
 * The bases that move: both sides agree now, for the first time or on something new. Nothing is written in any system
 * for it, and a field that differs keeps its base until a later reading finds both sides equal.
 */
export function advancedBases(contract: Contract, input: AdvanceInput): readonly HandoffBase[] {
  const attributes = new Map(contract.fields.map(({ name, ours }) => [name, ours]));
  return input.handoffs.flatMap((handoff): readonly HandoffBase[] => {
    const { id, sourceKey, targetKey, comparisons, link } = handoff;
    if (link !== "matched" || sourceKey === null || targetKey === null || sourceKey === targetKey) return [];
    const source = input.objects.get(sourceKey);
    if (source === undefined) return [];
    const known = input.bases.get(id);
    const moved: Record<string, Canonical> = {};
    for (const comparison of comparisons) {
      const { field, equal, change } = comparison;
      if (!equal || (change !== "convergent" && agreedOn(known, field, targetKey) !== undefined)) continue;
      const value = agreedValue(comparison, source, attributes.get(field) ?? field);
      if (value === undefined) continue;
      moved[field] = value;
      const decision = input.conflictDecisions.get(conflictKey(id, field));
      if (decision !== undefined) moved[spentKey(field)] = { at: decision.at };
    }
    const fields = Object.keys(moved).filter((name) => !name.startsWith("@"));
    if (fields.length === 0) return [];
    const of = known?.[TARGET];
    const stays = of === undefined || of === targetKey;
    if (stays && known?.[FIELDS] === undefined) {
      return [{ handoffId: id, fields: of === undefined ? { ...moved, [TARGET]: targetKey } : moved }];
    }
    const before = stays && known !== undefined ? fieldList(known) : [];
    return [
      { handoffId: id, fields: { ...moved, [TARGET]: targetKey, [FIELDS]: [...new Set([...before, ...fields])] } },
    ];
  });
}

function spentKey(field: string): string {
  return `@spent ${field}`;
}

function fieldList(base: Base): readonly string[] {
  const fields = base[FIELDS] ?? null;
  return isList(fields) ? fields : [];
}

/** Undefined for a person nobody knows: there is nothing to hold the other system's account against. */
function agreedValue(
  { source: value }: FieldComparison,
  source: LinkedObject,
  attribute: string,
): Canonical | undefined {
  if (!isPerson(value)) return value;
  const person = source.persons[attribute] ?? null;
  return person === null ? undefined : { person: person.id };
}
