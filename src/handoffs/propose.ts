import { hashText } from "../model/index.ts";
import type { Actor, Canonical, FieldComparison, Handoff, LinkedObject, Operation } from "../model/index.ts";
import type { Contract, ComparedField } from "./contract.ts";
import { compareText, isHuman, textOf } from "./parties.ts";
import { deedOf } from "./plan-hash.ts";

/** What repairs are proposed from. */
export interface ProposeInput {
  readonly handoffs: readonly Handoff[];
  /** Objects by id. */
  readonly objects: ReadonlyMap<string, LinkedObject>;
  readonly actors: readonly Actor[];
  /** By connection name: its system and tenant. */
  readonly connections: ReadonlyMap<string, { readonly system: string; readonly tenant: string }>;
}

const CALLS = { create: 3, update: 2 };

/**
 * The writes that would repair a contract's handoffs: a creation for what is missing, an update for each drifted field
 * that the source owns. Nothing for what needs a person's decision, for what was taken back or waived, and nothing at
 * all for a contract that only observes. An owner who has left is never written; their backup takes over, or nobody.
 */
export function proposeOperations(contract: Contract, input: ProposeInput): readonly Operation[] {
  if (contract.mode === "observe" || contract.presentOnce !== null) return [];
  const actors = new Map<string, Actor>();
  for (const actor of input.actors) actors.set(actor.name, actor);
  for (const actor of input.actors) actors.set(actor.id, actor);
  const operations = input.handoffs
    .filter((handoff) => handoff.contract === contract.name && !handoff.historical && handoff.waiver === null)
    .flatMap((handoff): readonly Operation[] => {
      const source = handoff.sourceKey === null ? undefined : input.objects.get(handoff.sourceKey);
      if (source === undefined) return [];
      if (handoff.link === "missing") return creation(contract, input, actors, handoff, source);
      return handoff.link === "matched" ? updates(contract, input, actors, handoff, source) : [];
    });
  return operations.sort((left, right) => compareText(left.id, right.id));
}

function creation(
  contract: Contract,
  input: ProposeInput,
  actors: ReadonlyMap<string, Actor>,
  handoff: Handoff,
  source: LinkedObject,
): readonly Operation[] {
  const { createFrom, match, targetType } = contract;
  const place = createFrom === null ? undefined : input.connections.get(createFrom.connection);
  if (createFrom === null || place === undefined) return [];
  const after: Record<string, Canonical> = { template: createFrom.template };
  const notes: string[] = [];
  for (const attribute of match.linkFromTarget) after[attribute] = source.nativeId;
  for (const { ours, theirs } of match.keys.flat()) {
    const text = textOf(source.object.attributes[ours]);
    if (text !== null) after[theirs] = text;
  }
  const name = textOf(source.object.attributes["name"]);
  if (name !== null) after["name"] = name;
  for (const field of contract.fields) {
    if (field.owner === "derived") continue;
    const value = written(field, source, place, actors);
    if (value.note !== null) notes.push(value.note);
    if (value.value !== null) after[field.theirs] = value.value;
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
      calls: CALLS.create,
    }),
  ];
}

function updates(
  contract: Contract,
  input: ProposeInput,
  actors: ReadonlyMap<string, Actor>,
  handoff: Handoff,
  source: LinkedObject,
): readonly Operation[] {
  const target = handoff.targetKey === null ? undefined : input.objects.get(handoff.targetKey);
  const [system = "", tenant = ""] = handoff.targetKey?.split("/") ?? [];
  const connection = [...input.connections].find(
    ([, other]) => other.system === system && other.tenant === tenant,
  )?.[0];
  if (target === undefined || connection === undefined) return [];
  return handoff.comparisons.flatMap((comparison): readonly Operation[] => {
    const field = contract.fields.find(({ name }) => name === comparison.field);
    if (comparison.equal || comparison.owner !== "source" || field === undefined) return [];
    const { value, actor, note } = written(field, source, { system, tenant }, actors);
    // Nothing to write, or the person to write is already there.
    if (value === null || (actor !== null && target.persons[field.theirs]?.id === actor.id)) return [];
    return [
      operation({
        handoffId: handoff.id,
        connection,
        system,
        action: "update",
        objectType: contract.targetType,
        targetKey: handoff.targetKey,
        field: field.theirs,
        before: comparison.target,
        after: value,
        precondition: `${field.theirs} is unchanged`,
        reason: `${field.name} differs and the ${contract.sourceType} decides it.${note === null ? "" : ` ${note}`}`,
        rule: `${contract.name}: ${field.name} belongs to the ${contract.sourceType}`,
        confidence: handoff.evidence[0]?.confidence ?? 0,
        risk: riskOf(comparison),
        calls: CALLS.update,
      }),
    ];
  });
}

/** Filling what is empty harms nobody; money and people are looked at twice. */
function riskOf(comparison: FieldComparison): Operation["risk"] {
  if (comparison.target === null) return "low";
  return typeof comparison.source === "object" ? "medium" : "low";
}

interface Written {
  readonly value: Canonical;
  readonly actor: Actor | null;
  readonly note: string | null;
}

/** The source's value in the target's words: money as its amount, people as the target system's own account. */
function written(
  field: ComparedField,
  source: LinkedObject,
  place: { readonly system: string; readonly tenant: string },
  actors: ReadonlyMap<string, Actor>,
): Written {
  const value = source.object.attributes[field.ours] ?? null;
  if (typeof value !== "object" || value === null) return { value, actor: null, note: null };
  if ("amount" in value) return { value: value.amount, actor: null, note: null };
  if (!("person" in value)) return { value, actor: null, note: null };
  const wanted = source.persons[field.ours] ?? null;
  const actor = wanted === null ? null : activeOrBackup(wanted, actors);
  const account = actor?.accounts.find(({ key }) => key.startsWith(`${place.system}/${place.tenant}/`));
  if (actor === null || account === undefined) {
    return {
      value: null,
      actor: null,
      note: `${field.name} is left open: ${wanted?.name ?? "the person"} has no active account there and no backup.`,
    };
  }
  const note = actor === wanted ? null : `${wanted?.name ?? ""} has left; ${actor.name} takes over.`;
  return { value: { person: account.key.split("/").slice(2).join("/") }, actor, note };
}

/** Follows backups until somebody is there; null when nobody is. */
function activeOrBackup(actor: Actor, actors: ReadonlyMap<string, Actor>): Actor | null {
  const seen = new Set<Actor>();
  for (
    let next: Actor | undefined = actor;
    next !== undefined && !seen.has(next);
    next = actors.get(next.backup ?? "")
  ) {
    if (next.active && isHuman(next)) return next;
    seen.add(next);
  }
  return null;
}

function operation(deed: Omit<Operation, "id">): Operation {
  return { id: hashText(deedOf(deed)), ...deed };
}
