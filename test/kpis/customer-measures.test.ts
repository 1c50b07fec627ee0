import { afterEach, describe, expect, test } from "@jest/globals";
import type { Star } from "../../src/kpis/index.ts";
import { kpiOf, shownOf, starOf, valuesOf } from "./support/formula.ts";

const opened: Star[] = [];
afterEach(() => {
  for (const star of opened.splice(0)) star.close();
});
async function open(rows: Parameters<typeof starOf>[0]): Promise<Star> {
  const star = await starOf(rows);
  opened.push(star);
  return star;
}

const processes = ["customer-onboarding", "account-quarter", "contract-term", "lead-to-opportunity"].map((process) => ({
  process_key: process,
  process,
}));
const ended = (process: string, account: string, day: string, outcome = "done") => ({
  case_key: `${process}/${account}/${day}`,
  process_key: process,
  account_key: account,
  outcome,
  completed_at: `${day}T18:00:00Z`,
  completed_at_local: `${day}T10:00:00Z`,
  is_completed: 1,
  is_open: 0,
});

describe("quarterly reviews", () => {
  const company = () =>
    open({
      dim_process: processes,
      fact_case: [
        // Held in two of three quarters.
        ended("customer-onboarding", "a", "2026-01-10"),
        ended("account-quarter", "a", "2026-02-20", "held"),
        ended("account-quarter", "a", "2026-05-15", "held"),
        // Active for 44 days of one quarter and 49 of the next, then gone.
        ended("customer-onboarding", "b", "2026-02-15"),
        ended("contract-term", "b", "2026-05-20", "terminated"),
        // 30 days of the second quarter; the third's review was cancelled.
        ended("customer-onboarding", "c", "2026-06-01"),
        ended("account-quarter", "c", "2026-09-01", "skipped"),
        ended("customer-onboarding", "d", "2026-08-01"),
        ended("account-quarter", "d", "2026-09-15", "held"),
        // Nobody knows when it was onboarded.
        ended("account-quarter", "e", "2026-09-15", "held"),
      ],
    });
  const text = (measure: string): string => `
    measure: ${measure}
    of: account-quarter
    outcome: held
    after: customer-onboarding
    unless: contract-term ended churned or terminated
    `;

  test("are counted by ended quarter of a customer that was active for 60 days of it", async () => {
    expect(await shownOf(text("review cadence"), await company())).toMatchObject({
      n: 5,
      numerator: 3,
      excluded: { "active for less than 60 days": 3 },
    });
  });

  test("count in the quarter they were held in, and a quarter in the window it ended in", async () => {
    const star = await company();
    expect(await shownOf(`${text("review cadence")}windows: [fiscal quarter]`, star)).toMatchObject({
      n: 3,
      numerator: 1,
    });
  });

  test("are missed for more than 100 days between two of them, or since the last", async () => {
    expect(await shownOf(`${text("review gap")}windows: [as of]`, await company())).toMatchObject({
      n: 3,
      numerator: 2,
      excluded: { left: 1 },
    });
  });

  test("need the outcome and the onboarding that are meant", () => {
    expect(() => kpiOf(text("review cadence").replace("after: customer-onboarding", ""))).toThrow(
      expect.objectContaining({ code: "HUB-2313" }),
    );
    expect(() => kpiOf(text("review cadence").replace("churned or terminated", "churnd"))).toThrow(
      expect.objectContaining({ code: "HUB-2312", remedy: 'Did you mean "churned"?' }),
    );
    expect(() => kpiOf(text("review cadence").replace("contract-term ended", "contract-term"))).toThrow(
      expect.objectContaining({ code: "HUB-2313" }),
    );
  });
});

