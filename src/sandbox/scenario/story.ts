import type { Calendar } from "./calendar.ts";
import type { Ids } from "./ids.ts";
import type { Staff } from "./people.ts";
import type { Random } from "./random.ts";
import type { RosterEntry } from "./roster.ts";

/** What every part of the story knows. Instants are epoch milliseconds UTC throughout the story. */
export interface Setting {
  readonly seed: number;
  readonly scale: number;
  readonly asOf: number;
  /** The first instant of the history: 18 months before the as-of. */
  readonly start: number;
  readonly calendar: Calendar;
  readonly ids: Ids;
  readonly staff: Staff;
  random(subject: string): Random;
}

/** Who did something: a roster entry, or null for a rule of the system that has no actor. */
export type Actor = RosterEntry | null;

/** Account.Segment__c. */
export type Segment = "SMB" | "Mid-Market" | "Enterprise";
/** Account.Region__c. */
export type Region = "AMER" | "EMEA" | "APAC";
/** Currencies deals are made in. */
export type Currency = "USD" | "EUR" | "GBP";

/** A person at a customer. */
export interface ContactStory {
  readonly id: string;
  readonly first: string;
  readonly last: string;
  readonly email: string;
  readonly title: string;
  readonly createdAt: number;
}

/** A company in Salesforce. */
export interface AccountStory {
  readonly id: string;
  name: string;
  domain: string;
  readonly segment: Segment;
  readonly region: Region;
  readonly currency: Currency;
  readonly industry: string;
  readonly createdAt: number;
  readonly createdBy: RosterEntry;
  readonly owner: RosterEntry;
  readonly contacts: ContactStory[];
  parent: AccountStory | null;
  /** Set when this account was merged into another. */
  mergedInto: { readonly account: AccountStory; readonly at: number } | null;
  customer: boolean;
}

/** Lead.Status. */
export type LeadStatus = "New" | "Working" | "MQL" | "SAL" | "SQL" | "Recycled" | "Disqualified" | "Converted";

/** A change of a lead's status or owner; an owner null is the queue. */
export type LeadChange =
  | { readonly at: number; readonly by: RosterEntry; readonly field: "status"; readonly to: LeadStatus }
  | { readonly at: number; readonly by: RosterEntry; readonly field: "owner"; readonly to: RosterEntry | null };

/** A lead from its capture on. */
export interface LeadStory {
  readonly id: string;
  readonly first: string;
  readonly last: string;
  readonly company: string;
  readonly email: string;
  readonly title: string;
  readonly industry: string;
  readonly source: string;
  readonly region: Region;
  readonly createdAt: number;
  readonly createdBy: RosterEntry;
  /** null is the queue `Inbound Leads`. */
  readonly firstOwner: RosterEntry | null;
  /** In time order. */
  changes: LeadChange[];
  deletedAt: number | null;
  deal: DealStory | null;
  readonly defects: string[];
}

/** Opportunity.StageName, by today's names. */
export type StageName =
  "Discovery" | "Qualification" | "Solution Fit" | "Proposal" | "Negotiation" | "Closed Won" | "Closed Lost";

/** A change of one field of a deal. */
export type DealChange = { readonly at: number; readonly by: RosterEntry } & (
  | { readonly field: "stage"; readonly to: StageName }
  | { readonly field: "amount"; readonly to: number }
  | { readonly field: "closeDate"; readonly to: string }
  | { readonly field: "goLive"; readonly to: string | null }
  | { readonly field: "owner" | "csm"; readonly to: RosterEntry }
);

/** An opportunity from its creation on. */
export interface DealStory {
  readonly id: string;
  name: string;
  readonly account: AccountStory;
  readonly type: "New Business" | "Expansion" | "Renewal";
  readonly currency: Currency;
  readonly createdAt: number;
  readonly createdBy: RosterEntry;
  readonly first: { readonly amount: number; readonly closeDate: string; readonly owner: RosterEntry };
  readonly source: string;
  /** In time order; several changes at one instant are one save. */
  changes: DealChange[];
  contractNumber: string | null;
  renews: ContractStory | null;
  deletedAt: number | null;
  readonly defects: string[];
}

/** Contract.Status. */
export type ContractStatus = "Draft" | "Activated" | "Expired" | "Terminated";

/** One contract term; days are days since 1970-01-01. */
export interface ContractStory {
  readonly id: string;
  readonly account: AccountStory;
  readonly number: string;
  /** The deal the contract came from; null for customers older than the history. */
  readonly deal: DealStory | null;
  readonly createdAt: number;
  readonly createdBy: RosterEntry;
  readonly firstStatus: ContractStatus;
  readonly startDay: number;
  readonly endDay: number;
  changes: { readonly at: number; readonly by: RosterEntry; readonly to: ContractStatus }[];
  renewal: DealStory | null;
}

