import { describe, expect, test } from "@jest/globals";
import type { Kpi, ReportData, Value } from "../../src/extracts/report/data.ts";
import { repeatedNames, viewScript } from "../../src/extracts/report/script.ts";
import { lineChart, niceTop } from "../../src/extracts/report/view/charts.ts";
import { NO_FILTER, readingOf } from "../../src/extracts/report/view/filter.ts";
import { durationText, percentText, valueText } from "../../src/extracts/report/view/format.ts";
import { checksCard } from "../../src/extracts/report/view/checks.ts";
import { childHtml, dataTable, el, outLink } from "../../src/extracts/report/view/html.ts";
import { chosenOf, evidenceOf } from "../../src/extracts/report/view/page-evidence.ts";
import { behindText, evidenceHref, tileBody, valueCell } from "../../src/extracts/report/view/tiles.ts";
import { cutCard } from "../../src/extracts/report/view/cut-card.ts";
import { targetsLine } from "../../src/extracts/report/view/glance.ts";
import { VERDICT_MEANINGS, VERDICT_SHAPES, verdictMark } from "../../src/extracts/report/view/verdict.ts";

function value(over: Partial<Value>): Value {
  return {
    scope: "company",
    key: "all",
    window: "fiscal quarter",
    from: "2026-08-01",
    to: "2026-10-31",
    shown: true,
    value: 0.9,
    low: 0.8,
    high: 0.95,
    bound: null,
    p90: null,
    numerator: 90,
    denominator: 100,
    n: 100,
    open: 3,
    excluded: null,
    target: 0.95,
    status: "inconclusive",
    reason: null,
    sentence: "90 % of 100.",
    money: null,
    definition: "error-rate@1",
    restated: null,
    ...over,
  };
}

function kpi(over: Partial<Kpi>): Kpi {
  return {
    id: "compliance",
    title: "Compliance",
    measure: "compliance",
    question: "Do we?",
    formula: "a ÷ b",
    owner: "Dana",
    unit: "ratio",
    direction: "at least",
    targetText: "at least 95 %",
    minN: 30,
    area: "conformance",
    page: "conformance",
    isCompanyTarget: true,
    subject: "process",
    of: ["onboarding", "hiring"],
    by: ["process", "segment"],
    values: [
      value({}),
      value({ window: "12 months", shown: false, value: 0.93 }),
      value({ scope: "process", key: "hiring", value: 0.5 }),
      value({ scope: "segment", key: "SMB", value: 0.7 }),
      value({ window: "month", shown: false, value: 0.1 }),
    ],
    ...over,
  };
}

/** A report with nothing in it but what a test is about. */
function report(over: Partial<ReportData>): ReportData {
  return {
    company: "TechFlow",
    asOf: "2026-11-02T11:00:00.000Z",
    asOfText: "2 Nov 2026, 03:00",
    zone: "America/Los_Angeles",
    currency: "USD",
    gate: null,
    pages: [],
    sources: [],
    processes: [{ id: "hiring", title: "Hiring", team: null, page: "operations", stages: [] }],
    segments: [],
    periods: [],
    kpis: [],
    months: [],
    cases: [],
    cycles: [],
    steps: [],
    handoffs: [],
    contracts: [{ id: "sales-to-cs", title: "Sales → Customer Success", from: "Sales", to: "Customer Success" }],
    attention: { rows: [], total: 0 },
    rules: [],
    verdicts: [],
    deviations: { rows: [], total: 0 },
    work: [],
    sprints: [],
    quality: [],
    evidence: [],
    records: {},
    ...over,
  };
}

const record = (name: string, process: string) => ({
  name,
  text: `${name} in words`,
  url: `https://crm.test/${name}`,
  id: name,
  p: process,
  s: null,
});
const withEvidence = report({
  evidence: [
    { kpi: "compliance", scope: "company", key: "all", window: "fiscal quarter", count: 30, keys: ["one", "two"] },
  ],
  records: { one: record("one", "hiring"), two: record("two", "onboarding") },
});

describe("a tile's value", () => {
  test("is the one its file shows, or the one of the chosen period", () => {
    expect(readingOf(kpi({}), NO_FILTER).value?.value).toBe(0.9);
    expect(readingOf(kpi({}), { ...NO_FILTER, period: "12 months" }).value?.value).toBe(0.93);
  });

  test("is the computed one of a process or a segment", () => {
    expect(readingOf(kpi({}), { ...NO_FILTER, process: "hiring" }).value?.value).toBe(0.5);
    expect(readingOf(kpi({}), { ...NO_FILTER, segment: "SMB" }).value?.value).toBe(0.7);
  });

  test.each([
    [{ process: "hiring", segment: "SMB", period: null }, "Not computed by process and segment together."],
    [{ process: "incident", segment: null, period: null }, "Does not cover this process."],
    [{ process: null, segment: "Enterprise", period: null }, "Not computed by segment."],
    [{ process: null, segment: null, period: "6 months" }, "Not computed over 6 months."],
  ])("that nobody computed is not made up: %j", (filter, why) => {
    expect(readingOf(kpi({}), filter)).toEqual({ value: null, why });
  });
});

