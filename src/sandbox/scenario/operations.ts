import { BUSINESS_DAY, DAY, HOUR, MINUTE, dayText } from "./calendar.ts";
import type { Day } from "./calendar.ts";
import { allot } from "./defects.ts";
import { personName } from "./names.ts";
import { caseProject, depart, routineDoer, sectionTask } from "./section-tasks.ts";
import type { Move } from "./section-tasks.ts";
import { pace } from "./story.ts";
import type { ProjectStory, Setting } from "./story.ts";

/** The first local day of the month `back` months before the as-of's month. */
function monthStart(setting: Setting, back: number): Day {
  const date = new Date(setting.calendar.localDay(setting.asOf) * DAY);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1) / DAY;
}

/** The last 18 monthly closes that were opened by the as-of, one task each. */
export function tellCloses(setting: Setting): ProjectStory {
  const random = setting.random("closes");
  const { calendar, asOf, staff } = setting;
  const finance = staff.team("Finance");
  const sections = ["Open", "Reconcile", "Accruals", "Review", "Closed"];
  const project = caseProject(setting, {
    name: "Monthly Close",
    team: "Finance",
    sections,
    taskFields: ["Period"],
    owner: finance[0] ?? null,
  });
  const openings: { period: string; at: number }[] = [];
  for (let back = 19; back >= 0; back -= 1) {
    const from = monthStart(setting, back);
    const at = calendar.instant(calendar.businessDayFrom(from), random.between(9, 11) * HOUR);
    if (at < asOf) openings.push({ period: dayText(from - 1).slice(0, 7), at });
  }
  const recent = openings.slice(-18);
  const oddities = allot(random, recent.slice(0, -1), [
    { name: "close-late", rate: 0.05 },
    { name: "close-review-skipped", rate: 0.04 },
    { name: "close-reopened", rate: 0.03 },
  ]);
  for (const opening of recent) {
    const oddity = oddities.get(opening);
    const path = depart(sections.slice(1), oddity === "close-review-skipped" ? { skip: "Review" } : {});
    const total = oddity === "close-late" ? random.between(6.3, 8) : random.between(3.6, 5.6);
    const moves: Move[] = [];
    path.forEach((to, i) => {
      const person = random.pick(finance);
      const share = (i + 1) / path.length;
      const at = calendar.add(
        opening.at,
        total * BUSINESS_DAY * (i === path.length - 1 ? 1 : share * random.between(0.8, 1)),
      );
      const routine = to === "Reconcile" || to === "Accruals";
      moves.push({ to, at, by: routine ? routineDoer(setting, random, 0.84, person) : person });
    });
    const end = moves.at(-1)?.at ?? opening.at;
    if (oddity === "close-reopened") {
      const person = random.pick(finance);
      moves.push({ to: "Review", at: calendar.add(end, random.between(1, 5) * HOUR), by: person });
      moves.push({ to: "Closed", at: calendar.add(end, random.between(6, 9) * HOUR), by: person });
    }
    project.tasks.push(
      sectionTask(setting, {
        name: `Close ${opening.period}`,
        createdAt: opening.at,
        createdBy: staff.bot,
        firstSection: "Open",
        lastSection: ["Closed"],
        moves,
        values: { Period: opening.period },
        dueDay: calendar.localDay(calendar.add(opening.at, 6 * BUSINESS_DAY)),
        extra: [{ at: Math.floor(opening.at), by: staff.bot, kind: "assign", to: random.pick(finance) }],
        defects: oddity === undefined ? [] : [oddity],
      }),
    );
  }
  return project;
}

const ROLES = ["Account Executive", "Engineer", "Support Specialist", "Product Designer", "Analyst", "Recruiter"];

