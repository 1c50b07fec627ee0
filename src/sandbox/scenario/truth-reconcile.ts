import { HOUR, iso } from "./calendar.ts";
import type { Ref, TruthHandoff } from "./truth.ts";

/** One trigger of a source and what revoked it, if anything did. */
export interface Occurrence {
  readonly triggeredAt: number;
  readonly dueAt: number;
  readonly revokedAt: number | null;
}

/** A record that can trigger a handoff. */
export interface Source {
  readonly ref: Ref;
  readonly key: string | null;
  /** In comparison form. */
  readonly name: string;
  /** Target named on the source's own side, if its system has such a field. */
  readonly namesTarget: string | null;
  /** Empty for a source that never triggered; it still claims its targets. */
  readonly occurrences: readonly Occurrence[];
  /** Whether the compared fields differ; called for matched targets only. */
  readonly differs: (target: Target) => boolean;
  readonly defects: readonly string[];
}

/** A record that can answer a handoff. */
export interface Target {
  readonly ref: Ref;
  readonly createdAt: number;
  readonly live: boolean;
  readonly linkId: string | null;
  readonly key: string | null;
  /** In comparison form. */
  readonly name: string;
  readonly acceptedAt: number | null;
  readonly defects: readonly string[];
}

/** One contract's records as of an instant; `since`, `grace` and `asOf` in epoch ms and ms. */
export interface ReconcileInput {
  readonly contract: string;
  readonly since: number;
  readonly grace: number;
  readonly asOf: number;
  readonly sources: readonly Source[];
  readonly targets: readonly Target[];
}

/** Age from which a target without source is an orphan. */
const ORPHAN_AGE = 24 * HOUR;

