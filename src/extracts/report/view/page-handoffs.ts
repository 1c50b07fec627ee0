import type { HandoffCount, ReportData } from "../data.ts";
import { attentionList } from "./attention.ts";
import { barTable } from "./bars.ts";
import { AGE_BUCKETS } from "./buckets.ts";
import { columnChart } from "./charts.ts";
import { kpiBlocks } from "./cut-card.ts";
import { inPeriod, monthsOf, sumOf } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, moneyText, monthText } from "./format.ts";
import { dataTable, el } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { card, kpiTile } from "./tiles.ts";

export const BOARD_STATES = ["fine", "waiting", "late or missing", "needs your decision"];

/** Handoffs under the filter; those of the current month belong to "as defined", since somebody may still act on them. */
export function handoffRows(data: ReportData, filter: Filter): readonly HandoffCount[] {
  return data.handoffs.filter(
    (row) => inPeriod(data, filter, row.m) && (filter.segment === null || row.s === filter.segment),
  );
}

export function handoffsPage(data: ReportData, filter: Filter): Child {
  const rows = handoffRows(data, filter);
  const kpis = data.kpis.filter(({ page }) => page === "handoffs");
  const processNote =
    filter.process === null
      ? null
      : el(
          "p",
          { class: "note" },
          "Handoffs lie between processes: the process chosen above does not narrow this page.",
        );
  return [
    processNote,
    el("h2", {}, "Where the handoffs stand"),
    boardCard(data, rows),
    el("div", { class: "cards" }, ageingCard(data, rows), owesCard(data, rows)),
    el("h2", {}, "KPIs"),
    kpiBlocks(data, kpis, { ...filter, process: null }, (kpi) => kpiTile(data, kpi, { ...filter, process: null })),
    el("h2", {}, "Over time"),
    el("div", { class: "cards" }, monthsCard(data, filter, rows)),
    el("h2", {}, "What needs somebody"),
    attentionList(data, filter),
  ];
}

export function boardCard(data: ReportData, rows: readonly HandoffCount[]): Markup {
  const of = (contract: string, state: string): readonly HandoffCount[] =>
    rows.filter(({ c, state: its }) => c === contract && its === state);
  return card(
    "Board",
    "Handoffs triggered in the period by contract and state, with the money of those that are late, missing or to be decided. Waived, revoked and historical ones are ignored and left out.",
    null,
    dataTable(
      "Handoffs by contract and state",
      [
        { title: "Contract" },
        ...BOARD_STATES.map((title) => ({ title, align: "right" as const })),
        { title: "At stake", align: "right" },
      ],
      data.contracts.map(({ id, title }) => {
        const stake = sumOf([...of(id, "late or missing"), ...of(id, "needs your decision")], ({ money }) => money);
        return [
          title,
          ...BOARD_STATES.map((state) => {
            const n = sumOf(of(id, state), (row) => row.n);
            return n === 0
              ? el("span", { class: "soft" }, "0")
              : el("span", { class: state === "fine" || state === "waiting" ? "" : "hot" }, countText(n));
          }),
          stake === 0 ? "–" : moneyText(stake, data.currency),
        ];
      }),
    ),
    true,
  );
}

export function ageingCard(data: ReportData, rows: readonly HandoffCount[]): Markup {
  const open = rows.filter(({ age, state }) => age !== null && state !== "fine" && state !== "ignored");
  return card(
    "Ageing",
    "Handoffs that nobody has accepted or rejected and that are not fine, by the time since their trigger (since the target's creation for a target without a source) at the as-of.",
    `${countText(sumOf(open, ({ n }) => n))} without an answer`,
    barTable(
      "Handoffs without an answer by age",
      AGE_BUCKETS.map(({ label }, index) => {
        const mine = open.filter(({ age }) => age === index);
        const n = sumOf(mine, (row) => row.n);
        const money = sumOf(mine, (row) => row.money);
        return {
          label,
          value: n,
          text: money === 0 ? countText(n) : `${countText(n)} · ${moneyText(money, data.currency)}`,
        };
      }),
      ["Age", "Handoffs"],
    ),
  );
}

/** The receiving team owes the giving one an answer until it has accepted or rejected. */
export function owesCard(data: ReportData, rows: readonly HandoffCount[]): Markup {
  const owed = data.contracts.map((contract) => {
    const mine = rows.filter(
      ({ c, age, state, label }) => c === contract.id && age !== null && state !== "ignored" && label !== "orphan",
    );
    const overdue = mine.filter(({ state }) => state === "late or missing");
    return {
      ...contract,
      n: sumOf(mine, ({ n }) => n),
      overdue: sumOf(overdue, ({ n }) => n),
      money: sumOf(mine, ({ money }) => money),
    };
  });
  return card(
    "Who owes whom an answer",
    "For each contract the receiving team owes the giving team an answer from the trigger until the handoff is accepted or rejected; overdue is what is late or missing. Targets without a source are owed to nobody.",
    null,
    dataTable(
      "Answers owed between teams",
      [
        { title: "Who" },
        { title: "Owes" },
        { title: "Answers", align: "right" },
        { title: "Overdue", align: "right" },
        { title: "Money", align: "right" },
      ],
      owed.map(({ from, to, n, overdue, money }) => [
        to,
        from,
        countText(n),
        overdue === 0 ? "0" : el("span", { class: "hot" }, countText(overdue)),
        money === 0 ? "–" : moneyText(money, data.currency),
      ]),
    ),
  );
}

export function monthsCard(data: ReportData, filter: Filter, rows: readonly HandoffCount[]): Markup {
  const months = monthsOf(data, filter);
  const of = (states: readonly string[]) =>
    months.map((month) =>
      sumOf(
        rows.filter(({ m, state }) => m === month && states.includes(state)),
        ({ n }) => n,
      ),
    );
  return card(
    "By month of the trigger",
    "Handoffs by the month of their trigger and how they stand at the as-of.",
    filter.segment ?? "All segments",
    columnChart({
      title: "Handoffs by month and state",
      labels: months,
      ticks: months.map(monthText),
      series: BOARD_STATES.map((name) => ({ name, values: of([name]) })),
      text: countText,
      stacked: true,
    }),
  );
}