describe("what is behind a figure", () => {
  const markupOf = (kpiValue: Value): string => childHtml(tileBody(withEvidence, kpi({}), kpiValue));

  test("is one step away from the figure itself", () => {
    expect(markupOf(value({}))).toContain(
      '<a class="big" href="#evidence/compliance" title="30 records count against it">',
    );
    expect(markupOf(value({ scope: "process", key: "hiring" }))).toContain(
      'href="#evidence/compliance/process/hiring"',
    );
  });

  test("is not offered where no record is named", () => {
    expect(childHtml(tileBody(report({}), kpi({}), value({})))).not.toContain("#evidence");
    expect(behindText(withEvidence, kpi({ id: "other" }), value({}))).toBeNull();
  });

  test("is named in an address that holds whatever a scope is called", () => {
    const cut = { scope: "stage", key: "hiring / On hold?" };
    const [, ...path] = evidenceHref({ id: "time" }, cut).slice(1).split("/");
    expect(chosenOf(path)).toEqual({ kpi: "time", ...cut });
    expect(chosenOf([])).toBeNull();
  });

  test("is for a process what the company's list has of it", () => {
    const chosen = { kpi: "compliance", scope: "process", key: "hiring" };
    const { markup } = evidenceOf(withEvidence, kpi({}), NO_FILTER, chosen);
    expect(markup).toContain('href="https://crm.test/one"');
    expect(markup).not.toContain("https://crm.test/two");
    expect(markup).toContain("Of the 2 listed for the whole company, where 30 count against it.");
  });

  test("stands beside the KPI's values by its cuts, each of which leads to its own records", () => {
    const { markup } = evidenceOf(withEvidence, kpi({}), NO_FILTER, { kpi: "compliance", scope: null, key: null });
    expect(markup).toContain("Its values by process, segment");
    expect(markup).toContain('href="#evidence/compliance/process/hiring"');
    expect(markup).toContain("70 %");
    const closed = evidenceOf(withEvidence, kpi({}), NO_FILTER, null).markup;
    expect(closed).toContain('<a href="#evidence/compliance">Its values by process, segment</a>');
  });

  test("is listed whole for the company, and says how many more there are", () => {
    const { markup } = evidenceOf(withEvidence, kpi({}), NO_FILTER, null);
    expect(markup).toContain("https://crm.test/two");
    expect(markup).toContain("2 of 30 shown.");
  });
});

describe("a KPI", () => {
  test("without a value for all together is told by its cut, under the names people use", () => {
    const latency = kpi({
      unit: "business seconds, a day of 28800",
      values: [value({ scope: "contract", key: "sales-to-cs", value: 7200, p90: 90_000, status: "no target" })],
    });
    const { markup } = cutCard(report({}), latency, NO_FILTER);
    expect(markup).toContain("Sales → Customer Success");
    expect(markup).toContain("Median by handoff in business time");
    expect(markup).toContain("2 hours · p90 3.1 days · of 100");
    expect(markup).toContain("How is this computed?");
  });

  test("that is a bare count has no scale to lie on", () => {
    const counted = value({ value: 27, low: null, high: null, target: null, status: "no target" });
    expect(childHtml(tileBody(report({}), kpi({ unit: "number" }), counted))).not.toContain("bullet");
  });

  test("that was published as another says so", () => {
    const restated = value({ restated: { from: 0.951, on: "2026-11-02", because: "3 cases were waived" } });
    expect(childHtml(tileBody(report({}), kpi({}), restated))).toContain(
      "Restated on 2 Nov 2026: 95.1 % before; 3 cases were waived",
    );
  });

  test("that was not computed for a process leaves its cell empty", () => {
    expect(valueCell(report({}), kpi({}), null)).toBe("");
  });

  test("of the company's targets is counted by its verdict at a glance", () => {
    const kpis = [kpi({}), kpi({ id: "b", values: [value({ status: "not met" })] })];
    expect(childHtml(targetsLine(report({ kpis }), NO_FILTER))).toContain(
      "2 company targets: 1 inconclusive, 1 not met.",
    );
  });

  test("that is counted as it stands is shown whatever the period", () => {
    const open = kpi({ values: [value({ window: "as of", value: 11 })] });
    expect(readingOf(open, { ...NO_FILTER, period: "12 months" }).value?.value).toBe(11);
  });
});

