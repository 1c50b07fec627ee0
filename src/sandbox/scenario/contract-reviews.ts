import { HOUR } from "./calendar.ts";
import { allot } from "./defects.ts";
import { caseProject, routineDoer, sectionTask } from "./section-tasks.ts";
import type { Move } from "./section-tasks.ts";
import { winsOf } from "./deal-state.ts";
import { pace } from "./story.ts";
import type { DealStory, ProjectStory, Setting } from "./story.ts";

/** Legal's reviews of contracts of won deals: about 100 per unit of scale, one task each. */
export function tellContractReviews(setting: Setting, deals: readonly DealStory[]): ProjectStory {
  const random = setting.random("contract reviews");
  const { calendar, asOf, staff } = setting;
  const legal = staff.team("Legal");
  const project = caseProject(setting, {
    name: "Contract Review",
    team: "Legal",
    sections: ["Requested", "Redlines", "Approved", "Signed"],
    taskFields: ["Contract No"],
    owner: legal[0] ?? null,
  });
  const reviewed = deals.filter(
    (deal) => deal.contractNumber !== null && deal.type === "New Business" && random.chance(0.5),
  );
  const oddities = allot(random, reviewed, [
    { name: "review-approval-missing", rate: 0.018 },
    { name: "review-approved-after-signed", rate: 0.012 },
    { name: "review-redlines-missing", rate: 0.018 },
    { name: "review-second-redlines", rate: 0.03 },
  ]);
  for (const deal of reviewed) {
    const win = winsOf(deal)[0];
    if (win === undefined) continue;
    // The review starts with the last negotiation step before the win.
    const before = deal.changes.findLast((change) => change.field === "stage" && change.at < win)?.at ?? deal.createdAt;
    const createdAt = calendar.add(before, random.between(0.2, 4) * HOUR);
    if (createdAt >= asOf) continue;
    const oddity = oddities.get(deal);
    const person = random.pick(legal);
    const speed = pace(setting, createdAt);
    const redlines = calendar.add(createdAt, random.between(0.1, 10) * HOUR * speed);
    const approved = calendar.add(redlines, random.between(6, 45) * HOUR * speed);
    const signed = calendar.add(approved, random.between(2, 24) * HOUR * speed);
    let moves: Move[] = [
      { to: "Redlines", at: redlines, by: routineDoer(setting, random, 0.8, person) },
      { to: "Approved", at: approved, by: person },
      { to: "Signed", at: signed, by: person },
    ];
    if (oddity === "review-approval-missing") moves = moves.filter((move) => move.to !== "Approved");
    if (oddity === "review-redlines-missing") moves = moves.filter((move) => move.to !== "Redlines");
    if (oddity === "review-approved-after-signed") {
      moves = [
        ...moves.filter((move) => move.to !== "Approved"),
        { to: "Approved", at: calendar.add(signed, HOUR), by: person },
        { to: "Signed", at: calendar.add(signed, 1.2 * HOUR), by: person },
      ];
    }
    if (oddity === "review-second-redlines") {
      moves = [
        ...moves.slice(0, 2),
        { to: "Redlines", at: calendar.add(approved, HOUR), by: person },
        { to: "Approved", at: calendar.add(approved, 6 * HOUR), by: person },
        { to: "Signed", at: calendar.add(signed, 10 * HOUR), by: person },
      ];
    }
    project.tasks.push(
      sectionTask(setting, {
        name: `Review: ${deal.account.name} ${deal.contractNumber ?? ""}`,
        createdAt,
        createdBy: deal.first.owner,
        firstSection: "Requested",
        lastSection: ["Signed"],
        moves,
        values: { "Contract No": deal.contractNumber },
        dueDay: calendar.localDay(calendar.add(createdAt, 60 * HOUR)),
        extra: [{ at: Math.floor(createdAt), by: deal.first.owner, kind: "assign", to: person }],
        defects: oddity === undefined ? [] : [oddity],
      }),
    );
  }
  return project;
}
