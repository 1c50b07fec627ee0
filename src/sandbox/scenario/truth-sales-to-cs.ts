import { HOUR, dayText, iso } from "./calendar.ts";
import { folded } from "./names.ts";
import { dealState, expectsOnboarding } from "./deal-state.ts";
import type { DealStory, OnboardingStory, StageName, Story, TaskStory } from "./story.ts";
import type { Occurrence, Source, Target } from "./truth-reconcile.ts";
import { reconcile } from "./truth-reconcile.ts";
import type { TruthContract, TruthHandoff } from "./truth.ts";

const SINCE = Date.parse("2025-11-01T07:00:00.000Z");
const DUE = 24 * HOUR;
const GRACE = 24 * HOUR;

/** Parameters the truth assumes. */
export const SALES_TO_CS: TruthContract = {
  contract: "sales-to-cs",
  since: iso(SINCE),
  parameters: {
    createdDue: "24 hours",
    grace: "24 hours",
    acceptedDue: "2 business days",
    minimumAmountUsd: 5000,
    rateEUR: 1.08,
    rateGBP: 1.27,
  },
};

/** First completion of the task of the given name. */
export function completedAt(tasks: readonly TaskStory[], name: string): number | null {
  const task = tasks.find((candidate) => candidate.name === name);
  return task?.changes.find((change) => change.kind === "complete")?.at ?? null;
}

/** Enterings of Closed Won with the instant each was left again or the deal deleted. */
export function winOccurrences(deal: DealStory): Occurrence[] {
  const occurrences: { triggeredAt: number; dueAt: number; revokedAt: number | null }[] = [];
  let stage: StageName = "Discovery";
  for (const change of deal.changes) {
    if (change.field !== "stage") continue;
    if (change.to === "Closed Won" && stage !== "Closed Won") {
      occurrences.push({ triggeredAt: change.at, dueAt: change.at + DUE, revokedAt: null });
    } else if (change.to !== "Closed Won" && stage === "Closed Won") {
      const last = occurrences.at(-1);
      if (last !== undefined) last.revokedAt = change.at;
    }
    stage = change.to;
  }
  const last = occurrences.at(-1);
  if (last !== undefined && deal.deletedAt !== null) last.revokedAt ??= deal.deletedAt;
  return occurrences;
}

function targetOf(project: OnboardingStory): Target {
  const text = (field: string): string | null => {
    const value = project.values[field];
    return typeof value === "string" ? value : null;
  };
  return {
    ref: { system: "asana", stream: "projects", id: project.gid },
    createdAt: project.createdAt,
    live: project.deletedAt === null,
    linkId: text("Salesforce Opportunity ID"),
    key: text("Contract No"),
    name: folded(text("Account") ?? project.name.replace(/^Onboarding: /, "")),
    acceptedAt: completedAt(project.tasks, "Accept handoff"),
    defects: project.defects,
  };
}

function sourceOf(deal: DealStory, projects: ReadonlyMap<string, OnboardingStory>): Source {
  const state = dealState(deal);
  return {
    ref: { system: "salesforce", stream: "Opportunity", id: deal.id },
    key: deal.contractNumber,
    name: folded(deal.account.name),
    namesTarget: null,
    occurrences: winOccurrences(deal),
    differs: (target) => {
      const project = projects.get(target.ref.id);
      if (project === undefined) return false;
      const due = project.dueDay === null ? null : dayText(project.dueDay);
      return (
        project.values["Deal amount"] !== state.amount
        || (state.csm !== null && project.owner !== state.csm)
        || (state.goLive !== null && due !== state.goLive)
      );
    },
    defects: deal.defects,
  };
}

/** Truth of the contract Sales → Customer Success. */
export function salesToCs(story: Story): TruthHandoff[] {
  const projects = new Map(story.onboardings.map((project) => [project.gid, project]));
  const sources = story.deals
    .filter((deal) => expectsOnboarding(deal))
    .map((deal) => sourceOf(deal, projects))
    .filter((source) => source.occurrences.length > 0);
  return reconcile({
    contract: SALES_TO_CS.contract,
    since: SINCE,
    grace: GRACE,
    asOf: story.setting.asOf,
    sources,
    targets: story.onboardings.map(targetOf),
  });
}
