import { describe, expect, test } from "@jest/globals";
import type { Kpi, Value } from "../../src/extracts/report/data.ts";
import { repeatedNames, viewScript } from "../../src/extracts/report/script.ts";
import { lineChart, niceTop } from "../../src/extracts/report/view/charts.ts";
import { NO_FILTER, readingOf } from "../../src/extracts/report/view/filter.ts";
import { durationText, percentText } from "../../src/extracts/report/view/format.ts";
import { childHtml, dataTable, el, outLink } from "../../src/extracts/report/view/html.ts";
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

test("the page's script takes along everything once and imports nothing", () => {
  expect(repeatedNames()).toEqual([]);
  expect(viewScript()).not.toMatch(/^\s*(?:import|export)\s/mu);
  expect(viewScript().toLowerCase()).not.toContain("</script");
});
