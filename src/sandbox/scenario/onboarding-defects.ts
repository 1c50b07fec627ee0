import type { CustomerBook } from "./customers.ts";
import { domainOf } from "./customers.ts";
import { DAY, HOUR, dayOf, dayText } from "./calendar.ts";
import { dealState, expectsOnboarding, winsOf } from "./deal-state.ts";
import { winDeal } from "./deals.ts";
import type { DefectPlan } from "./defects.ts";
import { second } from "./leads.ts";
import type { AccountPair } from "./lookalikes.ts";
import type { Random } from "./random.ts";
import type { DealStory, Setting } from "./story.ts";

/** Defects of the handoff Sales → Customer Success and how often a won deal carries each. */
export const CONTRACT_DEFECTS: readonly Omit<DefectPlan<DealStory>, "eligible">[] = [
  { name: "onboarding-missing", rate: 0.025 },
  { name: "link-fuzzy-only", rate: 0.02 },
  { name: "broken-link", rate: 0.012 },
  { name: "onboarding-late", rate: 0.04 },
  { name: "onboarding-duplicate", rate: 0.012 },
  { name: "onboarding-duplicate-key", rate: 0.008 },
  { name: "link-key-only", rate: 0.025 },
  { name: "link-unknown-id", rate: 0.006 },
  { name: "key-ambiguous", rate: 0.008 },
  { name: "drift-amount", rate: 0.02 },
  { name: "drift-owner", rate: 0.015 },
  { name: "drift-due-date", rate: 0.02 },
  { name: "won-again", rate: 0.012 },
  { name: "reopened", rate: 0.01 },
  { name: "opportunity-deleted", rate: 0.01 },
];

/** Departures from the onboarding procedure and how often an onboarding carries each. */
export const STEP_ODDITIES: readonly DefectPlan<DealStory>[] = [
  { name: "accept-missing", rate: 0.008 },
  { name: "kickoff-before-accept", rate: 0.01 },
  { name: "kickoff-late", rate: 0.014 },
  { name: "security-review-missing", rate: 0.008, eligible: (deal) => deal.account.segment === "Enterprise" },
  { name: "import-after-first-value", rate: 0.008 },
  { name: "training-missing", rate: 0.008 },
  { name: "step-reopened", rate: 0.012 },
  { name: "tie-accept-kickoff", rate: 0.006 },
];

/** Changes the deal the way its planted defect needs, after the win. */
export function trouble(setting: Setting, random: Random, deal: DealStory, defect: string, win: number): void {
  const { asOf, calendar, staff } = setting;
  const { owner } = dealState(deal);
  const after = (low: number, high: number): number =>
    second(Math.min(calendar.add(win, random.between(low, high) * HOUR), asOf - 2 * HOUR));
  if (defect === "won-again" || defect === "reopened") {
    const at = after(10, 60);
    deal.changes.push({ at, by: owner, field: "stage", to: "Negotiation" });
    if (defect === "won-again") {
      const again = second(Math.min(calendar.add(at, random.between(6, 40) * HOUR), asOf - HOUR));
      deal.changes.push({ at: again, by: owner, field: "stage", to: "Closed Won" });
    }
  }
  if (defect === "opportunity-deleted") deal.deletedAt = second(asOf - random.between(0.4, 9) * DAY);
  if (defect === "drift-amount" && random.chance(0.6)) {
    const amount = Math.round(dealState(deal).amount * random.between(1.02, 1.2)) + 37;
    deal.changes.push({ at: after(30, 160), by: owner, field: "amount", to: amount });
  }
  if (defect === "drift-due-date") {
    const { goLive } = dealState(deal);
    if (goLive !== null) {
      const later = dayText(calendar.businessDayFrom(dayOf(goLive) + random.int(3, 21)));
      deal.changes.push({ at: after(30, 160), by: staff.salesManager, field: "goLive", to: later });
    }
  }
  if (defect === "drift-owner" && random.chance(0.5)) {
    const { csm } = dealState(deal);
    const next = random.pick(
      staff.successManagers.filter((person) => person !== csm && !staff.leftAt.has(person.name)),
    );
    deal.changes.push({ at: after(30, 160), by: staff.salesManager, field: "csm", to: next });
  }
}

/** Two wins of the last two days that have no project yet: one inside its 24 hours, one inside its grace. */
export function tellLastMinute(setting: Setting, random: Random, deals: readonly DealStory[]): void {
  const { asOf, scale } = setting;
  const ready = deals.filter(
    (deal) =>
      !dealState(deal).stage.startsWith("Closed")
      && winsOf(deal).length === 0
      && expectsOnboarding(deal)
      && (deal.changes.at(-1)?.at ?? 0) < asOf - 3 * DAY,
  );
  const chosen = random.shuffled(ready).slice(0, Math.max(2, Math.round(2 * scale)));
  chosen.forEach((deal, i) => {
    const pending = i % 2 === 0;
    const at = asOf - (pending ? random.between(2, 22) : random.between(26, 46)) * HOUR;
    winDeal(setting, random, deal, at, dealState(deal).owner);
    deal.defects.push(pending ? "onboarding-not-yet-due" : "onboarding-due");
  });
}

/** Sees to it that a manager who has left still holds an onboarding that cannot be finished yet. */
export function leaveOneBehind(setting: Setting, random: Random, deals: readonly DealStory[]): void {
  const { asOf, staff } = setting;
  for (const deal of random.shuffled(deals)) {
    const win = winsOf(deal)[0] ?? 0;
    const leaver = staff.successManagers.find((person) => (staff.leftAt.get(person.name) ?? 0) > win);
    if (leaver === undefined || win < asOf - 26 * DAY) continue;
    deal.changes = deal.changes.map((change) => (change.field === "csm" ? { ...change, to: leaver } : change));
    return;
  }
}

/** Gives accounts of projects that only a name ties, and of wins without a project, tempting near-same names. */
export function tempt(
  setting: Setting,
  random: Random,
  fuzzy: readonly DealStory[],
  missing: readonly DealStory[],
  book: CustomerBook,
): AccountPair[] {
  return fuzzy.map((deal, i): AccountPair => {
    const { account } = deal;
    const other = missing[i]?.account;
    if (other !== undefined) {
      other.name = `${account.name} ${random.pick(["Inc", "Europe", "USA"])}`;
      return { a: account, b: other, same: false, why: "nearly the same name" };
    }
    const at = second(Math.max(setting.start, account.createdAt - 20 * DAY));
    const name = `${account.name} ${random.pick(["Inc", "Ltd", "Partners"])}`;
    const stranger = book.open({
      name,
      domain: domainOf(name),
      region: account.region,
      createdAt: at,
      createdBy: account.owner,
      owner: account.owner,
    });
    return { a: account, b: stranger, same: false, why: "nearly the same name" };
  });
}
