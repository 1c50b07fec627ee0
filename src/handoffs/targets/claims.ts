import { blockBy, foldRecordId, foldText } from "../../matching/index.ts";
import { toIso } from "../../model/index.ts";
import type { Contract, Pair } from "../contract/contract.ts";
import type { Entry } from "../input.ts";
import { byAge, textOf } from "../parties.ts";
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
  readonly target: Entry;
  readonly why: string;
  /** A person said so. */
  readonly confirmed: boolean;
}

/**
 * A person's word outranks what a target's own field says, that what sources say of it, and that what the hub once wrote:
 * whoever changed a field since meant it. What a person rejected claims nothing.
 * @param stands by id of each source that ever expected a target, whether it still does; others do not compete for a key.
 * A link speaks for itself.
 */
export function claimsOf(
  contract: Contract,
  sources: readonly Entry[],
  targets: readonly Entry[],
  stands: ReadonlyMap<string, boolean>,
  verdicts: Verdicts,
): Claims {
  const { match, sourceType } = contract;
  const sourceByNative = byNativeId(sources);
  const links = new Map<string, Claim[]>();
  const linked = new Set<string>();
  const add = (source: Entry, target: Entry, why: string, confirmed = false): void => {
    const known = links.get(source.id) ?? [];
    if (known.some((claim) => claim.target === target) || verdicts.isRejected(source, target)) return;
    links.set(source.id, [...known, { target, why, confirmed }]);
    linked.add(target.id);
  };
  for (const target of targets) {
    const word = verdicts.confirmed.get(target.id);
    if (word === undefined) continue;
    const { by, at, reason } = word.decision;
    const because = reason.trim() === "" ? "" : `: ${reason}`;
    add(word.source, target, `${by} confirmed it on ${toIso(at).slice(0, 10)}${because}`, true);
  }
  // One text for as many claims as there are.
  const told = new Map(match.linkFromTarget.map((name) => [name, `its ${name} is the ${sourceType}'s id`]));
  for (const target of targets) {
    if (told.size === 0 || verdicts.confirmed.has(target.id)) continue;
    const { attributes } = target.look().linked.object;
    for (const [attribute, why] of told) {
      const text = textOf(attributes[attribute]);
      const source = text === null ? undefined : sourceByNative.get(foldRecordId(text));
      if (source !== undefined) add(source, target, why);
    }
  }
  if (match.linkFromSource.length > 0) {
    const own = new Set(linked);
    const targetByNative = byNativeId(targets);
    for (const source of sources) {
      const { attributes } = source.look().linked.object;
      for (const attribute of match.linkFromSource) {
        const text = textOf(attributes[attribute]);
        const target = text === null ? undefined : targetByNative.get(foldRecordId(text));
        // What a target says of itself outranks what others say of it.
        if (target === undefined || (own.has(target.id) && !has(links, source, target))) continue;
        add(source, target, `the ${sourceType}'s ${attribute} is its id`);
      }
    }
  }
  for (const target of targets) {
    const source = linked.has(target.id) ? undefined : verdicts.written.get(target.id);
    if (source !== undefined) add(source, target, `a write of the hub made it for this ${sourceType}`);
  }
  const keys = new Map<string, Claim[]>();
  const keyClaimants = new Map<string, number>();
  const claimed = new Set(linked);
  const free = targets.filter((target) => !linked.has(target.id));
  for (const key of match.keys) {
    const block = blockBy(free, (target) => [keyOf(target, key, "theirs")]);
    const why = `it has the same ${key.map(({ ours }) => ours).join(" and ")}`;
    const taken = new Set<string>();
    const claim = (source: Entry, target: Entry): void => {
      const known = keys.get(source.id) ?? [];
      if (known.some((other) => other.target === target)) return;
      keys.set(source.id, [...known, { target, why, confirmed: false }]);
      keyClaimants.set(target.id, (keyClaimants.get(target.id) ?? 0) + 1);
    };
    const hits = (source: Entry): readonly Entry[] =>
      block.of(keyOf(source, key, "ours")).filter((target) => !verdicts.isRejected(source, target));
    for (const source of sources) {
      for (const target of hits(source)) {
        claimed.add(target.id);
        // Whom a person gave a target needs no other by key.
        if (stands.get(source.id) !== true || verdicts.isSettled(source)) continue;
        taken.add(target.id);
        claim(source, target);
      }
    }
    // What was taken back has what it had, unless somebody else needs it now.
    for (const source of sources) {
      if (stands.get(source.id) !== false || verdicts.isSettled(source)) continue;
      for (const target of hits(source)) if (!taken.has(target.id)) claim(source, target);
    }
  }
  for (const claims of [...links.values(), ...keys.values()]) {
    claims.sort((a, b) => Number(b.confirmed) - Number(a.confirmed) || byAge(a.target, b.target));
  }
  return { links, keys, keyClaimants, claimed };
}

/** Merged records go by the survivor's name, too; a record's own id goes before one it inherited. */
function byNativeId(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  const [found, inherited] = [new Map<string, Entry>(), new Map<string, Entry>()];
  for (const entry of entries) {
    const [own = "", ...others] = nativeIdsOf(entry.look().linked);
    found.set(foldRecordId(own), entry);
    for (const id of others) inherited.set(foldRecordId(id), entry);
  }
  for (const [id, entry] of inherited) if (!found.has(id)) found.set(id, entry);
  return found;
}

function has(links: ReadonlyMap<string, readonly Claim[]>, source: Entry, target: Entry): boolean {
  return links.get(source.id)?.some((claim) => claim.target === target) === true;
}

/** A key is whole or none: one empty part and it says nothing. */
function keyOf(entry: Entry, key: readonly Pair[], side: keyof Pair): string {
  const parts: string[] = [];
  const { attributes } = entry.look().linked.object;
  for (const pair of key) {
    const text = textOf(attributes[pair[side]]);
    if (text === null) return "";
    parts.push(foldText(text));
  }
  return parts.join("\0");
}
