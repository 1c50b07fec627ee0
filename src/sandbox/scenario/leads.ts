import { BUSINESS_DAY, DAY, HOUR, MINUTE } from "./calendar.ts";
import { domainOf, pickRegion } from "./customers.ts";
import type { CustomerBook } from "./customers.ts";
import { allot } from "./defects.ts";
import { INDUSTRIES, LEAD_SOURCES, TITLES, personName, slug } from "./names.ts";
import type { Random } from "./random.ts";
import type { RosterEntry } from "./roster.ts";
import { pace, upTo } from "./story.ts";
import type { LeadChange, LeadStatus, LeadStory, Setting } from "./story.ts";

/** Start of the Marketing → Sales contract (docs/techflow.md, Handoffs). */
const MARKETING_SINCE = Date.parse("2026-05-01T07:00:00.000Z");

/** Whole seconds, as Salesforce stamps them. */
export function second(at: number): number {
  return Math.floor(at / 1000) * 1000;
}

/** Writes one lead's life forward from its creation; what lies after the as-of is cut off later. */
function live(setting: Setting, random: Random, lead: LeadStory, oddity: string | undefined): void {
  const { calendar, staff } = setting;
  const automation = staff.marketingAutomation;
  const speed = pace(setting, lead.createdAt);
  let owner: RosterEntry | null = lead.firstOwner;
  let at = lead.createdAt;
  const status = (to: LeadStatus, by: RosterEntry): void => {
    lead.changes.push({ at: second(at), by, field: "status", to });
  };
  const assign = (to: RosterEntry | null, by: RosterEntry): void => {
    lead.changes.push({ at: second(at), by, field: "owner", to });
    owner = to;
  };
  const work = (hours: number): void => {
    at = calendar.add(at, hours * HOUR);
  };
  const rep = random.pick(staff.developmentReps);
  const doer = (): RosterEntry => owner ?? rep;
  const nurture = (days: number): void => {
    at += days * DAY * speed;
    // Scoring runs round the clock, people do not.
    if (random.chance(0.7)) work(random.between(0.1, 7));
  };

  if (random.chance(0.06) && oddity === undefined) return;
  nurture(random.between(0.05, 4));
  if (owner === null) status("Working", random.chance(0.75) ? automation : random.pick(staff.marketers));
  else status("Working", doer());
  if (oddity === undefined && random.chance(0.45)) {
    if (random.chance(0.3)) {
      work(random.between(8, 80));
      status("Disqualified", owner === null ? random.pick(staff.marketers) : doer());
    }
    return;
  }

  for (let round = 0; round < 2; round += 1) {
    nurture(random.between(1, 16));
    const skipsMql = round === 0 && oddity === undefined && random.chance(0.035);
    if (skipsMql) {
      if (owner === null) assign(rep, staff.salesManager);
      work(random.between(0.5, 6));
    } else {
      status("MQL", random.chance(0.85) ? automation : random.pick(staff.marketers));
      if (owner === null) {
        if (oddity === "lead-never-assigned" && round === 0) return;
        if (oddity === "lead-assigned-late" && round === 0) work(random.between(2, 20));
        else if (random.chance(0.15)) at += 0;
        else if (random.chance(0.6)) at += random.between(0.2, 8) * MINUTE;
        else work(random.between(0.05, random.chance(0.93) ? 0.9 : 5));
        assign(rep, random.chance(0.7) ? automation : staff.salesManager);
      }
      if (oddity === "lead-mql-twice-undecided" && round === 0) {
        work(random.between(2, 7));
        status("Working", doer());
        work(random.between(2, 7));
        status("MQL", automation);
      }
      work(random.between(0.3, random.chance(0.9) ? 7 : 20));
    }
    const straight = oddity === "lead-tie" || oddity === "lead-sal-after-sql";
    const rejects =
      oddity === "lead-rejected" || oddity === "lead-recycled-again" || (!straight && random.chance(0.17));
    if (oddity === "lead-deleted") return;
    if (rejects && !skipsMql && !(oddity === "lead-recycled-again" && round === 1)) {
      const recycled = oddity === "lead-recycled-again" || random.chance(0.65);
      status(recycled ? "Recycled" : "Disqualified", doer());
      if (!recycled) return;
      if (random.chance(0.15)) assign(null, doer());
      if (round === 1 || (oddity !== "lead-recycled-again" && random.chance(0.8))) return;
      at += random.between(12, 50) * DAY;
      continue;
    }
    const skipsSal = !skipsMql && oddity === undefined && random.chance(0.02);
    const swapped = oddity === "lead-sal-after-sql" && round === 0;
    if (!skipsSal && !swapped) status("SAL", oddity === "lead-sal-by-automation" ? automation : doer());
    if (random.chance(0.55) && oddity === undefined) {
      work(random.between(4, 60));
      const recycled = random.chance(0.5);
      status(recycled ? "Recycled" : "Disqualified", doer());
      if (!recycled || round === 1 || random.chance(0.85)) return;
      at += random.between(15, 60) * DAY;
      continue;
    }
    const skipsSql = !skipsMql && !skipsSal && oddity === undefined && random.chance(0.02);
    if (oddity !== "lead-tie") work(random.between(8, 70) * speed);
    if (!skipsSql) status("SQL", doer());
    if (swapped) {
      work(random.between(0.2, 2));
      status("SAL", doer());
    }
    work(random.between(4, 30) * speed);
    if (random.chance(0.78) || oddity === "lead-tie" || swapped) status("Converted", doer());
    else status(random.chance(0.5) ? "Recycled" : "Disqualified", doer());
    return;
  }
}

