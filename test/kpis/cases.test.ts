import { describe, expect, test } from "@jest/globals";
import type { Handoff, LinkedObject } from "../../src/model/index.ts";
import { compileProcess, createCaseBuilder } from "../../src/kpis/index.ts";
import type { Case } from "../../src/kpis/index.ts";
import { at, context, linked } from "./support/build.ts";
import type { EventSketch, Surroundings } from "./support/build.ts";

const close = compileProcess({
  process: "monthly-close",
  version: 1,
  effective_from: "2025-01-01",
  case: "close-period",
  team: "Finance",
  starts: "close-period created",
  ends: "Closed",
  stages: ["Open", "Reconcile", "Accruals", "Review", "Closed"],
  steps: { Reconcile: { routine: true, critical: true }, Accruals: { routine: true, critical: true } },
  rules: {
    R1: "Review before Closed",
    R2: "Closed within 6 business days of start",
    R3: "Reconcile at least once",
  },
});
const onboarding = compileProcess({
  process: "customer-onboarding",
  version: 1,
  effective_from: "2025-01-01",
  case: "onboarding",
  starts: "opportunity enters Closed Won",
  through: "sales-to-cs",
  or_by: "opportunity_id",
  joins: { "onboarding-step": "onboarding" },
  ends: "Go-live sign-off",
  stages: [
    { stage: "Handoff", until: "Accept handoff" },
    { stage: "Kickoff", until: "Kickoff call" },
    { stage: "Adoption", until: "Go-live sign-off" },
  ],
  steps: { "Data import": { routine: true, critical: true } },
  activities: ["Security review"],
  rules: {
    R1: "Accept handoff before Kickoff call",
    R2: "Kickoff call within 10 business days of start",
    R3: "Security review at least once if segment is Enterprise",
  },
});

function build(process: typeof close, subject: LinkedObject, changes: Surroundings = {}): Case {
  const made = createCaseBuilder([process], context(changes))(subject);
  if (made === null) throw new Error("no case");
  return made;
}
const stages = (...entries: readonly (readonly [string, string])[]): readonly EventSketch[] => [
  { at: entries[0]?.[1] ?? "", type: "close-period created" },
  ...entries.map(([stage, time]) => ({ stage, at: time })),
];
const states = (made: Case) =>
  Object.fromEntries(made.verdicts.map((verdict) => [verdict.rule, [verdict.state, verdict.category]]));

