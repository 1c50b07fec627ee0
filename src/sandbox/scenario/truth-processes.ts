import { BUSINESS_DAY, HOUR } from "./calendar.ts";
import type {
  ContractStory,
  DealStory,
  FeatureStory,
  LeadStory,
  OnboardingStory,
  ProjectStory,
  Story,
  TaskStory,
} from "./story.ts";
import { judge } from "./truth-rules.ts";
import type { Case, Rule, Step } from "./truth-rules.ts";
import type { TruthHandoff, TruthProcessDefect } from "./truth.ts";

function before(id: string, a: string, b: string): Rule {
  return { id, kind: "before", a, b };
}

/** A case that left its end again is open again. */
function endsWith(steps: readonly Step[], last: readonly string[]): boolean {
  return last.includes(steps.at(-1)?.step ?? "");
}

function isComplete(task: TaskStory): boolean {
  return task.changes.findLast(({ kind }) => kind === "complete" || kind === "reopen")?.kind === "complete";
}

/** Out of the world before its end: no case that could still keep its procedure. */
function isGone(feature: FeatureStory): boolean {
  return feature.changes.some(({ kind }) => kind === "delete" || kind === "archive") && !featureCase(feature).ended;
}

function leadCase(lead: LeadStory): Case {
  const steps: Step[] = [{ step: "New", at: lead.createdAt }];
  for (const change of lead.changes) if (change.field === "status") steps.push({ step: change.to, at: change.at });
  return {
    process: "lead-to-opportunity",
    ref: { system: "salesforce", stream: "Lead", id: lead.id },
    steps,
    ended: endsWith(steps, ["Converted", "Disqualified"]),
    rules: [before("R1", "MQL", "SAL"), before("R2", "SAL", "SQL"), before("R3", "SQL", "Converted")],
  };
}

function onboardingCase(story: Story, project: OnboardingStory, startsAt: number): Case {
  const steps: Step[] = [];
  for (const task of project.tasks) {
    for (const change of task.changes) if (change.kind === "complete") steps.push({ step: task.name, at: change.at });
  }
  steps.sort((a, b) => a.at - b.at);
  const rules: Rule[] = [
    before("R1", "Accept handoff", "Kickoff call"),
    {
      id: "R2",
      kind: "within",
      step: "Kickoff call",
      deadline: story.setting.calendar.add(startsAt, 10 * BUSINESS_DAY),
    },
    before("R4", "Data import", "First value"),
    { id: "R5", kind: "at least once", step: "Training session" },
  ];
  if (project.segment === "Enterprise") rules.push({ id: "R3", kind: "at least once", step: "Security review" });
  return {
    process: "customer-onboarding",
    ref: { system: "asana", stream: "projects", id: project.gid },
    steps,
    ended: project.tasks.some((task) => task.name === "Go-live sign-off" && isComplete(task)),
    rules,
  };
}

/** A case told as one task: its sections are its stages. */
function sectionCase(process: string, task: TaskStory, last: readonly string[], rules: readonly Rule[]): Case {
  const steps: Step[] = [{ step: task.firstSection, at: task.createdAt }];
  for (const change of task.changes) if (change.kind === "section") steps.push({ step: change.to, at: change.at });
  return {
    process,
    ref: { system: "asana", stream: "tasks", id: task.gid },
    steps,
    ended: endsWith(steps, last),
    rules,
  };
}

/** Instant until which a renewal counts as started 90 days before the end: the end of that local day. */
function renewalDeadline(story: Story, contract: ContractStory): number {
  return story.setting.calendar.instant(contract.endDay - 90 + 1, 0) - 1;
}

function contractCase(story: Story, contract: ContractStory): Case {
  const steps: Step[] = [];
  const { renewal } = contract;
  if (renewal !== null) {
    steps.push({ step: "Renewal started", at: renewal.createdAt }, { step: "Discovery", at: renewal.createdAt });
    for (const change of renewal.changes) {
      if (change.field === "stage") steps.push({ step: change.to, at: change.at });
    }
  }
  return {
    process: "contract-term",
    ref: { system: "salesforce", stream: "Contract", id: contract.id },
    steps,
    ended: endsWith(steps, ["Closed Won", "Closed Lost"]),
    rules: [
      { id: "R1", kind: "within", step: "Renewal started", deadline: renewalDeadline(story, contract) },
      before("R2", "Proposal", "Closed Won"),
    ],
  };
}

