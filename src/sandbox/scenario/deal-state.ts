import type { RosterEntry } from "./roster.ts";
import type { Currency, DealStory, StageName } from "./story.ts";

/** What a deal's fields hold after all its changes. */
export interface DealState {
  readonly stage: StageName;
  readonly amount: number;
  readonly closeDate: string;
  readonly owner: RosterEntry;
  readonly csm: RosterEntry | null;
  readonly goLive: string | null;
}

/** The deal's fields at an instant (default: after every change). */
export function dealState(deal: DealStory, at = Infinity): DealState {
  let { amount, closeDate, owner } = deal.first;
  let stage: StageName = "Discovery";
  let csm: RosterEntry | null = null;
  let goLive: string | null = null;
  for (const change of deal.changes) {
    if (change.at > at) break;
    switch (change.field) {
      case "stage":
        stage = change.to;
        break;
      case "amount":
        amount = change.to;
        break;
      case "closeDate":
        closeDate = change.to;
        break;
      case "goLive":
        goLive = change.to;
        break;
      case "owner":
        owner = change.to;
        break;
      case "csm":
        csm = change.to;
        break;
    }
  }
  return { stage, amount, closeDate, owner, csm, goLive };
}

/** Corporate currency (USD) per unit; the scenario's dated rates are constant (docs/techflow.md, Opportunity). */
export const RATES: Readonly<Record<Currency, number>> = { USD: 1, EUR: 1.08, GBP: 1.27 };

/** Instants at which the deal entered Closed Won. */
export function winsOf(deal: DealStory): number[] {
  const wins: number[] = [];
  let stage: StageName = "Discovery";
  for (const change of deal.changes) {
    if (change.field !== "stage") continue;
    if (change.to === "Closed Won" && stage !== "Closed Won") wins.push(change.at);
    stage = change.to;
  }
  return wins;
}

/** Whether the deal is of the kind that a won onboarding is expected for, by its amount at the as-of. */
export function expectsOnboarding(deal: DealStory): boolean {
  return deal.type === "New Business" && dealState(deal).amount * RATES[deal.currency] >= 5000;
}