/** Something that happened to a task. */
export type TaskChange = { readonly at: number; readonly by: Actor } & (
  | { readonly kind: "section"; readonly to: string }
  | { readonly kind: "complete" }
  | { readonly kind: "reopen" }
  | { readonly kind: "assign"; readonly to: RosterEntry }
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "name"; readonly to: string }
  | { readonly kind: "sprint"; readonly to: string }
);

/** Values of Asana custom fields by the field's name; an enum holds its option's name. */
export type FieldValues = Readonly<Record<string, string | number | null>>;

/** One Asana task; its project decides which sections exist. */
export interface TaskStory {
  readonly gid: string;
  /** The name at creation. */
  readonly name: string;
  readonly milestone: boolean;
  readonly createdAt: number;
  readonly createdBy: Actor;
  readonly firstSection: string;
  /** In time order. */
  changes: TaskChange[];
  readonly dueDay: number | null;
  readonly values: FieldValues;
  deletedAt: number | null;
  readonly defects: string[];
}

/** One Asana project with its tasks. */
export interface ProjectStory {
  readonly gid: string;
  readonly name: string;
  readonly team: "Customer Success" | "Engineering" | "Finance" | "People Ops" | "Legal" | "Support";
  readonly sections: readonly string[];
  readonly createdAt: number;
  readonly owner: RosterEntry | null;
  readonly dueDay: number | null;
  readonly startDay: number | null;
  /** Fields attached to the project and its values. */
  readonly values: FieldValues;
  readonly fields: readonly string[];
  /** Fields its tasks show. */
  readonly taskFields: readonly string[];
  readonly tasks: TaskStory[];
  deletedAt: number | null;
  readonly defects: string[];
}

/** A project that is one customer's onboarding. */
export interface OnboardingStory extends ProjectStory {
  readonly account: AccountStory | null;
  /** The deal it was made for; null for an orphan. Only the story knows it when no link or key says so. */
  readonly deal: DealStory | null;
  readonly segment: Segment;
}

/** Labels of the column `Stage`. */
export type RoadmapStage = "Discovery" | "Planning" | "Committed" | "Development" | "Testing" | "Launched" | "Dropped";

/** Something that happened to a roadmap item. */
export type FeatureChange = { readonly at: number; readonly by: Actor } & (
  | { readonly kind: "stage"; readonly to: RoadmapStage }
  | { readonly kind: "group"; readonly to: string }
  | { readonly kind: "epic"; readonly to: string }
  | { readonly kind: "target"; readonly to: string }
  | { readonly kind: "sprint"; readonly to: string }
  | { readonly kind: "name"; readonly to: string }
  | { readonly kind: "archive" }
  | { readonly kind: "delete" }
);

/** One item of the roadmap board. */
export interface FeatureStory {
  readonly id: string;
  readonly key: string;
  /** The name at creation. */
  readonly name: string;
  readonly createdAt: number;
  readonly creator: RosterEntry;
  readonly owner: RosterEntry;
  /** Title of the group it was created in. */
  readonly group: string;
  readonly target: string;
  readonly points: number;
  readonly priority: "High" | "Medium" | "Low";
  /** In time order. */
  changes: FeatureChange[];
  readonly defects: string[];
}

/** A touch logged in Salesforce: a Task or an Event on a lead or a deal. */
export interface ActivityStory {
  readonly id: string;
  readonly kind: "Call" | "Email" | "Task" | "Event";
  readonly subject: string;
  readonly at: number;
  readonly by: RosterEntry;
  readonly whoId: string | null;
  readonly whatId: string | null;
  readonly accountId: string | null;
}

/** The whole company's story, up to the as-of and no further. */
export interface Story {
  readonly setting: Setting;
  readonly accounts: readonly AccountStory[];
  readonly leads: readonly LeadStory[];
  readonly deals: readonly DealStory[];
  readonly contracts: readonly ContractStory[];
  readonly onboardings: readonly OnboardingStory[];
  readonly reviews: ProjectStory;
  readonly delivery: ProjectStory;
  readonly closes: ProjectStory;
  readonly hires: ProjectStory;
  readonly contractReviews: ProjectStory;
  readonly incidents: ProjectStory;
  readonly features: readonly FeatureStory[];
  readonly activities: readonly ActivityStory[];
  /** What customer success found that customers could buy more of. */
  readonly expansions: ProjectStory;
}

const MONTH = 30.4 * 86_400_000;

/** How long things take at an instant, relative to the first six months: 1 at first, about two thirds from month nine on. */
export function pace(setting: Setting, at: number): number {
  const months = (at - setting.start) / MONTH;
  if (months <= 6) return 1;
  return months >= 9 ? 0.66 : 1 - (0.34 * (months - 6)) / 3;
}

/** The changes that had happened by an instant, in time order; equal times keep the order they were told in. */
export function upTo<T extends { readonly at: number }>(changes: readonly T[], asOf: number): T[] {
  return changes.filter((change) => change.at <= asOf).sort((a, b) => a.at - b.at);
}