/** About 40 hires, from the accepted offer to day one. */
export function tellHires(setting: Setting): ProjectStory {
  const random = setting.random("hires");
  const { calendar, asOf, start, staff } = setting;
  const people = staff.team("People Ops");
  const sections = ["Offer accepted", "Contract signed", "Equipment", "Accounts ready", "Day one"];
  const project = caseProject(setting, {
    name: "Hiring",
    team: "People Ops",
    sections,
    taskFields: [],
    owner: people[0] ?? null,
  });
  const count = random.int(37, 43);
  const times = Array.from({ length: count }, () =>
    calendar.add(start + random.next() * (asOf - start - DAY), random.between(0, 7) * HOUR),
  ).sort((a, b) => a - b);
  const oddities = allot(random, times.slice(0, -6), [
    { name: "hire-contract-missing", rate: 0.02 },
    { name: "hire-accounts-after-day-one", rate: 0.03 },
    { name: "hire-step-repeated", rate: 0.02 },
  ]);
  for (const createdAt of times) {
    if (createdAt >= asOf) continue;
    const oddity = oddities.get(createdAt);
    const person = random.pick(people);
    const total = random.between(16, 30) * pace(setting, createdAt);
    const path =
      oddity === "hire-contract-missing"
        ? depart(sections.slice(1), { skip: "Contract signed" })
        : depart(
            sections.slice(1),
            oddity === "hire-accounts-after-day-one" ? { swap: ["Accounts ready", "Day one"] } : {},
          );
    const moves: Move[] = [];
    path.forEach((to, i) => {
      const at = calendar.add(createdAt, total * BUSINESS_DAY * ((i + random.between(0.7, 1)) / path.length));
      const routine = to === "Equipment" || to === "Accounts ready";
      moves.push({ to, at, by: routine ? routineDoer(setting, random, 0.83, person) : person });
    });
    if (oddity === "hire-step-repeated") {
      const at = moves[1]?.at ?? createdAt;
      moves.splice(
        2,
        0,
        { to: "Contract signed", at: calendar.add(at, HOUR), by: person },
        { to: "Equipment", at: calendar.add(at, 4 * HOUR), by: person },
      );
      moves.sort((a, b) => a.at - b.at);
    }
    const name = personName(random);
    project.tasks.push(
      sectionTask(setting, {
        name: `Hire: ${name.first} ${name.last} (${random.pick(ROLES)})`,
        createdAt,
        createdBy: person,
        firstSection: "Offer accepted",
        lastSection: ["Day one"],
        moves,
        values: {},
        dueDay: calendar.localDay(calendar.add(createdAt, total * BUSINESS_DAY)),
        extra: [{ at: Math.floor(createdAt), by: person, kind: "assign", to: person }],
        defects: oddity === undefined ? [] : [oddity],
      }),
    );
  }
  return project;
}

const SYMPTOMS = [
  "Login slow",
  "Webhooks delayed",
  "Reports time out",
  "E-mails not sent",
  "API errors in EU",
  "Search out of date",
];

/** About 60 incidents per unit of scale, at any hour. */
export function tellIncidents(setting: Setting): ProjectStory {
  const random = setting.random("incidents");
  const { asOf, start, staff } = setting;
  const support = staff.team("Support");
  const sections = ["Detected", "Acknowledged", "Mitigated", "Resolved"];
  const project = caseProject(setting, {
    name: "Incidents",
    team: "Support",
    sections,
    taskFields: ["Severity"],
    owner: support[0] ?? null,
  });
  const count = Math.round(random.int(56, 66) * setting.scale);
  const times = Array.from({ length: count }, () => Math.floor(start + random.next() * (asOf - start - HOUR))).sort(
    (a, b) => a - b,
  );
  const oddities = allot(random, times.slice(0, -2), [
    { name: "incident-acknowledged-late", rate: 0.02 },
    { name: "incident-not-acknowledged", rate: 0.012 },
    { name: "incident-mitigation-skipped", rate: 0.012 },
    { name: "incident-acknowledged-after-resolved", rate: 0.008 },
    { name: "incident-reopened", rate: 0.015 },
    { name: "incident-tie", rate: 0.01 },
  ]);
  times.forEach((createdAt, index) => {
    const oddity = oddities.get(createdAt);
    const person = random.pick(support);
    const speed = pace(setting, createdAt);
    const ack =
      createdAt + (oddity === "incident-acknowledged-late" ? random.between(70, 240) : random.between(2, 50)) * MINUTE;
    const mitigated = ack + random.between(20, 260) * MINUTE * speed;
    const resolved = mitigated + random.between(30, 900) * MINUTE * speed;
    const acknowledger = routineDoer(setting, random, 0.82, person);
    let moves: Move[] = [
      { to: "Acknowledged", at: ack, by: acknowledger },
      { to: "Mitigated", at: oddity === "incident-tie" ? resolved : mitigated, by: person },
      { to: "Resolved", at: resolved, by: person },
    ];
    if (oddity === "incident-not-acknowledged") moves = moves.filter((move) => move.to !== "Acknowledged");
    if (oddity === "incident-mitigation-skipped") moves = moves.filter((move) => move.to !== "Mitigated");
    if (oddity === "incident-acknowledged-after-resolved") {
      const back = resolved + 10 * MINUTE;
      moves = [
        ...moves.filter((move) => move.to !== "Acknowledged"),
        { to: "Acknowledged", at: back, by: person },
        { to: "Resolved", at: back + 2 * MINUTE, by: person },
      ];
    }
    if (oddity === "incident-reopened") {
      moves.push({ to: "Mitigated", at: resolved + random.between(1, 5) * HOUR, by: person });
      moves.push({ to: "Resolved", at: resolved + random.between(6, 12) * HOUR, by: person });
    }
    const draw = random.next();
    const severity = draw < 0.12 ? "SEV1" : draw < 0.45 ? "SEV2" : "SEV3";
    project.tasks.push(
      sectionTask(setting, {
        name: `INC-${String(index + 1).padStart(4, "0")} ${random.pick(SYMPTOMS)}`,
        createdAt,
        createdBy: staff.bot,
        firstSection: "Detected",
        lastSection: ["Resolved"],
        moves,
        values: { Severity: severity },
        dueDay: null,
        extra: [{ at: Math.floor(ack), by: acknowledger, kind: "assign", to: person }],
        defects: oddity === undefined ? [] : [oddity],
      }),
    );
  });
  return project;
}
