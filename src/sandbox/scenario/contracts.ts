import { DAY, HOUR, dayOf, dayText } from "./calendar.ts";
import type { Day } from "./calendar.ts";
import { pickRegion } from "./customers.ts";
import type { CustomerBook } from "./customers.ts";
import { openDeal, winDeal } from "./deals.ts";
import { second } from "./leads.ts";
import type { Random } from "./random.ts";
import { dealState, winsOf } from "./deal-state.ts";
import { upTo } from "./story.ts";
import type { AccountStory, ContractStatus, ContractStory, DealChange, DealStory, Setting } from "./story.ts";

function yearLater(day: Day): Day {
  const text = dayText(day);
  const next = `${String(Number(text.slice(0, 4)) + 1)}${text.slice(4)}`;
  return dayOf(text.endsWith("-02-29") ? next.replace("-02-29", "-02-28") : next);
}

interface Term {
  readonly account: AccountStory;
  readonly number: string;
  readonly deal: DealStory | null;
  readonly createdAt: number;
  readonly startDay: Day;
}

/** A twelve-month contract term with its status history up to the as-of. */
function newTerm(setting: Setting, random: Random, term: Term): ContractStory {
  const { calendar, staff, asOf, start, ids } = setting;
  const by = random.pick(staff.team("Legal"));
  const endDay = yearLater(term.startDay) - 1;
  const old = term.createdAt < start;
  const changes: { at: number; by: typeof by; to: ContractStatus }[] = [];
  if (!old) {
    const activation = calendar.instant(term.startDay, random.between(9, 12) * HOUR);
    changes.push({ at: second(Math.max(activation, term.createdAt + HOUR)), by, to: "Activated" });
  }
  const expiry = second(calendar.instant(endDay + 1, 0.1 * HOUR));
  changes.push({ at: expiry, by: staff.integration, to: "Expired" });
  return {
    id: ids.salesforce("800"),
    ...term,
    createdAt: second(term.createdAt),
    createdBy: by,
    firstStatus: old ? "Activated" : "Draft",
    endDay,
    changes: upTo(changes, asOf),
    renewal: null,
  };
}

/** The renewal of a term, if its time has come by the as-of; a renewed term continues in a new contract. */
function renew(
  setting: Setting,
  random: Random,
  term: ContractStory,
  deals: DealStory[],
  contracts: ContractStory[],
): void {
  const { calendar, asOf, ids } = setting;
  const late = random.chance(0.05);
  // Day 90 itself is left out: whether it still counts would hang on how a day is read.
  const lead = late ? random.int(30, 86) : random.int(95, 150);
  const at = second(
    calendar.add(calendar.instant(calendar.businessDayFrom(term.endDay - lead), 9 * HOUR), random.between(0, 5) * HOUR),
  );
  const lastDay = calendar.localDay(at);
  if (!late && lastDay > term.endDay - 92) return;
  if (at >= asOf) return;
  const owner = term.account.owner;
  const amount = term.deal === null ? 12_000 : dealState(term.deal).amount;
  const deal = openDeal(setting, random, {
    account: term.account,
    type: "Renewal",
    createdAt: at,
    createdBy: owner,
    amount: Math.round(amount * random.between(0.95, 1.15)),
    source: "Referral",
  });
  deal.renews = term;
  term.renewal = deal;
  const proposal = second(calendar.add(at, random.between(8, lead < 95 ? 60 : 200) * HOUR));
  // Customers decide in the last weeks of the term.
  const close = calendar.businessDayFrom(term.endDay - random.int(4, Math.min(45, lead - 24)));
  const decision = second(
    Math.max(
      calendar.instant(close, random.between(9, 16) * HOUR),
      calendar.add(proposal, random.between(4, 20) * HOUR),
    ),
  );

  const skips = random.chance(0.02);
  const tied = !skips && random.chance(0.02);
  const won = random.chance(0.86);
  if (!skips) deal.changes.push({ at: tied ? decision : proposal, by: owner, field: "stage", to: "Proposal" });
  if (tied) deal.defects.push("tie-proposal-won");
  if (won) winDeal(setting, random, deal, decision, owner);
  else deal.changes.push({ at: decision, by: owner, field: "stage", to: "Closed Lost" });
  deal.changes = upTo<DealChange>(deal.changes, asOf);
  deals.push(deal);
  if (winsOf(deal).length === 0) return;
  deal.contractNumber = ids.contractNumber();
  const next = newTerm(setting, random, {
    account: term.account,
    number: deal.contractNumber,
    deal,
    createdAt: decision,
    startDay: term.endDay + 1,
  });
  contracts.push(next);
  renew(setting, random, next, deals, contracts);
}

/** Customers older than the history, with a running contract each. */
function oldCustomers(setting: Setting, random: Random, book: CustomerBook): Term[] {
  const { start, calendar, staff, ids } = setting;
  const terms: Term[] = [];
  for (let i = Math.round(35 * setting.scale); i > 0; i -= 1) {
    const startDay = calendar.businessDayFrom(calendar.localDay(start) - random.int(5, 330));
    const createdAt = second(calendar.instant(startDay - random.int(20, 60), 10 * HOUR));
    const owner = random.pick(staff.sellers);
    const account = book.open({
      name: book.companyName(),
      region: pickRegion(random),
      createdAt,
      createdBy: owner,
      owner,
    });
    terms.push({ account, number: ids.contractNumber(), deal: null, createdAt: createdAt + DAY, startDay });
  }
  return terms;
}

/** Contracts of old and new customers and the renewal deals that grow out of them (added to the returned deals). */
export function tellContracts(
  setting: Setting,
  book: CustomerBook,
  wins: readonly DealStory[],
): { contracts: ContractStory[]; renewals: DealStory[] } {
  const random = setting.random("contracts");
  const { calendar } = setting;
  const contracts: ContractStory[] = [];
  const renewals: DealStory[] = [];
  const terms = oldCustomers(setting, random, book);
  for (const deal of wins) {
    const wonAt = winsOf(deal).at(-1);
    const { goLive, stage } = dealState(deal);
    if (wonAt === undefined || stage !== "Closed Won" || deal.deletedAt !== null || deal.contractNumber === null)
      continue;
    terms.push({
      account: deal.account,
      number: deal.contractNumber,
      deal,
      createdAt: calendar.add(wonAt, random.between(0.1, 6) * HOUR),
      startDay: goLive === null ? calendar.businessDayFrom(calendar.localDay(wonAt) + 30) : dayOf(goLive),
    });
  }
  for (const term of terms) {
    term.account.customer = true;
    if (term.createdAt >= setting.asOf) continue;
    const contract = newTerm(setting, random, term);
    contracts.push(contract);
    renew(setting, random, contract, renewals, contracts);
  }
  endEarly(setting, random, contracts);
  return { contracts, renewals };
}

/** A couple of young contracts are terminated; none whose renewal is already due. */
function endEarly(setting: Setting, random: Random, contracts: readonly ContractStory[]): void {
  const { calendar, asOf, staff } = setting;
  const today = calendar.localDay(asOf);
  const young = contracts.filter(
    (contract) => contract.renewal === null && contract.endDay - 160 > today && contract.startDay + 20 < today,
  );
  for (const contract of random.shuffled(young).slice(0, Math.max(2, Math.round(2 * setting.scale)))) {
    const at = second(calendar.add(calendar.instant(contract.startDay, 9 * HOUR), random.between(8, 60) * HOUR));
    if (at < asOf)
      contract.changes = upTo(
        [...contract.changes, { at, by: random.pick(staff.team("Legal")), to: "Terminated" }],
        asOf,
      );
  }
}
