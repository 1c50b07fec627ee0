import type { ReportData, VerdictCount } from "../data.ts";
import { LISTED } from "./attention.ts";
import { barTable } from "./bars.ts";
import { columnChart } from "./charts.ts";
import { kpiBlocks } from "./cut-card.ts";
import { fits, inPeriod, monthsOf, sumOf } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, dayText, monthText, percentText, plural, valueText } from "./format.ts";
import { dataTable, el, outLink } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { chartNote, trendCard } from "./page-overview.ts";
import { card, kpiTile, shareOf } from "./tiles.ts";

/** What is counted by step, told beside the charts of steps. */
export const STEP_MEASURES = ["automation coverage", "error rate"];

export function conformancePage(data: ReportData, filter: Filter): Child {
  const rows = data.verdicts.filter((row) => fits(row, filter) && inPeriod(data, filter, row.m));
  const kpis = data.kpis.filter(({ page, measure }) => page === "conformance" || measure === "compliance");
  const steps = data.kpis.filter(({ measure }) => STEP_MEASURES.includes(measure));
  return [
    el("h2", {}, "Compliance"),
    kpiBlocks(data, [...kpis, ...steps], filter, (kpi) => kpiTile(data, kpi, filter)),
    el("h2", {}, "Rules"),
    ruleCard(data, rows),
    el(
      "div",
      { class: "cards" },
      categoryCard(data, filter, rows),
      monthCard(data, filter),
      automationCard(data, filter),
      errorCard(data, filter),
      kpis.flatMap((kpi) => trendCard(kpi) ?? []),
    ),
    el("h2", {}, "Deviations"),
    deviationList(data, filter),
  ];
}

