import { z } from "zod";
import type { MatchDecision } from "../../model/index.ts";
import { toIso } from "../../model/index.ts";
import type { QueuedPair, Side } from "../../sync/index.ts";
import { instantText } from "./parts.ts";

const sidePart = z.strictObject({ key: z.string(), type: z.string(), name: z.string(), url: z.string().nullable() });

const decisionPart = z.strictObject({
  contract: z.string().nullable().describe("Null where several contracts are between the two."),
  source: z.string(),
  target: z.string(),
  word: z.enum(["confirm", "reject"]),
  by: z.string(),
  at: instantText,
  reason: z.string(),
});

/** `hub match list --json`. */
export const matchListDocument = z.strictObject({
  queue: z
    .array(
      z.strictObject({
        handoff: z.string(),
        contract: z.string(),
        source: sidePart,
        target: sidePart,
        rung: z.int().min(1).max(3),
        why: z.string(),
        confidence: z.number(),
        breakdown: z
          .array(z.strictObject({ field: z.string(), level: z.string(), weight: z.number() }))
          .describe("What each field added to the likelihood, in bits; empty where a key decides."),
      }),
    )
    .describe("Candidates that wait for a person's word; those of the dearest handoffs first."),
  decisions: z.array(decisionPart).describe("What persons said, oldest first; the last word on a pair holds."),
});

/** `hub match confirm|reject A B --json`. */
export const matchDecisionDocument = z.strictObject({ ...decisionPart.shape, source: sidePart, target: sidePart });

export function toMatchList(
  queue: readonly QueuedPair[],
  decisions: readonly MatchDecision[],
): z.infer<typeof matchListDocument> {
  return {
    queue: queue.map(({ handoff, source, target, evidence }) => ({
      handoff: handoff.id,
      contract: handoff.contract,
      source: { ...source },
      target: { ...target },
      rung: evidence.rung,
      why: evidence.why,
      confidence: evidence.confidence,
      breakdown: (evidence.breakdown ?? []).map((weight) => ({ ...weight })),
    })),
    decisions: decisions.map(toDecisionPart),
  };
}

export function toMatchDecision(
  decision: MatchDecision,
  source: Side,
  target: Side,
): z.infer<typeof matchDecisionDocument> {
  return { ...toDecisionPart(decision), source: { ...source }, target: { ...target } };
}

function toDecisionPart({ contract, a, b, kind, by, at, reason }: MatchDecision): z.infer<typeof decisionPart> {
  return { contract, source: a, target: b, word: kind, by, at: toIso(at), reason };
}