describe("a case of stages", () => {
  const straight = stages(
    ["Open", "2026-03-02T09:00:00Z"],
    ["Reconcile", "2026-03-03T09:00:00Z"],
    ["Accruals", "2026-03-04T09:00:00Z"],
    ["Review", "2026-03-05T09:00:00Z"],
    ["Closed", "2026-03-06T09:00:00Z"],
  );

  test("runs from its creation to its terminal stage, in clock and business time", () => {
    const made = build(close, linked("close-period", "a", straight));
    expect(made).toMatchObject({
      status: "completed",
      cycleMs: 96 * 3_600_000,
      cycleBusinessMs: 32 * 3_600_000,
      isFirstTimeRight: true,
    });
    expect(made.visits.map((visit) => visit.stage)).toEqual(["Open", "Reconcile", "Accruals", "Review"]);
    expect(states(made)).toEqual({ R1: ["satisfied", null], R2: ["satisfied", null], R3: ["satisfied", null] });
  });

  test("was worked on but for the stages in which it waits, and after its end and outside all stages nobody did", () => {
    const waiting = compileProcess({
      process: "contract-review",
      version: 1,
      effective_from: "2025-01-01",
      case: "close-period",
      starts: "close-period created",
      ends: "Closed",
      stages: ["Open", { stage: "Reconcile", waiting: true }, "Accruals", { stage: "Review", waiting: true }],
      rules: {},
    });
    const [created, ...entered] = straight;
    const early = created === undefined ? [] : [{ ...created, at: "2026-03-02T05:00:00Z" }, ...entered];
    expect(build(waiting, linked("close-period", "a", early))).toMatchObject({
      cycleMs: 100 * 3_600_000,
      activeMs: 48 * 3_600_000,
    });
    expect(build(waiting, linked("close-period", "a", early.slice(0, -1))).activeMs).toBeNull();
    expect(build(close, linked("close-period", "a", early)).activeMs).toBeNull();
  });

  test("counts a move back as rework and the earlier execution as an error", () => {
    const made = build(
      close,
      linked("close-period", "a", [
        ...straight.slice(0, 4),
        { stage: "Reconcile", at: "2026-03-04T12:00:00Z" },
        { stage: "Accruals", at: "2026-03-04T15:00:00Z" },
        ...straight.slice(4),
      ]),
    );
    expect(made.steps.map((step) => [step.step, step.isError])).toEqual([
      ["Reconcile", true],
      ["Accruals", true],
      ["Reconcile", false],
      ["Accruals", false],
    ]);
    expect(made).toMatchObject({ reentries: 2, isRework: true, isFirstTimeRight: false });
  });

  test("extends its end when it is reopened, and is open again until then", () => {
    const reopened = [...straight, { stage: "Review", at: "2026-03-09T09:00:00Z" }];
    expect(build(close, linked("close-period", "a", reopened)).status).toBe("open");
    const again = build(
      close,
      linked("close-period", "a", [...reopened, { stage: "Closed", at: "2026-03-10T09:00:00Z" }]),
    );
    expect(again.completedAt).toBe(at("2026-03-10T09:00:00Z"));
    expect(again.isRework).toBe(true);
  });

  test("names a skipped step, a late end and an order turned round", () => {
    const made = build(
      close,
      linked(
        "close-period",
        "a",
        stages(
          ["Open", "2026-03-02T09:00:00Z"],
          ["Closed", "2026-03-20T09:00:00Z"],
          ["Review", "2026-03-20T10:00:00Z"],
          ["Closed", "2026-03-20T11:00:00Z"],
        ),
      ),
    );
    expect(states(made)).toEqual({
      R1: ["violated", "out of order"],
      R2: ["violated", "late"],
      R3: ["violated", "missing step"],
    });
    expect(made.verdicts[0]?.message).toBe(
      'Close period a: "Closed" happened on 2026-03-20, before "Review" (2026-03-20).',
    );
  });

  test("holds against an open case only what cannot be repaired", () => {
    const young = stages(["Open", "2026-05-29T09:00:00Z"]);
    expect(states(build(close, linked("close-period", "a", young)))).toEqual({
      R1: ["pending", null],
      R2: ["pending", null],
      R3: ["pending", null],
    });
    const old = stages(["Open", "2026-05-01T09:00:00Z"]);
    expect(states(build(close, linked("close-period", "a", old)))["R2"]).toEqual(["violated", "late"]);
  });

  test("marks a stay of seconds between stages that are not neighbours as flicker", () => {
    const made = build(
      close,
      linked(
        "close-period",
        "a",
        stages(
          ["Open", "2026-03-02T09:00:00Z"],
          ["Reconcile", "2026-03-02T09:00:20Z"],
          ["Review", "2026-03-02T09:00:40Z"],
          ["Closed", "2026-03-04T09:00:00Z"],
        ),
      ),
    );
    expect(made.visits.map((visit) => visit.isFlicker)).toEqual([false, true, false]);
  });

  test("ends as cancelled when its record is deleted before the end", () => {
    const subject = linked("close-period", "a", straight.slice(0, 3));
    const deleted = {
      ...subject,
      object: { ...subject.object, removed: { at: at("2026-04-01"), cause: "deleted" as const } },
    };
    expect(build(close, deleted)).toMatchObject({
      status: "cancelled",
      outcome: "deleted",
      completedAt: at("2026-04-01"),
    });
  });

  test("is judged with a waiver as violated and waived", () => {
    const subject = linked(
      "close-period",
      "a",
      stages(
        ["Open", "2026-03-02T09:00:00Z"],
        ["Reconcile", "2026-03-03T09:00:00Z"],
        ["Closed", "2026-03-04T09:00:00Z"],
      ),
    );
    const waiver = {
      process: "monthly-close",
      rule: "R1",
      caseId: subject.id,
      where: {},
      reason: "trial",
      approver: "cfo",
      until: null,
    };
    expect(build(close, subject, { waivers: [waiver] }).verdicts[0]).toMatchObject({ state: "violated", waived: true });
    const expired = { ...waiver, until: at("2026-04-01") };
    expect(build(close, subject, { waivers: [expired] }).verdicts[0]?.waived).toBe(false);
    const named = { ...waiver, where: { name: subject.nativeId.toUpperCase() } };
    expect(build(close, subject, { waivers: [named] }).verdicts[0]?.waived).toBe(true);
    const other = { ...waiver, where: { name: "another" } };
    expect(build(close, subject, { waivers: [other] }).verdicts[0]?.waived).toBe(false);
  });
});

