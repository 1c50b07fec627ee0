import { DAY, HOUR, MINUTE, dayOf } from "./calendar.ts";
import type { CustomerBook } from "./customers.ts";
import { allot } from "./defects.ts";
import {
  CONTRACT_DEFECTS,
  STEP_ODDITIES,
  leaveOneBehind,
  tellLastMinute,
  tempt,
  trouble,
} from "./onboarding-defects.ts";
import { ONBOARDING_SECTIONS, tellSteps } from "./onboarding-steps.ts";
import type { AccountPair } from "./lookalikes.ts";
import type { StepOddity } from "./onboarding-steps.ts";
import type { Random } from "./random.ts";
import type { RosterEntry } from "./roster.ts";
import { dealState, expectsOnboarding, winsOf } from "./deal-state.ts";
import { upTo } from "./story.ts";
import type { AccountStory, DealChange, DealStory, OnboardingStory, Segment, Setting } from "./story.ts";

/** Start of the Sales → Customer Success contract (docs/techflow.md, Handoffs). */
const SALES_SINCE = Date.parse("2025-11-01T07:00:00.000Z");
/** From here on the template is `Customer Onboarding v4`. */
const TEMPLATE_V4 = Date.parse("2026-02-01T08:00:00.000Z");

/** Custom fields on every onboarding project, by name. */
export const PROJECT_FIELDS = [
  "Salesforce Opportunity ID",
  "Contract No",
  "Account",
  "Deal amount",
  "Segment",
  "Template",
] as const;

interface ProjectSketch {
  readonly deal: DealStory | null;
  readonly account: AccountStory | null;
  readonly accountName: string;
  readonly segment: Segment;
  readonly createdAt: number;
  readonly startsAt: number;
  readonly link: string | null;
  readonly contractNumber: string | null;
  readonly amount: number | null;
  readonly owner: RosterEntry;
  readonly dueDay: number | null;
  readonly oddity: StepOddity | null;
  readonly defects: readonly string[];
}

function newProject(setting: Setting, random: Random, sketch: ProjectSketch): OnboardingStory {
  const { createdAt, segment } = sketch;
  return {
    gid: setting.ids.asana(),
    name: `Onboarding: ${sketch.accountName}`,
    team: "Customer Success",
    sections: ONBOARDING_SECTIONS,
    createdAt,
    owner: sketch.owner,
    startDay: null,
    dueDay: sketch.dueDay,
    values: {
      "Salesforce Opportunity ID": sketch.link,
      "Contract No": sketch.contractNumber,
      Account: sketch.accountName,
      "Deal amount": sketch.amount,
      Segment: segment,
      Template: createdAt < TEMPLATE_V4 ? "Customer Onboarding v3" : "Customer Onboarding v4",
    },
    fields: PROJECT_FIELDS,
    taskFields: [],
    tasks: tellSteps(setting, random, {
      createdAt,
      startsAt: sketch.startsAt,
      segment,
      manager: sketch.owner,
      oddity: sketch.oddity,
    }),
    deletedAt: null,
    defects: [...sketch.defects],
    account: sketch.account,
    deal: sketch.deal,
    segment,
  };
}

/** When the project of a win appears: by the bot within minutes or hours, always inside the 24 clock hours. */
function createdAfter(random: Random, win: number): number {
  if (random.chance(0.75)) return Math.floor(win + random.between(1, 25) * MINUTE);
  return Math.floor(win + random.between(0.5, 22.5) * HOUR);
}

/** The projects of one won deal, with its planted defect. */
function projectsOf(
  setting: Setting,
  random: Random,
  deal: DealStory,
  defect: string | undefined,
  oddity: StepOddity | null,
): OnboardingStory[] {
  const { staff, asOf } = setting;
  const win = winsOf(deal)[0];
  if (win === undefined || defect === "onboarding-missing") return [];
  const lastWin = winsOf(deal).at(-1) ?? win;
  let createdAt = createdAfter(random, win);
  if (defect === "onboarding-late") createdAt = Math.floor(win + random.between(25, 110) * HOUR);
  if (createdAt >= asOf) return [];
  const state = dealState(deal, createdAt);
  let owner = state.csm ?? staff.successManagerAt(random, createdAt);
  let { amount } = state;
  const now = dealState(deal);
  if (defect === "drift-amount" && now.amount === state.amount) amount = Math.round(state.amount * 0.9) + 11;
  if (defect === "drift-owner" && now.csm === state.csm) {
    const { csm } = state;
    owner = random.pick(staff.successManagers.filter((person) => person !== csm && !staff.leftAt.has(person.name)));
  }
  const linked = !["link-key-only", "link-fuzzy-only", "key-ambiguous", "link-unknown-id"].includes(defect ?? "");
  const sketch: ProjectSketch = {
    deal,
    account: deal.account,
    accountName: deal.account.name,
    segment: deal.account.segment,
    createdAt,
    startsAt: lastWin,
    link: linked ? deal.id : null,
    contractNumber: defect === "link-fuzzy-only" ? null : deal.contractNumber,
    amount,
    owner,
    dueDay:
      state.goLive === null
        ? setting.calendar.businessDayFrom(setting.calendar.localDay(createdAt) + 30)
        : dayOf(state.goLive),
    oddity,
    defects: defect === undefined ? [] : [defect],
  };
  const first = newProject(
    setting,
    random,
    defect === "link-unknown-id" ? { ...sketch, link: setting.ids.salesforce("006") } : sketch,
  );
  if (defect === "broken-link") {
    first.deletedAt = Math.floor(Math.min(createdAt + random.between(2, 20) * DAY, asOf - 3 * HOUR));
  }
  const projects = [first];
  if (defect === "onboarding-duplicate" || defect === "onboarding-duplicate-key" || defect === "key-ambiguous") {
    projects.push(
      newProject(setting, random, {
        ...sketch,
        link: defect === "onboarding-duplicate" ? deal.id : null,
        createdAt: Math.floor(createdAt + random.between(20, 60) * HOUR),
        oddity: "abandoned",
      }),
    );
  }
  return projects;
}

