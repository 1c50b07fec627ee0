import { BUSINESS_DAY, DAY, HOUR, dayText } from "./calendar.ts";
import { pickRegion } from "./customers.ts";
import type { CustomerBook } from "./customers.ts";
import { second } from "./leads.ts";
import type { Random } from "./random.ts";
import type { RosterEntry } from "./roster.ts";
import { RATES } from "./deal-state.ts";
import { pace, upTo } from "./story.ts";
import type { AccountStory, DealChange, DealStory, LeadStory, Setting, StageName } from "./story.ts";

const OPEN_STAGES: readonly StageName[] = ["Discovery", "Qualification", "Solution Fit", "Proposal", "Negotiation"];

function pickAmount(random: Random, account: AccountStory): number {
  const median = { SMB: 11_000, "Mid-Market": 32_000, Enterprise: 95_000 }[account.segment];
  const amount = Math.max(5_600, random.logNormal(median, 0.45)) / RATES[account.currency];
  // Some prices are quoted to the cent.
  return random.chance(0.12) ? Math.round(amount * 100) / 100 : Math.round(amount / 100) * 100;
}

/** Amounts on either side of the 5,000 USD limit of the onboarding, in the account's currency. */
function pickBorderAmount(random: Random, account: AccountStory): number {
  const usd = random.chance(0.5) ? random.between(2_400, 4_900) : random.between(5_050, 5_500);
  return Math.round(usd / RATES[account.currency]);
}

/** What has to be known to open a deal; the amount is drawn when left out. */
export interface DealSketch {
  readonly account: AccountStory;
  readonly type: DealStory["type"];
  readonly createdAt: number;
  readonly createdBy: RosterEntry;
  readonly amount?: number;
  readonly source: string;
}

/** A deal at its creation, in Discovery. */
export function openDeal(setting: Setting, random: Random, sketch: DealSketch): DealStory {
  const { calendar, ids } = setting;
  const { account, type } = sketch;
  const border = type === "New Business" && random.chance(0.05);
  return {
    id: ids.salesforce("006"),
    name: type === "New Business" ? account.name : `${account.name} ${type}`,
    account,
    type,
    currency: account.currency,
    createdAt: second(sketch.createdAt),
    createdBy: sketch.createdBy,
    first: {
      amount: sketch.amount ?? (border ? pickBorderAmount(random, account) : pickAmount(random, account)),
      closeDate: dayText(calendar.localDay(sketch.createdAt) + random.int(30, 95)),
      owner: account.owner,
    },
    source: sketch.source,
    changes: [],
    contractNumber: null,
    renews: null,
    deletedAt: null,
    defects: [],
  };
}

/** Marks a deal won at an instant: the stage and, in the same save, what the handover needs. */
export function winDeal(setting: Setting, random: Random, deal: DealStory, at: number, by: RosterEntry): void {
  const { calendar, ids, staff } = setting;
  const when = second(at);
  deal.changes.push({ at: when, by, field: "stage", to: "Closed Won" });
  // CloseDate is a forecast that nobody corrects for a third of the deals.
  if (random.chance(0.65)) {
    deal.changes.push({ at: when, by, field: "closeDate", to: dayText(calendar.localDay(when)) });
  }
  if (deal.type === "Renewal") return;
  deal.changes.push({ at: when, by, field: "csm", to: staff.successManagerAt(random, when) });
  if (deal.type !== "New Business") return;
  deal.contractNumber = ids.contractNumber();
  const planned = Math.round(34 * pace(setting, when)) + random.int(-3, 6);
  if (!random.chance(0.03)) {
    const goLive = calendar.businessDayFrom(calendar.localDay(when) + planned);
    deal.changes.push({ at: when, by, field: "goLive", to: dayText(goLive) });
  }
}