describe("who did a step", () => {
  test.each([
    [{ person: null, kind: "automation" }, "automated", "A"],
    [{ person: "-4", kind: "automation" }, "automated", "B"],
    [{ person: "bot", kind: "api" }, "automated", "B"],
    [{ person: "dana", kind: "api" }, "unknown", null],
    [{ person: "dana", kind: "api", client: "importer" }, "automated", "B"],
    [{ person: "dana", kind: "human" }, "manual", null],
    [{ person: "dana", kind: "unknown" }, "manual", null],
    [{ person: null, kind: "unknown" }, "unknown", null],
  ] as const)("%j is %s (%s)", (by, automation, evidence) => {
    const subject = linked("close-period", "a", [
      { at: "2026-03-02", type: "close-period created" },
      { at: "2026-03-03", stage: "Reconcile", by },
    ]);
    const made = build(close, subject, { registeredClients: new Set(["importer"]) });
    expect(made.steps[0]).toMatchObject({ automation, evidence });
  });
});

describe("an onboarding", () => {
  const steps: readonly EventSketch[] = [
    { at: "2026-03-10T09:00:00Z", type: "onboarding created" },
    { at: "2026-03-11T09:00:00Z", done: "Accept handoff" },
    { at: "2026-03-11T09:00:00.500Z", done: "Kickoff call" },
    { at: "2026-03-12T09:00:00Z", done: "Data import", by: { person: "bot", kind: "api" } },
    { at: "2026-03-13T09:00:00Z", reopened: "Data import" },
    { at: "2026-03-14T09:00:00Z", done: "Data import" },
    { at: "2026-03-20T09:00:00Z", done: "Go-live sign-off" },
  ];
  const subject = linked("onboarding", "p1", steps, { segment: "Enterprise", opportunity_id: "006A" });
  const handoff = {
    triggeredAt: at("2026-03-09T15:00:00Z"),
    sourceKey: "salesforce/o/Opportunity/006A",
  } satisfies Partial<Handoff>;

  test("starts with the won deal that its handoff names", () => {
    const made = build(onboarding, subject, { handoffsTo: () => [{ ...blankHandoff, ...handoff }] });
    expect(made).toMatchObject({ startedAt: handoff.triggeredAt, sourceId: handoff.sourceKey });
  });

  test("starts with its creation while several deals claim it", () => {
    const startSource = () => ({ id: "o/006A", times: [at("2026-03-01")] });
    const ambiguous: Partial<Handoff> = { ...handoff, link: "ambiguous" };
    const made = build(onboarding, subject, { startSource, handoffsTo: () => [{ ...blankHandoff, ...ambiguous }] });
    expect(made.sourceId).toBe(null);
  });

  test("tells what was done again", () => {
    expect(build(onboarding, subject).repeated).toEqual(["Data import"]);
  });

  test("starts with the last win of the deal its own field names when no handoff does", () => {
    const startSource = (_: string, id: string) =>
      id === "006A" ? { id: "o/006A", times: [at("2026-03-01"), at("2026-03-08")] } : undefined;
    expect(build(onboarding, subject, { startSource })).toMatchObject({
      startedAt: at("2026-03-08"),
      sourceId: "o/006A",
    });
  });

  test("starts with its creation when no deal is known", () => {
    expect(build(onboarding, subject).startedAt).toBe(at("2026-03-10T09:00:00Z"));
  });

  test("takes a tie to the second for no violation of order, and asks Enterprise for its review", () => {
    expect(states(build(onboarding, subject))).toEqual({
      R1: ["satisfied", null],
      R2: ["satisfied", null],
      R3: ["violated", "missing step"],
    });
  });

  test("counts a step reopened and done again as two executions, the first an error", () => {
    const made = build(onboarding, subject);
    expect(made.steps.map((step) => [step.automation, step.isError])).toEqual([
      ["automated", true],
      ["manual", false],
    ]);
    expect(made.isFirstTimeRight).toBe(false);
  });

  test("lasts in each phase until the step that closes it", () => {
    const made = build(onboarding, subject);
    expect(made.visits.map((visit) => [visit.stage, (visit.durationMs ?? 0) / 3_600_000])).toEqual([
      ["Handoff", 24],
      ["Kickoff", 0.5 / 3600],
      ["Adoption", 24 * 9 - 0.5 / 3600],
    ]);
  });
});