export function ruleCard(data: ReportData, rows: readonly VerdictCount[]): Markup {
  const titles = new Map(data.processes.map(({ id, title }) => [id, title]));
  const listed = data.rules
    .map((rule) => ({ rule, mine: rows.filter((row) => row.rule === rule.key) }))
    .filter(({ mine }) => mine.length > 0)
    .map(({ rule, mine }) => ({
      rule,
      judged: sumOf(mine, (row) => row.judged),
      pending: sumOf(mine, (row) => row.pending),
      violations: sumOf(mine, (row) => row.violations),
      waived: sumOf(mine, (row) => row.waived),
    }))
    .sort((a, b) => b.violations - a.violations || (a.rule.key < b.rule.key ? -1 : 1));
  return card(
    "Rule by rule",
    "One case judged by one rule of the procedure in force at its start, in the month the violation became final or the case ended. Pending cases can still do either; waived violations count as violations here. The medians are of the time that completed cases took, whenever that was, if there are ten.",
    null,
    listed.length === 0
      ? el("p", { class: "nothing" }, "Nothing was judged in this period.")
      : dataTable(
          "Verdicts by rule",
          [
            { title: "Rule" },
            { title: "Process" },
            { title: "Judged", align: "right" },
            { title: "Violated", align: "right" },
            { title: "Waived", align: "right" },
            { title: "Pending", align: "right" },
            { title: "Kept", align: "right" },
            { title: "Median when broken", align: "right" },
            { title: "Median when kept", align: "right" },
          ],
          listed.map(({ rule, judged, pending, violations, waived }) => [
            [rule.text, el("br", {}), el("span", { class: "soft" }, rule.key.replace(/^.*\//u, ""))],
            titles.get(rule.p) ?? rule.p,
            countText(judged - pending),
            violations === 0 ? "0" : el("span", { class: "hot" }, countText(violations)),
            countText(waived),
            countText(pending),
            shareOf(judged - pending - violations, judged - pending),
            valueText(rule.broken, "seconds"),
            valueText(rule.kept, "seconds"),
          ]),
        ),
    true,
  );
}

export function categoryCard(data: ReportData, filter: Filter, rows: readonly VerdictCount[]): Markup {
  const groups = Map.groupBy(
    rows.filter(({ violations }) => violations > 0),
    ({ category }) => category ?? "other",
  );
  const bars = [...groups]
    .map(([label, mine]) => ({ label, value: sumOf(mine, ({ violations }) => violations) }))
    .sort((a, b) => b.value - a.value)
    .map((bar) => ({ ...bar, text: countText(bar.value) }));
  return card(
    "What goes wrong",
    "Violations by kind of deviation.",
    chartNote(data, filter),
    barTable("Violations by kind", bars, ["Kind", "Violations"]),
  );
}

export function monthCard(data: ReportData, filter: Filter): Markup {
  const months = monthsOf(data, filter);
  const rows = data.cases.filter((row) => fits(row, filter));
  const of = (month: string, pick: (row: ReportData["cases"][number]) => number): number =>
    sumOf(
      rows.filter(({ m }) => m === month),
      pick,
    );
  return card(
    "Completed cases by month",
    "Cases by the month of their completion, and whether they broke any rule (waivers count as broken).",
    chartNote(data, filter),
    columnChart({
      title: "Completed cases, conforming and violating",
      labels: months,
      ticks: months.map(monthText),
      series: [
        { name: "conforming", values: months.map((month) => of(month, ({ conforming }) => conforming)) },
        {
          name: "violating",
          tone: 2,
          values: months.map((month) => of(month, ({ completed, conforming }) => completed - conforming)),
        },
      ],
      text: countText,
      stacked: true,
    }),
  );
}

export function automationCard(data: ReportData, filter: Filter): Markup {
  const months = monthsOf(data, filter);
  const rows = data.steps.filter((row) => row.routine > 0 && fits(row, filter) && months.includes(row.m));
  const bars = [...Map.groupBy(rows, ({ p, step }) => `${p} ${step}`).values()]
    .map((mine) => {
      const routine = sumOf(mine, (row) => row.routine);
      const automated = sumOf(mine, (row) => row.automated);
      const assisted = sumOf(mine, (row) => row.assisted);
      const unknown = sumOf(mine, (row) => row.unknown);
      return {
        label: mine[0]?.step ?? "",
        value: routine,
        parts: [automated, assisted, routine - automated - assisted - unknown, unknown],
        text: `${percentText(routine === 0 ? 0 : automated / routine)} of ${countText(routine)}`,
      };
    })
    .sort((a, b) => b.value - a.value);
  return card(
    "Who does the routine steps",
    "Executions of steps that the procedures call routine, by the month they were done. Automated is known by a rule's run or a service account; assisted and unknown never count as automated.",
    chartNote(data, filter),
    barTable(
      "Executions of routine steps",
      bars,
      ["Step", "Automated"],
      ["automated", "assisted", "by hand", "unknown"],
    ),
  );
}

export function errorCard(data: ReportData, filter: Filter): Markup {
  const months = monthsOf(data, filter);
  const rows = data.steps.filter((row) => row.critical > 0 && fits(row, filter) && months.includes(row.m));
  const lines = [...Map.groupBy(rows, ({ p, step }) => `${p} ${step}`).values()]
    .map((mine) => ({
      step: mine[0]?.step ?? "",
      critical: sumOf(mine, (row) => row.critical),
      errors: sumOf(mine, (row) => row.errors),
    }))
    .sort((a, b) => b.errors - a.errors || b.critical - a.critical);
  return card(
    "Critical steps done again",
    "Executions of critical steps by the month they were done, and how many of them had to be reopened. Errors surface late: the last 30 days are preliminary.",
    chartNote(data, filter),
    lines.length === 0
      ? el("p", { class: "nothing" }, "No critical step was done in this period.")
      : dataTable(
          "Errors by critical step",
          [
            { title: "Step" },
            { title: "Done", align: "right" },
            { title: "Reopened", align: "right" },
            { title: "Share", align: "right" },
          ],
          lines.map(({ step, critical, errors }) => [
            step,
            countText(critical),
            errors === 0 ? "0" : el("span", { class: "hot" }, countText(errors)),
            shareOf(errors, critical),
          ]),
        ),
  );
}

export function deviationList(data: ReportData, filter: Filter): Markup {
  const rows = data.deviations.rows.filter((row) => fits(row, filter) && inPeriod(data, filter, row.m));
  return card(
    "Latest deviations",
    "Each violation in a sentence, with a link to the case's record. The extract Conformance has all of them.",
    `${plural(rows.length, "deviation", "deviations")} among the latest ${countText(data.deviations.rows.length)} of ${countText(data.deviations.total)}`,
    rows.length === 0
      ? el("p", { class: "nothing" }, "None among the latest.")
      : [
          deviationTable(data, rows.slice(0, LISTED)),
          rows.length <= LISTED
            ? null
            : el(
                "details",
                {},
                el("summary", {}, `${countText(rows.length - LISTED)} more`),
                deviationTable(data, rows.slice(LISTED)),
              ),
        ],
    true,
  );
}

export function deviationTable(data: ReportData, rows: ReportData["deviations"]["rows"]): Markup {
  const rules = new Map(data.rules.map((rule) => [rule.key, rule]));
  return dataTable(
    "Latest deviations",
    [{ title: "Case" }, { title: "Day" }, { title: "Kind" }, { title: "What happened" }, { title: "Rule" }],
    rows.map((row) => [
      outLink(row.url, row.caseName ?? "case"),
      el("span", { class: "nowrap" }, row.day === null ? "–" : dayText(row.day)),
      [row.category ?? "", row.waived ? " (waived)" : null],
      row.message ?? "",
      rules.get(row.rule)?.text ?? row.rule,
    ]),
    "list",
  );
}