describe("checks of the data", () => {
  const check = (over: object) => ({
    system: "asana",
    entity: "hiring",
    metric: "freshness",
    value: 3600,
    unit: "seconds",
    allowed: "at most",
    threshold: 86_400,
    ok: true,
    day: "2026-11-02",
    ...over,
  });

  test("are told by kind, with how many hold and between what they lie", () => {
    const { markup } = checksCard(report({ quality: [check({}), check({ entity: "tasks", value: 10_800 })] }));
    expect(markup).toContain("No check fails.");
    expect(markup).toContain("2 of 2 hold");
    expect(markup).toContain("60 min to 3 hours");
    expect(markup).toContain("at most 24 hours");
    expect(markup).toContain("All 2 checks");
  });

  test("that fail stand first, under the name people use", () => {
    const late = check({ value: 200_000, ok: false });
    const { markup } = checksCard(report({ quality: [check({ entity: "tasks" }), late] }));
    expect(markup).toContain("1 check fails.");
    expect(markup.indexOf("Hiring")).toBeLessThan(markup.indexOf("1 of 2 hold"));
    expect(markup).toContain("</svg>not met</span>");
  });
});

describe("what gets into the page", () => {
  test("is text, whatever it looks like", () => {
    const made = el("p", { title: `"><script>'` }, "<b>&amp;", ["'\""]);
    expect(made.markup).toBe('<p title="&quot;&gt;&lt;script&gt;&#39;">&lt;b&gt;&amp;amp;&#39;&quot;</p>');
  });

  test("is a link only to an address of the web", () => {
    expect(childHtml(outLink("javascript:alert(1)", "x"))).toBe("x");
    expect(childHtml(outLink('https://example.test/?a=1&b="2', "x"))).toContain(
      'href="https://example.test/?a=1&amp;b=&quot;2"',
    );
  });

  test("is numbers that can be read without the picture", () => {
    const { markup } = lineChart({
      title: "Compliance by month",
      labels: ["Sep", "Oct"],
      ticks: ["Sep", "Oct"],
      series: [{ name: "Compliance", values: [0.9, null] }],
      text: percentText,
    });
    expect(markup).toContain('role="img"');
    expect(markup).toContain('<td class="num" data-title="Compliance">90 %</td>');
    expect(markup).toContain(">–</td>");
  });

  test("is tables whose headings belong to rows and columns", () => {
    const { markup } = dataTable("Teams", [{ title: "Team" }, { title: "n", align: "right" }], [["Sales", "3"]]);
    expect(markup).toContain("<caption");
    expect(markup).toContain('<th scope="col">Team</th>');
    expect(markup).toContain('<th scope="row">Sales</th>');
  });

  test("is a verdict with a word and a shape of its own", () => {
    const statuses = Object.keys(VERDICT_MEANINGS);
    expect(new Set(statuses.map((status) => VERDICT_SHAPES[status]?.path)).size).toBe(statuses.length);
    for (const status of statuses) expect(verdictMark(status).markup).toContain(`</svg>${status}</span>`);
  });
});

test("the axis ends at a round number that holds the highest count, and so does its half", () => {
  expect([0, 1, 3, 7, 23, 41, 115, 230].map(niceTop)).toEqual([2, 2, 4, 8, 30, 50, 120, 300]);
});

test("durations are told in the largest unit that keeps them readable", () => {
  expect([900, 7200, 86_400, 2_401_920].map(durationText)).toEqual(["15 min", "2 hours", "24 hours", "27.8 days"]);
});

test.each([
  [0.965, "ratio", "96.5 %"],
  [0.965, "share", "96.5 %"],
  [259_200, "seconds", "3 days"],
  [132_120, "business seconds, a day of 28800", "4.6 business days"],
  [9_000, "business seconds, a day of 28800", "2.5 business hours"],
  [600, "business seconds, a day of 28800", "10 business min"],
  [1204, "number", "1,204"],
  [0.854, "number", "0.85"],
  [110_900, "money USD", "110,900 USD"],
  [-1_230_000, "money EUR", "-1.23 M EUR"],
  [null, "ratio", "–"],
])("%j of %s is told as %s", (amount, unit, told) => {
  expect(valueText(amount, unit)).toBe(told);
});

test("the page's script takes along everything once and imports nothing", () => {
  expect(repeatedNames()).toEqual([]);
  expect(viewScript()).not.toMatch(/^\s*(?:import|export)\s/mu);
  expect(viewScript().toLowerCase()).not.toContain("</script");
});