describe("a contract term", () => {
  const term = compileProcess({
    process: "contract-term",
    version: 1,
    effective_from: "2025-01-01",
    case: "contract-term",
    starts: "on start",
    ends: { "opportunity enters Closed Won": "renewed", "opportunity enters Closed Lost": "churned" },
    joins: { opportunity: "renews" },
    activities: { "renewal started": "opportunity created" },
    rules: { R1: "renewal started at least 90 days before end" },
  });
  const attributes = { start: { day: "2025-05-01" }, end: { day: "2026-04-30" } };
  const renewal = (created: string, won: string | null): LinkedObject => {
    const subject = linked("contract-term", "t", [{ at: "2025-04-20", type: "contract-term created" }], attributes);
    const deal = linked("opportunity", "r", [
      { at: created, type: "opportunity created" },
      ...(won === null ? [] : [{ at: won, stage: "Closed Won" }]),
    ]);
    return { ...subject, events: [...subject.events, ...deal.events] };
  };

  test("counts the renewal's events, keeps its day precision out of hours", () => {
    const made = build(term, renewal("2026-01-30", "2026-04-01T10:00:00Z"));
    expect(made).toMatchObject({
      status: "completed",
      outcome: "renewed",
      startPrecision: "day",
      cycleMs: null,
      cycleDays: 335,
    });
    expect(states(made)["R1"]).toEqual(["satisfied", null]);
  });

  test("is late when the renewal starts 89 days before the end", () => {
    expect(states(build(term, renewal("2026-01-31", null)))["R1"]).toEqual(["violated", "late"]);
  });

  test("falls due on the ninetieth day before the end, not on the next", () => {
    const [verdict] = build(term, renewal("2026-01-30", null))?.verdicts ?? [];
    expect(new Date(verdict?.dueAt ?? 0).toISOString()).toBe("2026-01-30T23:59:59.999Z");
  });

  test("is pending while 90 days before the end have not been reached", () => {
    const subject = linked("contract-term", "t", [], { ...attributes, end: { day: "2026-12-31" } });
    expect(states(build(term, subject))["R1"]).toEqual(["pending", null]);
  });
});

const blankHandoff: Handoff = {
  id: "h",
  contract: "sales-to-cs",
  occurrence: 1,
  sourceKey: null,
  targetKey: null,
  claimedKeys: [],
  historical: false,
  link: "matched",
  timeliness: "on_time",
  content: "unknown",
  decision: "none",
  label: "matched",
  plain: "fine",
  because: "",
  triggeredAt: null,
  dueAt: null,
  graceUntil: null,
  acceptDueAt: null,
  createdAt: null,
  assignedAt: null,
  acceptedAt: null,
  rejectedAt: null,
  firstWorkAt: null,
  revokedAt: null,
  evidence: [],
  comparisons: [],
  money: null,
  waiver: null,
};
