import { blockBy, foldRecordId, foldText } from "../matching/index.ts";
import { toIso } from "../model/index.ts";
import type { Contract, Pair } from "./contract.ts";
import type { Party } from "./input.ts";
import { byAge, textOf } from "./parties.ts";
import { nativeIdsOf } from "./verdicts.ts";
import type { Verdicts } from "./verdicts.ts";

/** Which live targets belong to which source by rungs 1 and 2 (reference §3.2). */
export interface Claims {
  /** By source id, what a person confirmed first, then the oldest target; `why` says by which field or whose word. */
  readonly links: ReadonlyMap<string, readonly Claim[]>;
  /** By source id: targets without a link that carry the same key. */
  readonly keys: ReadonlyMap<string, readonly Claim[]>;
  /** How many expecting sources claim a target by key. */
  readonly keyClaimants: ReadonlyMap<string, number>;
  /** Targets that any source at all claims by link or key. */
  readonly claimed: ReadonlySet<string>;
}

export interface Claim {
  readonly target: Party;
  readonly why: string;
  /** A person said so. */
  readonly confirmed: boolean;
}

/**
 * A person's word outranks what a target's own field says, that what sources say of it, and that what the hub once wrote:
 * whoever changed a field since meant it. What a person rejected claims nothing.
 * @param expecting by source id, whether it still expects a target; others do not compete for a key. A link speaks for itself.
 */
export function claimsOf(
  contract: Contract,
  sources: readonly Party[],
  targets: readonly Party[],
  expecting: ReadonlyMap<string, "still" | "no more">,
  verdicts: Verdicts,
): Claims {
  const { match, sourceType } = contract;
  const sourceByNative = byNativeId(sources);
  const links = new Map<string, Claim[]>();
  const linked = new Set<string>();
  const add = (source: Party, target: Party, why: string, confirmed = false): void => {
    const known = links.get(source.linked.id) ?? [];
    if (known.some((claim) => claim.target === target) || verdicts.isRejected(source, target)) return;
    links.set(source.linked.id, [...known, { target, why, confirmed }]);
    linked.add(target.linked.id);
  };
  for (const target of targets) {
    const word = verdicts.confirmed.get(target.linked.id);
    if (word === undefined) continue;
    const { by, at, reason } = word.decision;
    const because = reason.trim() === "" ? "" : `: ${reason}`;
    add(word.source, target, `${by} confirmed it on ${toIso(at).slice(0, 10)}${because}`, true);
  }
  // One text for as many claims as there are.
  const told = new Map(match.linkFromTarget.map((name) => [name, `its ${name} is the ${sourceType}'s id`]));
  for (const target of targets) {
    if (verdicts.confirmed.has(target.linked.id)) continue;
    for (const [attribute, why] of told) {
      const text = textOf(target.linked.object.attributes[attribute]);
      const source = text === null ? undefined : sourceByNative.get(foldRecordId(text));
      if (source !== undefined) add(source, target, why);
    }
  }
  if (match.linkFromSource.length > 0) {
    const own = new Set(linked);
    const targetByNative = byNativeId(targets);
    for (const source of sources) {
      for (const attribute of match.linkFromSource) {
        const text = textOf(source.linked.object.attributes[attribute]);
        const target = text === null ? undefined : targetByNative.get(foldRecordId(text));
        // What a target says of itself outranks what others say of it.
        if (target === undefined || (own.has(target.linked.id) && !has(links, source, target))) continue;
        add(source, target, `the ${sourceType}'s ${attribute} is its id`);
      }
    }
  }
  for (const target of targets) {
    const source = linked.has(target.linked.id) ? undefined : verdicts.written.get(target.linked.id);
    if (source !== undefined) add(source, target, `a write of the hub made it for this ${sourceType}`);
  }
  const keys = new Map<string, Claim[]>();
  const keyClaimants = new Map<string, number>();
  const claimed = new Set(linked);
  const free = targets.filter((target) => !linked.has(target.linked.id));
  for (const key of match.keys) {
    const block = blockBy(free, (target) => [keyOf(target, key, "theirs")]);
    const why = `it has the same ${key.map(({ ours }) => ours).join(" and ")}`;
    const taken = new Set<string>();
    const claim = (source: Party, target: Party): void => {
      const known = keys.get(source.linked.id) ?? [];
      if (known.some((other) => other.target === target)) return;
      keys.set(source.linked.id, [...known, { target, why, confirmed: false }]);
      keyClaimants.set(target.linked.id, (keyClaimants.get(target.linked.id) ?? 0) + 1);
    };
    const hits = (source: Party): readonly Party[] =>
      block.of(keyOf(source, key, "ours")).filter((target) => !verdicts.isRejected(source, target));
    for (const source of sources) {
      for (const target of hits(source)) {
        claimed.add(target.linked.id);
        // Whom a person gave a target needs no other by key.
        if (expecting.get(source.linked.id) !== "still" || verdicts.isSettled(source)) continue;
        taken.add(target.linked.id);
        claim(source, target);
      }
    }
    // What was taken back has what it had, unless somebody else needs it now.
    for (const source of sources) {
      if (expecting.get(source.linked.id) !== "no more" || verdicts.isSettled(source)) continue;
      for (const target of hits(source)) if (!taken.has(target.linked.id)) claim(source, target);
    }
  }
  for (const claims of [...links.values(), ...keys.values()]) {
    claims.sort((a, b) => Number(b.confirmed) - Number(a.confirmed) || byAge(a.target, b.target));
  }
  return { links, keys, keyClaimants, claimed };
}

/** Merged records go by the survivor's name, too; a record's own id goes before one it inherited. */
function byNativeId(parties: readonly Party[]): ReadonlyMap<string, Party> {
  const found = new Map<string, Party>();
  for (const party of parties) {
    for (const id of nativeIdsOf(party.linked).slice(1)) found.set(foldRecordId(id), party);
  }
  for (const party of parties) found.set(foldRecordId(party.linked.nativeId), party);
  return found;
}

function has(links: ReadonlyMap<string, readonly Claim[]>, source: Party, target: Party): boolean {
  return links.get(source.linked.id)?.some((claim) => claim.target === target) === true;
}

/** A key is whole or none: one empty part and it says nothing. */
function keyOf(party: Party, key: readonly Pair[], side: keyof Pair): string {
  const parts: string[] = [];
  for (const pair of key) {
    const text = textOf(party.linked.object.attributes[pair[side]]);
    if (text === null) return "";
    parts.push(foldText(text));
  }
  return parts.join("\0");
}
