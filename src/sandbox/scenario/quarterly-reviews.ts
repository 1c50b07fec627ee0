import { DAY, HOUR, dayOf, dayText } from "./calendar.ts";
import type { Day } from "./calendar.ts";
import { caseProject, sectionTask } from "./section-tasks.ts";
import type { Move } from "./section-tasks.ts";
import type { AccountStory, ContractStory, ProjectStory, Setting } from "./story.ts";

interface Quarter {
  readonly name: string;
  readonly from: Day;
  readonly to: Day;
}

/** Calendar quarters that overlap the history. */
export function quartersOf(setting: Setting): Quarter[] {
  const quarters: Quarter[] = [];
  const firstYear = new Date(setting.start).getUTCFullYear();
  for (let k = 0; k < 9; k += 1) {
    const year = firstYear + Math.floor(k / 4);
    const month = (k % 4) * 3;
    const from = Date.UTC(year, month, 1) / DAY;
    quarters.push({
      name: `${String(year)}-Q${String((k % 4) + 1)}`,
      from,
      to: Date.UTC(year, month + 3, 1) / DAY - 1,
    });
  }
  const first = setting.calendar.localDay(setting.start);
  return quarters.filter((quarter) => quarter.to > first + 30);
}

/** One quarterly business review task per customer and quarter in which the customer was active for 60 days. */
export function tellQuarterlyReviews(setting: Setting, contracts: readonly ContractStory[]): ProjectStory {
  const random = setting.random("quarterly reviews");
  const { calendar, asOf, staff } = setting;
  const project = caseProject(setting, {
    name: "Quarterly Business Reviews",
    team: "Customer Success",
    sections: ["To schedule", "Scheduled", "Held", "Cancelled"],
    taskFields: ["Salesforce Account ID", "Quarter"],
    owner: staff.successManagers[0] ?? null,
  });
  const since = new Map<AccountStory, { from: Day; to: Day }>();
  for (const contract of contracts) {
    const known = since.get(contract.account);
    since.set(contract.account, {
      from: Math.min(known?.from ?? Infinity, contract.startDay),
      to: Math.max(known?.to ?? -Infinity, contract.endDay),
    });
  }
  for (const quarter of quartersOf(setting)) {
    for (const [account, active] of since) {
      if (active.from > quarter.to - 60 || active.to < quarter.to) continue;
      const opening = Math.max(quarter.from, active.from);
      const createdAt = calendar.instant(
        calendar.businessDayFrom(opening + random.int(0, 4)),
        random.between(9, 12) * HOUR,
      );
      if (createdAt >= asOf || createdAt < setting.start) continue;
      const manager = staff.successManagerAt(random, createdAt);
      const scheduled = calendar.add(createdAt, random.between(4, 90) * HOUR);
      const held = calendar.add(scheduled, random.between(20, 200) * HOUR);
      const moves: Move[] = [];
      const draw = random.next();
      const defects: string[] = [];
      if (draw < 0.025) {
        defects.push("qbr-held-unscheduled");
        moves.push({ to: "Held", at: held, by: manager });
      } else if (draw < 0.04) {
        defects.push("qbr-scheduled-after-held");
        const back = calendar.add(held, random.between(0.2, 3) * HOUR);
        moves.push({ to: "Held", at: held, by: manager }, { to: "Scheduled", at: back, by: manager });
        moves.push({ to: "Held", at: back + 90_000, by: manager });
      } else {
        moves.push({ to: "Scheduled", at: scheduled, by: manager });
        if (draw < 0.1) {
          defects.push("qbr-rescheduled");
          const back = calendar.add(scheduled, random.between(4, 15) * HOUR);
          moves.push({ to: "To schedule", at: back, by: manager });
          moves.push({ to: "Scheduled", at: calendar.add(back, random.between(2, 16) * HOUR), by: manager });
          moves.push({ to: "Held", at: calendar.add(held, 40 * HOUR), by: manager });
        } else {
          moves.push({ to: draw > 0.94 ? "Cancelled" : "Held", at: held, by: manager });
        }
      }
      project.tasks.push(
        sectionTask(setting, {
          name: `QBR ${quarter.name}: ${account.name}`,
          createdAt,
          createdBy: staff.bot,
          firstSection: "To schedule",
          lastSection: ["Held", "Cancelled"],
          moves,
          values: { "Salesforce Account ID": account.id, Quarter: quarter.name },
          dueDay: dayOf(dayText(quarter.to)),
          extra: [{ at: Math.floor(createdAt), by: staff.bot, kind: "assign", to: manager }],
          defects,
        }),
      );
    }
  }
  return project;
}
