import { BUSINESS_DAY, DAY, HOUR, MINUTE } from "./calendar.ts";
import type { Random } from "./random.ts";
import type { RosterEntry } from "./roster.ts";
import { pace, upTo } from "./story.ts";
import type { Actor, Segment, Setting, TaskChange, TaskStory } from "./story.ts";

/** Sections of every onboarding project. */
export const ONBOARDING_SECTIONS = ["Plan", "Do", "Done"] as const;

interface Step {
  readonly name: string;
  readonly milestone?: true;
  readonly enterpriseOnly?: true;
  /** When it is usually done, as a share of the whole onboarding. */
  readonly share: number;
}

/** The template `Customer Onboarding` in its order (docs/techflow.md, Asana). */
export const ONBOARDING_STEPS: readonly Step[] = [
  { name: "Accept handoff", milestone: true, share: 0.02 },
  { name: "Welcome mail", share: 0.01 },
  { name: "Provision workspace", share: 0.06 },
  { name: "Kickoff call", share: 0.17 },
  { name: "Security review", enterpriseOnly: true, share: 0.4 },
  { name: "Data import", share: 0.52 },
  { name: "Training session", share: 0.72 },
  { name: "First value", milestone: true, share: 0.88 },
  { name: "Go-live sign-off", milestone: true, share: 1 },
];

/** Departures from the procedure that one onboarding can carry. */
export type StepOddity =
  | "accept-missing"
  | "kickoff-before-accept"
  | "kickoff-late"
  | "security-review-missing"
  | "import-after-first-value"
  | "training-missing"
  | "step-reopened"
  | "tie-accept-kickoff"
  | "abandoned";

/** What the steps of one onboarding depend on. */
export interface StepPlan {
  readonly createdAt: number;
  /** When the clock of the onboarding starts: the win, or the project's creation. */
  readonly startsAt: number;
  readonly segment: Segment;
  readonly manager: RosterEntry;
  readonly oddity: StepOddity | null;
}

/** The tasks of one onboarding project with everything that happened to them up to the as-of. */
export function tellSteps(setting: Setting, random: Random, plan: StepPlan): TaskStory[] {
  const { calendar, staff, asOf, ids } = setting;
  const { manager, oddity } = plan;
  const total = random.logNormal(40 * pace(setting, plan.startsAt), 0.2) * DAY;
  const begin = Math.max(plan.createdAt, plan.startsAt);
  const done = new Map<string, number>();
  for (const step of ONBOARDING_STEPS) {
    const drawn = plan.startsAt + total * step.share * random.between(0.93, 1.06);
    done.set(step.name, calendar.add(Math.max(drawn, begin), random.between(0.1, 5) * HOUR));
  }
  done.set("Welcome mail", begin + random.between(1, 40) * MINUTE);
  const accepted = calendar.add(begin, random.between(1, random.chance(0.9) ? 13 : 20) * HOUR);
  done.set("Accept handoff", accepted);
  // The kickoff is due 10 business days after the start.
  const kickoff = calendar.add(Math.max(plan.startsAt, accepted), random.between(2.5, 7.2) * BUSINESS_DAY);
  done.set("Kickoff call", kickoff);
  if (oddity === "kickoff-before-accept")
    done.set("Accept handoff", calendar.add(kickoff, random.between(3, 14) * HOUR));
  if (oddity === "tie-accept-kickoff") done.set("Accept handoff", kickoff);
  if (oddity === "kickoff-late") {
    done.set("Kickoff call", calendar.add(plan.startsAt, random.between(10.5, 14) * BUSINESS_DAY));
  }
  const firstValue = done.get("First value") ?? begin;
  if (oddity === "import-after-first-value")
    done.set("Data import", calendar.add(firstValue, random.between(2, 20) * HOUR));
  const end = Math.max(
    ...ONBOARDING_STEPS.filter((step) => step.name !== "Go-live sign-off").map((step) => done.get(step.name) ?? 0),
  );
  const signOff = done.get("Go-live sign-off") ?? end;
  if (signOff <= end) done.set("Go-live sign-off", calendar.add(end, random.between(2, 9) * HOUR));

  const skipped = new Set<string>();
  if (oddity === "accept-missing") skipped.add("Accept handoff");
  if (oddity === "security-review-missing") skipped.add("Security review");
  if (oddity === "training-missing") skipped.add("Training session");
  const tasks: TaskStory[] = [];
  for (const step of ONBOARDING_STEPS) {
    if (step.enterpriseOnly === true && plan.segment !== "Enterprise") continue;
    const changes: TaskChange[] = [{ at: plan.createdAt, by: staff.bot, kind: "assign", to: manager }];
    const at = done.get(step.name) ?? begin;
    const abandoned = oddity === "abandoned" && step.name !== "Welcome mail";
    if (!skipped.has(step.name) && !abandoned) {
      const by = doer(setting, random, step.name, manager);
      const works = calendar.add(at, 0) - random.between(1, 20) * HOUR;
      if (by === manager && works > plan.createdAt) {
        changes.push({ at: Math.floor(works), by: manager, kind: "section", to: "Do" });
      }
      if (random.chance(0.35)) {
        const comment = "Agreed with the customer, see the notes of the call.";
        changes.push({
          at: Math.floor(Math.max(works, plan.createdAt + MINUTE)),
          by: manager,
          kind: "comment",
          text: comment,
        });
      }
      const rounded = Math.floor(at);
      changes.push({ at: rounded, by, kind: "complete" }, { at: rounded, by: null, kind: "section", to: "Done" });
      if (oddity === "step-reopened" && step.name === "Data import") {
        const again = calendar.add(at, random.between(2, 16) * HOUR);
        const finish = calendar.add(again, random.between(2, 12) * HOUR);
        changes.push(
          { at: Math.floor(again), by: manager, kind: "reopen" },
          { at: Math.floor(again), by: manager, kind: "section", to: "Do" },
          { at: Math.floor(finish), by: manager, kind: "complete" },
          { at: Math.floor(finish), by: null, kind: "section", to: "Done" },
        );
      }
    }
    tasks.push({
      gid: ids.asana(),
      name: step.name,
      milestone: step.milestone === true,
      createdAt: plan.createdAt,
      createdBy: staff.bot,
      firstSection: "Plan",
      changes: upTo<TaskChange>(changes, asOf),
      dueDay: calendar.businessDayFrom(calendar.localDay(plan.startsAt + 30 * DAY * step.share)),
      values: {},
      deletedAt: null,
      defects: [],
    });
  }
  return tasks;
}

function doer(setting: Setting, random: Random, step: string, manager: RosterEntry): Actor {
  const { bot } = setting.staff;
  switch (step) {
    case "Welcome mail":
      return random.chance(0.93) ? null : manager;
    case "Provision workspace":
      return random.chance(0.86) ? bot : manager;
    case "Data import":
      return random.chance(0.68) ? bot : manager;
    default:
      return manager;
  }
}