interface Claims {
  readonly linked: readonly Target[];
  readonly keyed: readonly Target[];
  readonly named: readonly Target[];
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

/** Timeliness of a target, or of its absence. */
function timelinessOf(createdAt: number | null, dueAt: number, asOf: number): "pending" | "on_time" | "late" {
  if (createdAt === null) return asOf <= dueAt ? "pending" : "late";
  return createdAt <= dueAt ? "on_time" : "late";
}

/** The label of four fields by the precedence of docs/techflow.md. */
export function labelOf(
  state: Pick<TruthHandoff, "link" | "timeliness" | "content" | "decision">,
): TruthHandoff["label"] {
  const { link } = state;
  if (link === "revoked" || link === "duplicate" || link === "ambiguous" || link === "orphan" || link === "missing")
    return link;
  if (state.decision === "rejected") return "rejected";
  if (state.content === "drifted") return "drifted";
  if (state.timeliness === "late") return "late";
  return link;
}

function byAge(a: Target, b: Target): number {
  return a.createdAt - b.createdAt || (a.ref.id < b.ref.id ? -1 : 1);
}

/** What every source has a claim to, by link, by key without link, and by name alone. */
function claim(input: ReconcileInput): {
  claims: Map<Source, Claims>;
  keyClaims: Map<Target, number>;
  claimed: Set<Target>;
} {
  const live = input.targets.filter((target) => target.live && target.createdAt <= input.asOf);
  const bySourceId = new Map(input.sources.map((source) => [source.ref.id, source]));
  const byNamedTarget = new Map<string, Source>();
  const byKey = new Map<string, Source[]>();
  const byName = new Map<string, Source[]>();
  for (const source of input.sources) {
    if (source.namesTarget !== null) byNamedTarget.set(source.namesTarget, source);
    if (source.key !== null) byKey.set(source.key, [...(byKey.get(source.key) ?? []), source]);
    byName.set(source.name, [...(byName.get(source.name) ?? []), source]);
  }
  const claims = new Map<Source, { linked: Target[]; keyed: Target[]; named: Target[] }>();
  for (const source of input.sources) claims.set(source, { linked: [], keyed: [], named: [] });
  const keyClaims = new Map<Target, number>();
  const claimed = new Set<Target>();
  for (const target of live.sort(byAge)) {
    const owner =
      (target.linkId === null ? undefined : bySourceId.get(target.linkId)) ?? byNamedTarget.get(target.ref.id);
    if (owner !== undefined) {
      claims.get(owner)?.linked.push(target);
      claimed.add(target);
      continue;
    }
    const keyOwners = target.key === null ? [] : (byKey.get(target.key) ?? []);
    keyClaims.set(target, keyOwners.length);
    for (const source of keyOwners) claims.get(source)?.keyed.push(target);
    const nameOwners = keyOwners.length > 0 ? [] : (byName.get(target.name) ?? []);
    for (const source of nameOwners) claims.get(source)?.named.push(target);
    if (keyOwners.length > 0 || nameOwners.length > 0) claimed.add(target);
  }
  return { claims, keyClaims, claimed };
}

function evidenceOf(claims: Claims): TruthHandoff["evidence"] {
  if (claims.linked.length > 0) return "link";
  if (claims.keyed.length > 0) return "key";
  return claims.named.length > 0 ? "fuzzy" : "none";
}

/**
 * The state of every occurrence and every orphan of one contract with separate source and target records, by the rules
 * of docs/techflow.md "Rules of the states".
 */
export function reconcile(input: ReconcileInput): TruthHandoff[] {
  const { contract, asOf, grace, since } = input;
  const { claims, keyClaims, claimed } = claim(input);
  const handoffs: TruthHandoff[] = [];
  for (const source of input.sources) {
    const own = claims.get(source) ?? { linked: [], keyed: [], named: [] };
    const all = [...own.linked, ...own.keyed];
    const primary = all[0] ?? null;
    source.occurrences.forEach((occurrence, index) => {
      const latest = index === source.occurrences.length - 1;
      const held = latest ? all : [];
      const historical = occurrence.triggeredAt < since;
      const base = {
        contract,
        occurrence: index + 1,
        source: source.ref,
        targets: held.map((target) => target.ref),
        byName: latest ? own.named.map((target) => target.ref) : [],
        triggeredAt: iso(occurrence.triggeredAt),
        dueAt: iso(occurrence.dueAt),
        historical,
        evidence: evidenceOf(own),
        defects: unique([...source.defects, ...all.flatMap((target) => target.defects)]),
      };
      if (historical) {
        const target = held[0]?.ref ?? null;
        handoffs.push({ ...base, target, link: null, timeliness: null, content: null, decision: null, label: null });
        return;
      }
      const revoked = occurrence.revokedAt !== null && occurrence.revokedAt <= asOf;
      const ambiguous =
        own.linked.length === 0
        && (own.keyed.length > 1 || own.keyed.some((target) => (keyClaims.get(target) ?? 0) > 1));
      const timeliness = timelinessOf(primary?.createdAt ?? null, occurrence.dueAt, asOf);
      let link: TruthHandoff["link"];
      if (revoked) link = "revoked";
      else if (held.length === 0) link = asOf <= occurrence.dueAt + grace ? "expected" : "missing";
      else if (ambiguous) link = "ambiguous";
      else link = held.length > 1 ? "duplicate" : "matched";
      const target = link === "ambiguous" ? null : (held[0] ?? null);
      let content: TruthHandoff["content"] = "unknown";
      if (link === "matched" && target !== null) content = source.differs(target) ? "drifted" : "in_sync";
      const decision: TruthHandoff["decision"] = target !== null && target.acceptedAt !== null ? "accepted" : "none";
      const state = { link, timeliness, content, decision };
      handoffs.push({ ...base, ...state, target: target?.ref ?? null, label: labelOf(state) });
    });
  }
  for (const target of input.targets) {
    if (!target.live || claimed.has(target) || target.createdAt < since || target.createdAt + ORPHAN_AGE >= asOf)
      continue;
    handoffs.push({
      contract,
      occurrence: 0,
      source: null,
      target: target.ref,
      targets: [target.ref],
      byName: [],
      triggeredAt: null,
      dueAt: null,
      historical: false,
      link: "orphan",
      timeliness: null,
      content: "unknown",
      decision: "none",
      label: "orphan",
      evidence: "none",
      defects: unique(target.defects),
    });
  }
  return handoffs;
}