function dealCase(deal: DealStory): Case {
  const steps: Step[] = [{ step: "Discovery", at: deal.createdAt }];
  for (const change of deal.changes) if (change.field === "stage") steps.push({ step: change.to, at: change.at });
  return {
    process: "opportunity",
    ref: { system: "salesforce", stream: "Opportunity", id: deal.id },
    steps,
    ended: endsWith(steps, ["Closed Won", "Closed Lost"]),
    rules: [],
  };
}

function featureCase(feature: FeatureStory): Case {
  const steps: Step[] = [{ step: "Discovery", at: feature.createdAt }];
  for (const change of feature.changes) if (change.kind === "stage") steps.push({ step: change.to, at: change.at });
  return {
    process: "feature-delivery",
    ref: { system: "monday", stream: "items", id: feature.id },
    steps,
    ended: endsWith(steps, ["Launched", "Dropped"]),
    rules: [
      before("R1", "Planning", "Committed"),
      before("R2", "Testing", "Launched"),
      before("R3", "Committed", "Development"),
    ],
  };
}

function tasksOf(project: ProjectStory): TaskStory[] {
  return project.tasks.filter((task) => task.deletedAt === null);
}

/** Departures from the documented procedures, of every case of every process. */
export function processDefects(story: Story, salesToCs: readonly TruthHandoff[]): TruthProcessDefect[] {
  const { asOf, calendar } = story.setting;
  const startOf = new Map<string, number>();
  for (const handoff of salesToCs) {
    if (handoff.link === "ambiguous" || handoff.triggeredAt === null) continue;
    for (const target of handoff.targets) startOf.set(target.id, Date.parse(handoff.triggeredAt));
  }
  const cases: Case[] = story.leads.filter((lead) => lead.deletedAt === null || leadCase(lead).ended).map(leadCase);
  // Renewals are the contract terms' own; a deal that was deleted before its end is none that could still be won.
  const deals = story.deals.filter(({ type }) => type !== "Renewal").map((deal) => ({ deal, subject: dealCase(deal) }));
  cases.push(...deals.flatMap(({ deal, subject }) => (deal.deletedAt === null || subject.ended ? [subject] : [])));
  for (const task of tasksOf(story.expansions)) {
    cases.push(sectionCase("expansion", task, ["Handed over", "Dropped"], []));
  }
  for (const project of story.onboardings) {
    if (project.deletedAt === null)
      cases.push(onboardingCase(story, project, startOf.get(project.gid) ?? project.createdAt));
  }
  for (const task of tasksOf(story.reviews)) {
    cases.push(sectionCase("account-quarter", task, ["Held", "Cancelled"], [before("R1", "Scheduled", "Held")]));
  }
  cases.push(...story.contracts.map((contract) => contractCase(story, contract)));
  cases.push(...story.features.filter((feature) => !isGone(feature)).map(featureCase));
  for (const task of tasksOf(story.closes)) {
    const rules: Rule[] = [
      before("R1", "Review", "Closed"),
      { id: "R2", kind: "within", step: "Closed", deadline: calendar.add(task.createdAt, 6 * BUSINESS_DAY) },
      { id: "R3", kind: "at least once", step: "Reconcile" },
    ];
    cases.push(sectionCase("monthly-close", task, ["Closed"], rules));
  }
  for (const task of tasksOf(story.hires)) {
    const rules = [before("R1", "Contract signed", "Day one"), before("R2", "Accounts ready", "Day one")];
    cases.push(sectionCase("hiring", task, ["Day one"], rules));
  }
  for (const task of tasksOf(story.contractReviews)) {
    const rules: Rule[] = [before("R1", "Approved", "Signed"), { id: "R2", kind: "at least once", step: "Redlines" }];
    cases.push(sectionCase("contract-review", task, ["Signed"], rules));
  }
  for (const task of tasksOf(story.incidents)) {
    const rules: Rule[] = [
      before("R1", "Acknowledged", "Resolved"),
      { id: "R2", kind: "within", step: "Acknowledged", deadline: task.createdAt + HOUR },
      before("R3", "Mitigated", "Resolved"),
    ];
    cases.push(sectionCase("incident", task, ["Resolved"], rules));
  }
  return cases.flatMap((subject) => judge(subject, asOf));
}
