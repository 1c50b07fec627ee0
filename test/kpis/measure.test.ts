import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { DAY } from "../../src/model/index.ts";
import {
  createCaseBuilder,
  measure,
  memoryBaselines,
  openStar,
  STAR_TABLE_NAMES,
  foreignKeys,
  starTable,
} from "../../src/kpis/index.ts";
import type { Case, KpiResult, Measurement, Star } from "../../src/kpis/index.ts";
import { kaplanMeierQuantile } from "../../src/kpis/statistics/kaplan-meier.ts";
import { quantile } from "../../src/kpis/statistics/quantile.ts";
import { context } from "./support/build.ts";
import { AS_OF, configured, makeCompany, optionsOf } from "./support/company.ts";

jest.setTimeout(60_000);

// The reference computation: plain loops over cases, no SQL and no star schema.
const company = makeCompany(0.3);
const options = optionsOf(company);
const cases: Case[] = [];
for (const process of configured().processes) {
  const build = createCaseBuilder(
    [process],
    context({
      asOf: AS_OF,
      calendarOf: options.calendarOf,
      actorOf: options.actorOf,
      handoffsTo: (_, target) => company.handoffs.filter((handoff) => handoff.targetKey === target),
    }),
  );
  for (const subject of company.objects.get(process.caseType) ?? []) {
    const made = build(subject);
    if (made !== null) cases.push(made);
  }
}

let star: Star;
let measured: Measurement;
const baselines = memoryBaselines();

beforeAll(async () => {
  star = await openStar({ zone: "America/Los_Angeles" });
  measured = await measure({ ...options, baselines }, star);
}, 60_000);
afterAll(() => star.close());

function shown(kpi: string, key = "all"): KpiResult {
  const result = measured.results.find(
    (candidate) => candidate.kpi === kpi && candidate.scope.key === key && candidate.shown,
  );
  if (result === undefined) throw new Error(`no ${kpi} of ${key}`);
  return result;
}
const within = ({ window }: KpiResult, at: number | null): boolean =>
  at !== null && at >= window.from && at < window.to;
const count = <T>(items: readonly T[], of: (item: T) => boolean): number => items.filter(of).length;

