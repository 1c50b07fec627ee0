import { HOUR } from "./calendar.ts";
import { second } from "./leads.ts";
import type { ActivityStory, DealStory, LeadStory, Setting } from "./story.ts";

/** Touches on leads and deals: people's calls and mails, automation's mails, meetings. About 4,000 per unit of scale. */
export function tellActivities(
  setting: Setting,
  leads: readonly LeadStory[],
  deals: readonly DealStory[],
): ActivityStory[] {
  const random = setting.random("activities");
  const { asOf, calendar, ids, staff } = setting;
  const activities: ActivityStory[] = [];
  const log = (activity: Omit<ActivityStory, "id">): void => {
    // A meeting takes half an hour.
    if (activity.at + (activity.kind === "Event" ? HOUR / 2 : 0) >= asOf) return;
    activities.push({ ...activity, id: ids.salesforce(activity.kind === "Event" ? "00U" : "00T") });
  };
  for (const lead of leads) {
    const who = { whoId: lead.id, whatId: null, accountId: null };
    const end = lead.deletedAt ?? asOf;
    if (random.chance(0.25)) {
      const at = second(lead.createdAt + random.between(0.1, 30) * HOUR);
      if (at < end) log({ kind: "Email", subject: "Nurture: product tour", at, by: staff.marketingAutomation, ...who });
    }
    let owner = lead.firstOwner;
    let since = lead.createdAt;
    for (const change of lead.changes) {
      if (change.field !== "owner" || change.to === null) continue;
      owner = change.to;
      since = change.at;
    }
    if (owner === null || random.chance(0.08)) continue;
    const touches = random.chance(0.35) ? 2 : 1;
    let at = since;
    for (let i = 0; i < touches; i += 1) {
      at = second(calendar.add(at, random.between(0.05, i === 0 ? 5 : 30) * HOUR));
      const call = random.chance(0.55);
      if (at < end)
        log({
          kind: call ? "Call" : "Email",
          subject: call ? "Call: introduction" : "Email: introduction",
          at,
          by: owner,
          ...who,
        });
    }
  }
  for (const deal of deals) {
    const what = { whoId: deal.account.contacts[0]?.id ?? null, whatId: deal.id, accountId: deal.account.id };
    for (let i = random.int(0, 2); i > 0; i -= 1) {
      const at = second(calendar.add(deal.createdAt, random.between(1, 160) * HOUR));
      const event = random.chance(0.4);
      log({
        kind: event ? "Event" : random.pick(["Call", "Email", "Task"] as const),
        subject: event ? "Meeting: demo" : "Follow up on proposal",
        at,
        by: deal.first.owner,
        ...what,
      });
    }
  }
  return activities;
}
