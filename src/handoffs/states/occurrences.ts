import type { Instant } from "../../model/index.ts";
import type { Contract } from "../contract/contract.ts";
import type { Party } from "../input.ts";
import { firstOccasion } from "./occasions.ts";
import type { People } from "../parties.ts";
import { ownEvents } from "../parties.ts";
import type { Occasion } from "../contract/phrases.ts";

/** One time the trigger was seen on a source. */
export interface Occurrence {
  readonly number: number;
  readonly stage: string;
  readonly triggeredAt: Instant;
  /** When the next occurrence began; null for the latest. */
  readonly nextAt: Instant | null;
  readonly revokedAt: Instant | null;
}

/** The occurrences of a source up to the as-of, oldest first (docs/techflow.md, "Occurrence"). */
export function occurrencesOf(contract: Contract, party: Party, asOf: Instant, people: People): readonly Occurrence[] {
  const deciding = new Set([...contract.acceptedWhen, ...contract.rejectedWhen].flatMap(stagesOf));
  const starts: { readonly stage: string; readonly at: Instant }[] = [];
  let inside = false;
  let decided = true;
  for (const event of ownEvents(party.linked, asOf)) {
    if (event.stage === null) continue;
    if (contract.trigger.stages.includes(event.stage)) {
      if (!inside && (decided || !contract.onceDecided)) {
        starts.push({ stage: event.stage, at: event.occurredAt });
        decided = false;
      }
      inside = true;
    } else {
      inside = false;
      if (deciding.has(event.stage)) decided = true;
    }
  }
  return starts.map(({ stage, at }, index) => ({
    number: index + 1,
    stage,
    triggeredAt: at,
    nextAt: starts[index + 1]?.at ?? null,
    // What happened in the trigger's own millisecond came before it.
    revokedAt: firstOccasion(contract.revokedWhen, party, { from: at + 1, to: asOf }, people),
  }));
}

function stagesOf(occasion: Occasion): readonly string[] {
  return occasion.kind === "enters" ? occasion.stages : [];
}