describe("a measurement agrees with the plain computation on", () => {
  test("compliance", () => {
    const result = shown("process-compliance");
    const ended = cases.filter(
      (made) => made.status === "completed" && made.process.rules.length > 0 && within(result, made.completedAt),
    );
    expect([result.n, result.numerator]).toEqual([
      ended.length,
      count(ended, (made) => made.verdicts.every((verdict) => verdict.state !== "violated")),
    ]);
    expect(result.n).toBeGreaterThan(70);
  });

  test("automation coverage and the bound without the unknown", () => {
    const result = shown("automation-coverage");
    const steps = cases
      .filter((made) => made.status === "completed" && within(result, made.completedAt))
      .flatMap((made) => made.steps.filter((step) => step.routine));
    expect([result.n, result.numerator]).toEqual([
      steps.length,
      count(steps, (step) => step.automation === "automated"),
    ]);
    expect(result.bound).toBe(
      count(steps, (step) => step.automation === "automated") / count(steps, (step) => step.automation !== "unknown"),
    );
  });

  test("the error rate, whose executions count when they happened", () => {
    const result = shown("error-rate");
    const steps = cases.flatMap((made) => made.steps).filter((step) => step.critical && within(result, step.at));
    expect([result.n, result.numerator]).toEqual([steps.length, count(steps, (step) => step.isError)]);
    expect(result.numerator).toBeGreaterThan(0);
  });

  test("cycle times, their median, p90 and the median with the open ones", () => {
    const result = shown("cycle-time", "lead-to-opportunity");
    const leads = cases.filter((made) => made.process.name === "lead-to-opportunity");
    const times = leads
      .filter((made) => made.status === "completed" && within(result, made.completedAt))
      .map((made) => Math.round((made.cycleMs ?? 0) / 1000) * 1000);
    expect(result.n).toBe(times.length);
    expect(result.value).toBe(Math.round(quantile(times, 0.5) ?? 0));
    expect(result.p90).toBe(Math.round(quantile(times, 0.9) ?? 0));
    expect(result.nOpen).toBe(count(leads, (made) => made.status === "open"));
    const started = leads.filter((made) => within(result, made.startedAt));
    const survival = started.map((made) => ({
      duration: (made.completedAt ?? AS_OF) - made.startedAt,
      ended: made.completedAt !== null,
    }));
    expect(result.bound).toBe(kaplanMeierQuantile(survival));
  });

  test("onboarding on time, where a win without onboarding is a miss", () => {
    const result = shown("onboarding-on-time");
    const since = Date.parse("2025-11-01T07:00:00Z");
    const due = company.handoffs.filter(
      (handoff) => (handoff.triggeredAt ?? 0) >= since && within(result, (handoff.triggeredAt ?? 0) + 30 * DAY),
    );
    const good = count(due, (handoff) => {
      const made = cases.find((candidate) => candidate.caseId === handoff.targetKey);
      return made?.status === "completed" && made.cycleDays !== null && made.cycleDays <= 30;
    });
    expect([result.n, result.numerator]).toEqual([due.length, good]);
    expect(count(due, (handoff) => handoff.targetKey === null)).toBeGreaterThan(0);
  });

  test("handoff attainment with the money of those that reached nobody", () => {
    const result = shown("handoff-attainment", "sales-to-cs");
    const due = company.handoffs.filter(
      (handoff) => !handoff.historical && handoff.timeliness !== "pending" && within(result, handoff.dueAt),
    );
    expect([result.n, result.numerator]).toEqual([
      due.length,
      count(due, (handoff) => handoff.timeliness === "on_time"),
    ]);
    const waiting = due.filter((handoff) => handoff.targetKey === null);
    expect(result.moneyAtStake).toBe(waiting.reduce((sum, handoff) => sum + (handoff.money?.corporate ?? 0), 0));
  });

  test("conversion of leads that had the time to convert", () => {
    const result = shown("mql-to-sql");
    const leads = cases.filter((made) => made.process.name === "lead-to-opportunity");
    const reached = leads.flatMap((made) => {
      const entered = (stage: string) => made.visits.find((visit) => visit.stage === stage)?.enteredAt ?? null;
      const mql = entered("MQL");
      return mql !== null && within(result, mql) && mql + 30 * DAY <= AS_OF ? [{ mql, sql: entered("SQL") }] : [];
    });
    expect([result.n, result.numerator]).toEqual([
      reached.length,
      count(reached, ({ mql, sql }) => sql !== null && sql <= mql + 30 * DAY),
    ]);
  });
});

