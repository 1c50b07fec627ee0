import type { Handoff } from "../../model/index.ts";
import type { Waiver } from "../input.ts";
import { plainOf } from "./labels.ts";

/**
 * Stored handoffs with persons' latest words on leaving them alone, so that a word counts at once and not only when the
 * handoffs are decided anew.
 */
export function withWaivers(handoffs: readonly Handoff[], waivers: ReadonlyMap<string, Waiver>): readonly Handoff[] {
  return handoffs.map((handoff) => {
    const waiver = waivers.get(handoff.id) ?? null;
    if (handoff.historical || (waiver === null && handoff.waiver === null)) return handoff;
    return { ...handoff, waiver, plain: plainOf(handoff.label, waiver !== null, handoff.rejection?.known !== false) };
  });
}