/** Onboardings nobody's deal asked for. */
function orphans(setting: Setting, random: Random, book: CustomerBook): OnboardingStory[] {
  const { asOf, calendar, staff, ids } = setting;
  const projects: OnboardingStory[] = [];
  for (let i = Math.max(2, Math.round(random.between(2, 4) * setting.scale)); i > 0; i -= 1) {
    const createdAt = Math.floor(calendar.add(asOf - random.between(10, 250) * DAY, random.between(0, 7) * HOUR));
    const manager = staff.successManagerAt(random, createdAt);
    const brokenLink = i === 1;
    projects.push(
      newProject(setting, random, {
        deal: null,
        account: null,
        accountName: book.companyName(),
        segment: random.pick(["SMB", "Mid-Market"] as const),
        createdAt,
        startsAt: createdAt,
        // One points at an opportunity that does not exist.
        link: brokenLink ? ids.salesforce("006") : null,
        contractNumber: null,
        amount: null,
        owner: manager,
        dueDay: calendar.businessDayFrom(calendar.localDay(createdAt) + 30),
        oddity: null,
        defects: ["onboarding-orphan"],
      }),
    );
  }
  return projects;
}

/** All onboarding projects, and with them what happens to the won deals afterwards. */
export function tellOnboardings(
  setting: Setting,
  book: CustomerBook,
  deals: readonly DealStory[],
): { projects: OnboardingStory[]; pairs: AccountPair[] } {
  const random = setting.random("onboardings");
  const { asOf, staff } = setting;
  const won = deals.filter((deal) => winsOf(deal).length > 0 && expectsOnboarding(deal));
  const wonAt = (deal: DealStory): number => winsOf(deal)[0] ?? 0;
  const live = won.filter((deal) => wonAt(deal) >= SALES_SINCE && wonAt(deal) < asOf - 6 * DAY);
  const settled = (deal: DealStory): boolean => wonAt(deal) < asOf - 45 * DAY;
  const hasGoLive = (deal: DealStory): boolean => dealState(deal).goLive !== null;
  const defects = allot(
    random,
    live,
    CONTRACT_DEFECTS.map((plan) => ({
      ...plan,
      eligible: (deal: DealStory): boolean =>
        plan.name === "drift-due-date" ? settled(deal) && hasGoLive(deal) : settled(deal),
    })),
  );
  const oddities = allot(
    random,
    won.filter((deal) => !defects.has(deal) && settled(deal)),
    STEP_ODDITIES,
  );
  leaveOneBehind(
    setting,
    random,
    live.filter((deal) => !defects.has(deal)),
  );
  for (const [deal, defect] of defects) {
    deal.defects.push(defect);
    trouble(setting, random, deal, defect, wonAt(deal));
    deal.changes = upTo<DealChange>(deal.changes, asOf);
  }
  const having = (name: string): DealStory[] => live.filter((deal) => defects.get(deal) === name);
  const pairs = tempt(setting, random, having("link-fuzzy-only"), having("onboarding-missing"), book);
  const projects: OnboardingStory[] = [];
  for (const deal of won) {
    const oddity = oddities.get(deal);
    if (oddity !== undefined) deal.defects.push(oddity);
    projects.push(...projectsOf(setting, random, deal, defects.get(deal), (oddity ?? null) as StepOddity | null));
  }
  for (const project of projects) {
    const open = project.tasks.some(
      (task) => task.name === "Go-live sign-off" && task.changes.every((c) => c.kind !== "complete"),
    );
    if (open && project.owner !== null && staff.leftAt.has(project.owner.name)) project.defects.push("owner-left");
  }
  projects.push(...orphans(setting, random, book));
  tellLastMinute(setting, random, deals);
  return { projects, pairs };
}
