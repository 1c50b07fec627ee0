import { assertNever } from "../../model/index.ts";
import type { Entry, ReconcileInput } from "../input.ts";

/** What may decide between candidates that are as likely, in the words of the contract. */
export const TIE_BREAKS = ["active owner", "most recent activity", "oldest record"] as const;
export type TieBreak = (typeof TIE_BREAKS)[number];

/** The one candidate that the first deciding rule leaves; null when none decides. */
export function breakTie(
  rules: readonly TieBreak[],
  { asOf }: Pick<ReconcileInput, "asOf">,
  candidates: readonly Entry[],
): { readonly target: Entry; readonly by: TieBreak } | null {
  let left = candidates;
  for (const by of rules) {
    const ranked = left.map((target) => ({ target, rank: rankOf(by, target, asOf) }));
    const best = Math.max(...ranked.map(({ rank }) => rank));
    left = ranked.filter(({ rank }) => rank === best).map(({ target }) => target);
    const [only, other] = left;
    if (only !== undefined && other === undefined) return { target: only, by };
  }
  return null;
}

function rankOf(rule: TieBreak, target: Entry, asOf: number): number {
  switch (rule) {
    case "active owner":
      return Object.values(target.look().linked.persons).some((person) => person?.active === true) ? 1 : 0;
    case "most recent activity":
      return target.look().linked.events.findLast((event) => event.occurredAt <= asOf)?.occurredAt ?? target.createdAt;
    case "oldest record":
      return -target.createdAt;
    default:
      return assertNever(rule);
  }
}