function newLead(
  setting: Setting,
  random: Random,
  book: CustomerBook,
  createdAt: number,
  imported: boolean,
): LeadStory {
  const { staff } = setting;
  const name = personName(random);
  const company = book.companyName();
  const outbound = !imported && random.chance(0.1);
  const by = outbound ? random.pick(staff.developmentReps) : staff.marketingAutomation;
  return {
    id: setting.ids.salesforce("00Q"),
    first: name.first,
    last: name.last,
    company,
    email: `${slug(name.first)}.${slug(name.last)}@${domainOf(company)}`,
    title: random.pick(TITLES),
    industry: random.pick(INDUSTRIES),
    source: imported ? "Webinar" : random.pick(LEAD_SOURCES),
    region: pickRegion(random),
    createdAt: second(createdAt),
    createdBy: by,
    firstOwner: outbound ? by : null,
    changes: [],
    deletedAt: null,
    deal: null,
    defects: [],
  };
}

/** When leads arrive: a tenth in imports that share one second, the rest around the clock, mostly in office hours. */
function arrivals(setting: Setting, random: Random, count: number): { at: number; imported: boolean }[] {
  const times: { at: number; imported: boolean }[] = [];
  const span = setting.asOf - setting.start;
  const imports = Math.max(1, Math.round(count / 400));
  for (let i = 0; i < imports; i += 1) {
    const at = setting.calendar.add(setting.start + random.next() * span * 0.97, random.between(0, 6) * HOUR);
    for (let k = random.int(25, 50); k > 0; k -= 1) times.push({ at, imported: true });
  }
  while (times.length < count) {
    const at = setting.start + random.next() * span;
    times.push({
      at: random.chance(0.7) ? setting.calendar.add(at, random.between(0, 7) * HOUR) : at,
      imported: false,
    });
  }
  return times.filter((time) => time.at < setting.asOf).sort((a, b) => a.at - b.at);
}

/** All leads, about 3,000 per unit of scale, each with its status and owner history up to the as-of. */
export function tellLeads(setting: Setting, book: CustomerBook): LeadStory[] {
  const random = setting.random("leads");
  const { asOf } = setting;
  const times = arrivals(setting, random, Math.round(3000 * setting.scale));
  const leads = times.map((time) => newLead(setting, random, book, time.at, time.imported));
  const recent = (lead: LeadStory): boolean =>
    lead.firstOwner === null && lead.createdAt >= MARKETING_SINCE && lead.createdAt < asOf - 60 * DAY;
  const fresh = (lead: LeadStory): boolean =>
    lead.firstOwner === null && lead.createdAt >= asOf - 60 * DAY && lead.createdAt < asOf - 30 * DAY;
  const oddities = allot(random, leads, [
    { name: "lead-never-assigned", rate: 0.003, eligible: recent },
    { name: "lead-assigned-late", rate: 0.005, eligible: recent },
    { name: "lead-rejected", rate: 0.004, eligible: recent },
    { name: "lead-recycled-again", rate: 0.003, eligible: recent },
    { name: "lead-mql-twice-undecided", rate: 0.001, eligible: recent },
    { name: "lead-sal-by-automation", rate: 0.001, eligible: recent },
    { name: "lead-deleted", rate: 0.0015, eligible: fresh },
    { name: "lead-sal-after-sql", rate: 0.003, eligible: (lead) => lead.createdAt < asOf - 90 * DAY },
    { name: "lead-tie", rate: 0.001, eligible: (lead) => lead.createdAt < asOf - 90 * DAY },
  ]);
  for (const lead of leads) {
    const oddity = oddities.get(lead);
    live(setting, random, lead, oddity);
    if (oddity !== undefined) lead.defects.push(oddity);
    if (oddity === "lead-deleted") {
      const last = lead.changes.at(-1)?.at ?? lead.createdAt;
      lead.deletedAt = second(Math.max(asOf - random.between(0.5, 9) * DAY, last + BUSINESS_DAY));
      if (lead.deletedAt >= asOf) lead.deletedAt = second(asOf - HOUR);
    }
    lead.changes = upTo<LeadChange>(lead.changes, lead.deletedAt ?? asOf);
  }
  tellLastMinute(setting, random, leads);
  return leads;
}

/** Two MQLs of the last hours still in the queue: one not yet due, one due but within grace. */
function tellLastMinute(setting: Setting, random: Random, leads: readonly LeadStory[]): void {
  const { asOf, staff, calendar } = setting;
  const waiting = leads.filter(
    (lead) =>
      lead.defects.length === 0
      && lead.firstOwner === null
      && lead.createdAt < asOf - 2 * DAY
      && lead.createdAt > asOf - 60 * DAY
      && lead.changes.every((change) => change.field === "status" && change.to === "Working"),
  );
  const chosen = random.shuffled(waiting).slice(0, Math.max(2, Math.round(2 * setting.scale)));
  for (const [i, lead] of chosen.entries()) {
    const hours = i % 2 === 0 ? random.between(0.1, 0.9) : random.between(1.1, 4.5);
    const at = second(asOf - hours * HOUR);
    lead.changes.push({ at, by: staff.marketingAutomation, field: "status", to: "MQL" });
    lead.changes.sort((a, b) => a.at - b.at);
    lead.defects.push(calendar.add(at, HOUR) >= asOf ? "lead-not-yet-due" : "lead-due");
  }
}
