import { BUSINESS_DAY, HOUR, iso } from "./calendar.ts";
import type { Calendar } from "./calendar.ts";
import { EXPANSION_SINCE } from "./expansions.ts";
import type { AccountStory, DealStory, Story, TaskStory } from "./story.ts";
import type { Occurrence, Source, Target } from "./truth-reconcile.ts";
import { reconcile } from "./truth-reconcile.ts";
import type { TruthContract, TruthHandoff } from "./truth.ts";

/** Parameters the truth assumes. */
export const CS_TO_SALES: TruthContract = {
  contract: "cs-to-sales",
  since: iso(EXPANSION_SINCE),
  parameters: { createdDue: "3 business days", grace: "24 hours", acceptedDue: "5 business days" },
};

function occurrencesOf(task: TaskStory, calendar: Calendar): Occurrence[] {
  const occurrences: { triggeredAt: number; dueAt: number; revokedAt: number | null }[] = [];
  for (const change of task.changes) {
    if (change.kind !== "section") continue;
    if (change.to === "Identified") {
      occurrences.push({ triggeredAt: change.at, dueAt: calendar.add(change.at, 3 * BUSINESS_DAY), revokedAt: null });
    }
    const last = occurrences.at(-1);
    if (change.to === "Dropped" && last !== undefined) last.revokedAt ??= change.at;
  }
  return occurrences;
}

/** Both sides only share the customer: the record that it was merged into, if it was. */
function customerOf(account: AccountStory): string {
  return account.mergedInto === null ? account.id : customerOf(account.mergedInto.account);
}

function targetOf(deal: DealStory): Target {
  const accepted = deal.changes.find((change) => change.field === "stage" && change.to !== "Closed Lost");
  return {
    ref: { system: "salesforce", stream: "Opportunity", id: deal.id },
    createdAt: deal.createdAt,
    live: deal.deletedAt === null,
    linkId: null,
    key: null,
    name: customerOf(deal.account),
    acceptedAt: accepted?.at ?? null,
    defects: deal.defects,
  };
}

/** Truth of the contract Customer Success → Sales. */
export function csToSales(story: Story): TruthHandoff[] {
  const accounts = new Map(story.accounts.map((account) => [account.id, account]));
  const text = (task: TaskStory, field: string): string | null => {
    const value = task.values[field];
    return typeof value === "string" ? value : null;
  };
  const sources = story.expansions.tasks.map((task): Source => {
    const account = accounts.get(text(task, "Salesforce Account ID") ?? "");
    return {
      ref: { system: "asana", stream: "tasks", id: task.gid },
      key: null,
      name: account === undefined ? "" : customerOf(account),
      namesTarget: text(task, "Salesforce Opportunity ID"),
      occurrences: occurrencesOf(task, story.setting.calendar),
      differs: () => false,
      defects: task.defects,
    };
  });
  return reconcile({
    contract: CS_TO_SALES.contract,
    since: EXPANSION_SINCE,
    grace: 24 * HOUR,
    asOf: story.setting.asOf,
    sources,
    targets: story.deals.filter(({ type }) => type === "Expansion").map(targetOf),
  });
}
