import { BUSINESS_DAY, DAY, HOUR, MINUTE } from "./calendar.ts";
import { allot } from "./defects.ts";
import type { Random } from "./random.ts";
import { caseProject, sectionTask } from "./section-tasks.ts";
import type { Move } from "./section-tasks.ts";
import type { AccountStory, ContractStory, DealStory, ProjectStory, Setting, TaskStory } from "./story.ts";

/** Start of the Customer Success → Sales contract (docs/techflow.md, Handoffs). */
export const EXPANSION_SINCE = Date.parse("2025-11-01T07:00:00.000Z");

interface Sketch {
  readonly account: AccountStory;
  readonly identifiedAt: number;
  readonly link: string | null;
  readonly amount: number;
  readonly handedOverAt: number | null;
  readonly droppedAt: number | null;
  readonly defects: readonly string[];
}

function newTask(setting: Setting, random: Random, sketch: Sketch): TaskStory {
  const { identifiedAt, account } = sketch;
  const manager = setting.staff.successManagerAt(random, identifiedAt);
  const createdAt = Math.floor(identifiedAt - random.between(0.2, 20) * HOUR);
  const moves: Move[] = [{ to: "Identified", at: identifiedAt, by: manager }];
  if (sketch.handedOverAt !== null) moves.push({ to: "Handed over", at: sketch.handedOverAt, by: manager });
  if (sketch.droppedAt !== null) moves.push({ to: "Dropped", at: sketch.droppedAt, by: manager });
  return sectionTask(setting, {
    name: `Expansion: ${account.name}`,
    createdAt,
    createdBy: manager,
    firstSection: "Idea",
    lastSection: ["Handed over", "Dropped"],
    moves,
    values: {
      "Salesforce Account ID": account.id,
      "Salesforce Opportunity ID": sketch.link,
      "Deal amount": sketch.amount,
    },
    dueDay: setting.calendar.localDay(identifiedAt) + 90,
    extra: [{ at: createdAt, by: manager, kind: "assign", to: manager }],
    defects: sketch.defects,
  });
}

/**
 * The project `Expansions`: a task for every expansion deal but those that sales opened alone, and some that nobody
 * opened a deal for.
 */
export function tellExpansionTasks(
  setting: Setting,
  deals: readonly DealStory[],
  contracts: readonly ContractStory[],
): ProjectStory {
  const random = setting.random("expansion tasks");
  const { asOf, calendar, staff } = setting;
  const project = caseProject(setting, {
    name: "Expansions",
    team: "Customer Success",
    sections: ["Idea", "Identified", "Handed over", "Dropped"],
    taskFields: ["Salesforce Account ID", "Salesforce Opportunity ID", "Deal amount"],
    owner: staff.successManagers[0] ?? null,
  });
  const candidates = deals.filter(
    ({ createdAt, account }) =>
      createdAt > EXPANSION_SINCE + 15 * DAY && createdAt < asOf - 15 * DAY && account.mergedInto === null,
  );
  const defects = allot(random, candidates, [
    { name: "expansion-late", rate: 0.06 },
    { name: "expansion-unlinked", rate: 0.05 },
    { name: "expansion-orphan", rate: 0.05 },
  ]);
  for (const deal of deals) {
    const defect = defects.get(deal);
    if (defect !== undefined) deal.defects.push(defect);
    if (defect === "expansion-orphan") continue;
    const before = defect === "expansion-late" ? random.between(8, 14) * DAY : random.between(2, 40) * HOUR;
    project.tasks.push(
      newTask(setting, random, {
        account: deal.account,
        identifiedAt: Math.floor(deal.createdAt - before),
        link: defect === "expansion-unlinked" ? null : deal.id,
        amount: deal.first.amount,
        handedOverAt: Math.floor(deal.createdAt + random.between(1, 50) * MINUTE),
        droppedAt: null,
        defects: defect === undefined ? [] : [defect],
      }),
    );
  }
  const taken = new Set(deals.map(({ account }) => account));
  const others = random.shuffled(
    contracts.map(({ account }) => account).filter((account) => !taken.has(account) && account.mergedInto === null),
  );
  const alone = [...new Set(others)].slice(0, Math.max(4, Math.round(14 * setting.scale)));
  for (const [index, account] of alone.entries()) {
    const kind = ["expansion-missing", "expansion-dropped", "expansion-not-yet-due"][index % 3] ?? "";
    const back = kind === "expansion-not-yet-due" ? random.between(2, 16) * HOUR : random.between(16, 180) * DAY;
    const identifiedAt = Math.floor(asOf - back);
    project.tasks.push(
      newTask(setting, random, {
        account,
        identifiedAt,
        link: null,
        amount: random.int(20, 300) * 100,
        handedOverAt: null,
        droppedAt:
          kind === "expansion-dropped" ? calendar.add(identifiedAt, random.between(1, 2) * BUSINESS_DAY) : null,
        defects: [kind],
      }),
    );
  }
  return project;
}