/** Moves a deal through its stages from its creation on; `won` decides how it ends. Returns the instant of the end. */
export function runDeal(setting: Setting, random: Random, deal: DealStory, won: boolean, speed = 1): number {
  const { calendar, staff } = setting;
  let owner = deal.first.owner;
  let at = deal.createdAt;
  let amount = deal.first.amount;
  const lostAfter = won ? OPEN_STAGES.length : random.int(1, OPEN_STAGES.length);
  const rate = pace(setting, deal.createdAt) * speed;
  for (let i = 1; i < lostAfter; i += 1) {
    const stage = OPEN_STAGES[i];
    if (stage === undefined || (i < 3 && random.chance(0.04))) continue;
    // Now and then two stages are set in one sitting and share a second of the history.
    if (!random.chance(0.015) || i === 1) {
      at = calendar.add(at, random.logNormal(6.2 * BUSINESS_DAY * rate, 0.5));
    }
    const when = second(at);
    deal.changes.push({ at: when, by: owner, field: "stage", to: stage });
    if (stage === "Proposal" && random.chance(0.35)) {
      amount = Math.round((amount * random.between(0.8, 1.25)) / 50) * 50;
      deal.changes.push({ at: when, by: owner, field: "amount", to: amount });
    }
    if (random.chance(0.2)) {
      const later = second(calendar.add(at, random.between(1, 12) * HOUR));
      const closeDate = dayText(calendar.localDay(later) + random.int(10, 60));
      deal.changes.push({ at: later, by: owner, field: "closeDate", to: closeDate });
    }
    if (random.chance(0.012)) {
      const next = random.pick(staff.sellers.filter((person) => person !== owner));
      at = calendar.add(at, random.between(1, 6) * HOUR);
      deal.changes.push({ at: second(at), by: staff.salesManager, field: "owner", to: next });
      owner = next;
    }
  }
  at = calendar.add(at, random.logNormal(5 * BUSINESS_DAY * rate, 0.5));
  if (won) winDeal(setting, random, deal, at, owner);
  else deal.changes.push({ at: second(at), by: owner, field: "stage", to: "Closed Lost" });
  return at;
}

/** Turns every converted lead into an account with a contact and a deal, made in the same second. */
function convert(setting: Setting, random: Random, book: CustomerBook, lead: LeadStory): DealStory | null {
  const conversion = lead.changes.findLast((change) => change.field === "status" && change.to === "Converted");
  if (conversion === undefined) return null;
  const account = book.open({
    name: lead.company,
    region: lead.region,
    createdAt: conversion.at,
    createdBy: conversion.by,
    owner: random.pick(setting.staff.sellers),
    contact: { first: lead.first, last: lead.last, email: lead.email, title: lead.title },
  });
  const deal = openDeal(setting, random, {
    account,
    type: "New Business",
    createdAt: conversion.at,
    createdBy: conversion.by,
    source: lead.source,
  });
  lead.deal = deal;
  return deal;
}

/** New-business deals, from converted leads and from sellers' own work: about 640 per unit of scale, a third won. */
export function tellNewBusiness(setting: Setting, book: CustomerBook, leads: readonly LeadStory[]): DealStory[] {
  const random = setting.random("deals");
  const { staff, start, asOf, calendar } = setting;
  const deals: DealStory[] = [];
  for (const lead of leads) {
    const deal = convert(setting, random, book, lead);
    if (deal !== null) deals.push(deal);
  }
  const wanted = Math.round(680 * setting.scale);
  while (deals.length < wanted) {
    const at = second(calendar.add(start + random.next() * (asOf - start), random.between(0, 7) * HOUR));
    if (at >= asOf) continue;
    const owner = random.pick(staff.sellers);
    const account = book.open({
      name: book.companyName(),
      region: pickRegion(random),
      createdAt: at,
      createdBy: owner,
      owner,
    });
    deals.push(
      openDeal(setting, random, { account, type: "New Business", createdAt: at, createdBy: owner, source: "Partner" }),
    );
  }
  for (const deal of deals) {
    runDeal(setting, random, deal, random.chance(0.32));
    deal.changes = upTo<DealChange>(deal.changes, asOf);
    if (!deal.changes.some((change) => change.field === "stage" && change.to === "Closed Won")) {
      deal.contractNumber = null;
    }
  }
  return deals;
}

/** Expansion deals of customers that were won at least two months before. */
export function tellExpansions(
  setting: Setting,
  customers: readonly { account: AccountStory; since: number }[],
): DealStory[] {
  const random = setting.random("expansions");
  const { asOf, calendar } = setting;
  const deals: DealStory[] = [];
  for (const customer of customers) {
    if (!random.chance(0.32)) continue;
    const at = calendar.add(customer.since + random.between(60, 300) * DAY, random.between(0, 7) * HOUR);
    if (at >= asOf) continue;
    const owner = customer.account.owner;
    const deal = openDeal(setting, random, {
      account: customer.account,
      type: "Expansion",
      createdAt: at,
      createdBy: owner,
      source: "Referral",
    });
    runDeal(setting, random, deal, random.chance(0.35), 0.7);
    deal.changes = upTo<DealChange>(deal.changes, asOf);
    deals.push(deal);
  }
  return deals;
}