describe("conversion", () => {
  const visit = (lead: string, stage: string, day: string, flicker = 0) => ({
    stage_visit_key: `${lead}/${stage}/${day}`,
    case_key: lead,
    stage_key: stage,
    entered_at: `${day}T18:00:00Z`,
    is_flicker: flicker,
  });
  const leads = () =>
    open({
      dim_process: processes,
      dim_stage: ["MQL", "SQL"].map((stage) => ({ stage_key: stage, stage })),
      fact_case: ["a", "b", "c", "d"].map((lead) => ({
        case_key: lead,
        process_key: "lead-to-opportunity",
        left_truncated: 0,
      })),
      fact_stage_events: [
        visit("a", "MQL", "2026-03-01"),
        visit("a", "SQL", "2026-03-31"),
        visit("b", "MQL", "2026-03-01"),
        visit("b", "MQL", "2026-03-20"),
        visit("b", "SQL", "2026-03-25"),
        visit("c", "SQL", "2026-02-20"),
        visit("c", "MQL", "2026-03-01"),
        visit("d", "MQL", "2026-02-01", 1),
        visit("d", "MQL", "2026-10-20"),
      ],
    });
  const text = "measure: conversion\nof: lead-to-opportunity\nfrom: MQL\nto: SQL\nwithin: 30 days\n";

  test("credits what follows to the last time the first stage was reached, and waits for who had no time yet", async () => {
    expect(await shownOf(text, await leads())).toMatchObject({
      n: 2,
      numerator: 1,
      nOpen: 1,
      excluded: { "reached the second stage first": 1 },
    });
  });

  test("has a cohort of its own for those that reached it again", async () => {
    expect(await shownOf(`${text}again: true`, await leads())).toMatchObject({ n: 1, numerator: 1 });
  });
});

describe("onboarding on time", () => {
  const won = (key: string, account: string) => ({
    handoff_key: key,
    contract_key: "sales-to-cs",
    account_key: account,
    target_case_key: `customer-onboarding/${account}/2026-03-20`,
    triggered_at: "2026-03-02T18:00:00Z",
    triggered_at_local: "2026-03-02T10:00:00Z",
    is_orphan: 0,
    is_historical: 0,
    is_revoked: 0,
    is_waived: 0,
  });
  const text = `
    measure: on time
    of: sales-to-cs
    due: 30 days after it
    good: customer-onboarding ended by due
    unless: contract-term ended churned or terminated`;

  test("leaves out who left before the day, whether onboarded or not, and counts a win without onboarding as a miss", async () => {
    const star = await open({
      dim_process: processes,
      fact_case: [
        ended("customer-onboarding", "a", "2026-03-20"),
        ended("customer-onboarding", "b", "2026-03-20"),
        ended("contract-term", "b", "2026-03-25", "terminated"),
        // Left after the day, and before the win: neither is this onboarding's matter.
        ended("contract-term", "a", "2026-04-02", "churned"),
        ended("contract-term", "c", "2026-02-02", "churned"),
      ],
      fact_handoffs: [won("a", "a"), won("b", "b"), won("c", "c")],
    });
    expect(await shownOf(text, star)).toMatchObject({ n: 2, numerator: 1, excluded: { "left before the day": 1 } });
  });

  test("says what its clock starts with", () => {
    expect(kpiOf(text).formula).toContain(
      "The clock starts with the trigger of sales-to-cs and runs 30 days after it.",
    );
  });
});

test("how long it takes to win and to lose are told apart, beside both together", async () => {
  const star = await open({
    dim_process: processes,
    fact_case: Array.from({ length: 20 }, (_, index) => ({
      ...ended("lead-to-opportunity", `l${index}`, "2026-03-20", index < 10 ? "converted" : "disqualified"),
      cycle_sec: index < 10 ? 7200 : 3600,
      is_cancelled: 0,
      left_truncated: 0,
    })),
  });
  const values = await valuesOf(kpiOf("measure: cycle time\nof: all processes\nby: [outcome]"), star);
  expect(values.map(({ scope, n, value }) => [scope.key, n, value])).toEqual([
    ["lead-to-opportunity", 20, 5_400_000],
    ["lead-to-opportunity / converted", 10, 7_200_000],
    ["lead-to-opportunity / disqualified", 10, 3_600_000],
  ]);
});