describe("a measurement", () => {
  test("finds the improvement that the company made and says so in one sentence", () => {
    const result = shown("cycle-time-reduction", "lead-to-opportunity");
    expect(result.value).toBeGreaterThan(0.2);
    expect(result.value).toBeLessThan(0.6);
    expect(result.interval?.low).toBeLessThan(result.value ?? 0);
    expect(result.sentence).toMatch(/^Lead to opportunity: \d+–\d+ % faster than the frozen baseline/u);
  });

  test("reuses the frozen baseline, whatever is learned later", async () => {
    const [kpi] = options.kpis.filter((candidate) => candidate.measure === "cycle time reduction");
    if (kpi === undefined) throw new Error("no reduction");
    const before = await baselines.load(`${kpi.key}/lead-to-opportunity`);
    const again = await openStar({ zone: "America/Los_Angeles" });
    const other = optionsOf(makeCompany(0.3, 99), { baselines, kpis: [kpi] });
    const later = await measure(other, again);
    again.close();
    expect(await baselines.load(`${kpi.key}/lead-to-opportunity`)).toBe(before);
    const result = later.results.find((candidate) => candidate.scope.key === "lead-to-opportunity" && candidate.shown);
    expect(result?.denominator).toBe(shown("cycle-time-reduction", "lead-to-opportunity").denominator);
  });

  test("says insufficient, never 0 or 100 %, where nothing was counted", () => {
    expect(shown("qbr-held")).toMatchObject({ value: null, verdict: "insufficient", n: 0 });
  });

  test("shows the shortest window that has the minimum, for every scope exactly one", () => {
    const scopes = new Map<string, number>();
    for (const result of measured.results) {
      const key = `${result.kpi}/${result.scope.type}/${result.scope.key}`;
      scopes.set(key, (scopes.get(key) ?? 0) + (result.shown ? 1 : 0));
    }
    expect(scopes.size).toBeGreaterThan(100);
    expect([...scopes].filter(([, times]) => times !== 1)).toEqual([]);
  });

  test("keeps unique keys, and every key of a dimension leads to a row of it", async () => {
    for (const table of STAR_TABLE_NAMES) {
      const key = starTable(table).key.join(", ");
      expect([table, await star.query(`SELECT ${key} FROM ${table} GROUP BY ALL HAVING count(*) > 1`)]).toEqual([
        table,
        [],
      ]);
      for (const foreign of foreignKeys(table)) {
        const lost = await star.query(
          `SELECT DISTINCT f."${foreign.column}" AS lost FROM ${table} f ANTI JOIN ${foreign.table} d ON d."${foreign.key}" = f."${foreign.column}" WHERE f."${foreign.column}" IS NOT NULL`,
        );
        expect([table, foreign.column, lost]).toEqual([table, foreign.column, []]);
      }
    }
  });

  test("lists beside each shown value what counts against it, each line with its record", async () => {
    const named = measured.results.filter(({ shown: isShown, evidence }) => isShown && evidence.keys.length > 0);
    const lines = await star.query(
      "SELECT e.*, s.is_shown FROM fact_kpi_evidence e JOIN fact_kpi_snapshot s USING (snapshot_key) ORDER BY e.snapshot_key, e.place",
    );
    expect(named.length).toBeGreaterThan(5);
    expect(lines).toHaveLength(named.reduce((sum, { evidence }) => sum + evidence.keys.length, 0));
    for (const line of lines) {
      expect(line).toMatchObject({ is_shown: 1, record_kind: expect.stringMatching(/^(?:case|handoff)$/u) });
      expect(Number(line["of_n"])).toBeGreaterThanOrEqual(Number(line["place"]));
    }
    const cutOff = named.filter(({ evidence: { keys, count } }) => keys.length !== Math.min(count, 200));
    expect(cutOff.map(({ kpi }) => kpi)).toEqual([]);
    const [first] = named;
    const mine = lines.filter(({ kpi_key: kpi, scope_key: scope }) => kpi === first?.kpi && scope === first?.scope.key);
    expect(mine.map((line) => line["record_key"])).toEqual(first?.evidence.keys);
  });

  test("counts work in progress so that it ends with what is open", async () => {
    const [row] = await star.query(
      "SELECT (SELECT sum(wip_end) FROM fact_wip_daily WHERE date_key = 20261102) AS wip, (SELECT count(*) FROM fact_stage_events WHERE is_open = 1) AS open",
    );
    expect(row?.["wip"]).toBe(row?.["open"]);
  });

  test("names no person: actors are pseudonyms, leads are shown by their id", async () => {
    const actors = await star.query("SELECT DISTINCT actor_key FROM fact_step_executions WHERE actor_key IS NOT NULL");
    expect(actors.length).toBeGreaterThan(0);
    expect(actors.every((row) => /^actor-[0-9a-f]{10}$/u.test(String(row["actor_key"])))).toBe(true);
  });

  test("does not change an unchanged case as time passes", async () => {
    const rows = (from: Star) => from.query("SELECT * FROM fact_case WHERE status = 'completed' ORDER BY case_key");
    const later = await openStar({ zone: "America/Los_Angeles" });
    await measure({ ...options, asOf: AS_OF + DAY, kpis: [], baselines: memoryBaselines() }, later);
    const after = new Map((await rows(later)).map((row) => [row["case_key"], row]));
    const before = await rows(star);
    later.close();
    expect(before.map((row) => after.get(row["case_key"] ?? ""))).toEqual(before);
  });
});
