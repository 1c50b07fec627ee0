import type { MatchEvidence } from "../../model/index.ts";
import type { Claims } from "./claims.ts";
import type { Finding } from "../states/decide.ts";
import type { Entry } from "../input.ts";
import type { Candidate, Likenesses } from "./likenesses.ts";
import { byAge } from "../parties.ts";

const CONFIDENCE = { link: 1, key: 0.98 } as const;

/** What rungs 1 to 3 found for a source (reference §3.2): the first rung that leads anywhere decides. */
export function findTarget(claims: Claims, likenesses: Likenesses, source: Entry): Finding {
  const links = claims.links.get(source.id) ?? [];
  const keys = claims.keys.get(source.id) ?? [];
  const evidence: MatchEvidence[] = [
    ...links.map(({ target, why }) => ({
      targetKey: target.id,
      rung: 1 as const,
      why,
      confidence: CONFIDENCE.link,
      createdAt: target.createdAt,
    })),
    ...keys.map(({ target, why }) => ({
      targetKey: target.id,
      rung: 2 as const,
      why,
      confidence: CONFIDENCE.key,
      createdAt: target.createdAt,
    })),
  ];
  const [linked] = links;
  if (linked !== undefined) {
    const link = links.length + keys.length > 1 ? "duplicate" : "matched";
    return { link, primary: linked.target.look(), createdAt: linked.target.createdAt, evidence };
  }
  const [keyed] = keys;
  if (keyed !== undefined) {
    const sole = keys.length === 1 && claims.keyClaimants.get(keyed.target.id) === 1;
    return {
      link: sole ? "matched" : "ambiguous",
      primary: keyed.target.look(),
      createdAt: keyed.target.createdAt,
      evidence,
    };
  }
  const accepted = likenesses.accepted.get(source.id);
  const candidates = likenesses.candidates.get(source.id) ?? [];
  // Of candidates the oldest tells the times (docs/techflow.md), whichever is the likeliest.
  const first = accepted ?? candidates.toSorted((a, b) => byAge(a.target, b.target))[0];
  if (first === undefined) return { link: "none", primary: null, createdAt: null, evidence: [] };
  return {
    link: accepted === undefined ? "ambiguous" : "matched",
    primary: first.target.look(),
    createdAt: first.target.createdAt,
    // With the runners-up: whoever asks why gets to see what it was preferred to.
    evidence: [...(accepted === undefined ? [] : [accepted]), ...candidates].map(toEvidence),
  };
}

function toEvidence({ target, why, confidence, breakdown, tieBreak }: Candidate): MatchEvidence {
  return {
    targetKey: target.id,
    rung: 3,
    why,
    confidence,
    createdAt: target.createdAt,
    breakdown,
    ...(tieBreak === undefined ? {} : { tieBreak }),
  };
}