describe("the time until a handoff is accepted", () => {
  const handoff = (index: number, more: object = {}) => ({
    handoff_key: `h${index}`,
    contract_key: "sales-to-cs",
    triggered_at: "2026-03-02T18:00:00Z",
    created_at: "2026-03-02T18:00:00Z",
    assigned_at: "2026-03-02T19:00:00Z",
    first_work_at: "2026-03-02T20:00:00Z",
    accepted_at: "2026-03-03T18:00:00Z",
    system_delay_sec: 3600,
    human_delay_sec: 3600,
    is_orphan: 0,
    is_historical: 0,
    is_revoked: 0,
    is_waived: 0,
    ...more,
  });
  const accepted = Array.from({ length: 10 }, (_, index) => handoff(index));
  const kpi = kpiOf("measure: handoff latency\nof: sales-to-cs\nuntil: accepted");

  test("ends when somebody says yes, not when somebody begins", async () => {
    const [value] = await valuesOf(kpi, await open({ fact_handoffs: accepted }));
    expect(value).toMatchObject({ value: 86_400_000 });
  });

  test("is open until then, and nobody waits for what was turned down or revoked", async () => {
    const undecided = handoff(10, { accepted_at: null });
    const rejected = handoff(11, { accepted_at: null, rejected_at: "2026-03-02T21:00:00Z" });
    const revoked = handoff(12, { accepted_at: null, created_at: null, is_revoked: 1 });
    const early = handoff(13, { accepted_at: "2026-03-01T18:00:00Z" });
    const star = await open({ fact_handoffs: [...accepted, undecided, rejected, revoked, early] });
    const [value] = await valuesOf(kpi, star);
    expect(value).toMatchObject({ n: 11, nOpen: 1, excluded: { rejected: 1, revoked: 1 }, value: 86_400_000 });
  });
});

test("what is left out is told in its own window, also while it is not decided", async () => {
  const one = (key: string, day: string, more: object = {}) => ({
    handoff_key: key,
    contract_key: "marketing-to-sales",
    triggered_at: `${day}T18:00:00Z`,
    accept_due_at: "2027-01-01T00:00:00Z",
    occurrence: 1,
    is_pretouched: 0,
    is_orphan: 0,
    is_historical: 0,
    is_revoked: 0,
    is_waived: 0,
    ...more,
  });
  const star = await open({
    dim_contract: [{ contract_key: "marketing-to-sales", contract: "marketing-to-sales" }],
    fact_handoffs: [
      one("a", "2026-03-02", { is_pretouched: 1 }),
      one("b", "2026-10-02", { is_revoked: 1 }),
      one("c", "2026-10-02"),
      one("d", "2026-03-02", { first_touch_at: "2026-03-02T20:00:00Z", first_touch_bus_sec: 7200 }),
    ],
  });
  const formula = (made: string) =>
    kpiOf(
      `from: fact_handoffs\n${made}\ncohort: triggered_at\npending: "!has(first_touch_at)"\nexclude: { touched before: is_pretouched }\ndirection: lower is better\nwindows: [fiscal quarter, 12 months]`,
    );
  for (const made of ["numerator: first_touch_at <= accept_due_at", "median of: first_touch_bus_sec"]) {
    const values = await valuesOf(formula(made), star);
    const excluded = values
      .filter(({ scope }) => scope.type === "company")
      .map((each) => [each.window.text, each.excluded]);
    expect(Object.fromEntries(excluded)).toMatchObject({
      "fiscal quarter": { revoked: 1 },
      "12 months": { revoked: 1, "touched before": 1 },
    });
    expect(values.map(({ nOpen }) => nOpen)).toContain(1);
  }
});
