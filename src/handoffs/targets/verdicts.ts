import { parseRecordKey } from "../../model/index.ts";
import type { LinkedObject, MatchDecision } from "../../model/index.ts";
import type { Contract } from "../contract/contract.ts";
import type { Entry, ReconcileInput } from "../input.ts";

/** Persons' last words on pairs of source and target, and the pairs that the hub's own writes made. */
export interface Verdicts {
  /** By target id: the confirmed source, and who said so. */
  readonly confirmed: ReadonlyMap<string, { readonly source: Entry; readonly decision: MatchDecision }>;
  /** By target id: the source that a write of the hub was for. */
  readonly written: ReadonlyMap<string, Entry>;
  isRejected(source: Entry, target: Entry): boolean;
  /** Whether a person said which target the source has. */
  isSettled(source: Entry): boolean;
}

/** Decisions may name either side first, and objects that have been merged into others since. */
export function verdictsOf(
  contract: Contract,
  input: Pick<ReconcileInput, "matchDecisions" | "confirmedLinks">,
  sources: readonly Entry[],
  targets: readonly Entry[],
): Verdicts {
  const decisions = (input.matchDecisions ?? []).filter(
    (decision) => decision.contract === null || decision.contract === contract.name,
  );
  const links = input.confirmedLinks ?? new Map<string, string>();
  if (decisions.length === 0 && links.size === 0) return NO_VERDICTS;
  const [sourceOf, targetOf] = [byEveryId(sources), byEveryId(targets)];
  const last = new Map<string, { readonly source: Entry; readonly target: Entry; readonly decision: MatchDecision }>();
  for (const decision of decisions) {
    for (const [ours, theirs] of [
      [decision.a, decision.b],
      [decision.b, decision.a],
    ] as const) {
      const [source, target] = [sourceOf.get(ours), targetOf.get(theirs)];
      if (source === undefined || target === undefined) continue;
      const pair = pairKey(source, target);
      // In their order: a map keeps the first place of a key, and the latest word has to come last.
      last.delete(pair);
      last.set(pair, { source, target, decision });
    }
  }
  const confirmed = new Map<string, { readonly source: Entry; readonly decision: MatchDecision }>();
  const rejected = new Set<string>();
  for (const [pair, { source, target, decision }] of last) {
    if (decision.kind === "confirm") confirmed.set(target.id, { source, decision });
    else rejected.add(pair);
  }
  const settled = new Set([...confirmed.values()].map(({ source }) => source.id));
  const written = new Map<string, Entry>();
  for (const [targetKey, sourceKey] of links) {
    const [source, target] = [sourceOf.get(sourceKey), targetOf.get(targetKey)];
    if (source !== undefined && target !== undefined) written.set(target.id, source);
  }
  return {
    confirmed,
    written,
    isRejected: (source, target) => rejected.has(pairKey(source, target)),
    isSettled: (source) => settled.has(source.id),
  };
}

/** The native ids by which other records may name an object: its own, and those of records merged into it. */
export function nativeIdsOf(linked: LinkedObject): readonly string[] {
  const merged = (linked.merged ?? []).map((key) => parseRecordKey(key)?.id.replace(/#[^#]*$/u, "") ?? key);
  return [linked.nativeId, ...merged];
}

const NO_VERDICTS: Verdicts = {
  confirmed: new Map(),
  written: new Map(),
  isRejected: () => false,
  isSettled: () => false,
};

function byEveryId(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>();
  for (const entry of entries) for (const key of entry.look().linked.merged ?? []) found.set(key, entry);
  for (const entry of entries) found.set(entry.id, entry);
  return found;
}

function pairKey(source: Entry, target: Entry): string {
  return `${source.id}\0${target.id}`;
}
