import type { ReportData } from "../data.ts";
import { columnChart } from "./charts.ts";
import type { Filter } from "./filter.ts";
import { sumOf } from "./filter.ts";
import { countText } from "./format.ts";
import { dataTable, el } from "./html.ts";
import type { Child } from "./html.ts";
import { card, shareOf } from "./tiles.ts";

export const SPRINTS_SHOWN = 12;

/** Two-week sprints: what was promised at the start, what came of it, and what moved meanwhile. */
export function sprintCards(data: ReportData, filter: Filter): Child {
  if (data.sprints.length === 0) return null;
  const sprints = data.sprints.filter(({ ended }) => ended).slice(-SPRINTS_SHOWN);
  const period = data.periods.find(({ name }) => name === filter.period);
  const chosen =
    period === undefined
      ? sprints
      : data.sprints.filter(({ ended, end }) => ended && end >= period.from && end <= period.to);
  const committed = sumOf(chosen, (sprint) => sprint.committed);
  const done = sumOf(chosen, (sprint) => sprint.doneCommitted);
  const added = sumOf(chosen, (sprint) => sprint.added);
  const removed = sumOf(chosen, (sprint) => sprint.removed);
  return [
    el("h2", {}, "Sprints"),
    el(
      "div",
      { class: "cards" },
      card(
        "Promised and done",
        "Committed is what stood in the sprint at its start (24 hours' grace); an item that was taken out is not done. Done counts what was added, too. Sprints have no segment.",
        `${chosen.length} sprints that have ended`,
        columnChart({
          title: "Sprint items committed, done and added",
          labels: chosen.map(({ name, team }) => `${name} ${team}`),
          ticks: chosen.map(({ name }) => name.replace(/^.*-/u, "")),
          series: [
            { name: "committed", values: chosen.map((sprint) => sprint.committed) },
            { name: "done", values: chosen.map((sprint) => sprint.done) },
            { name: "added later", values: chosen.map((sprint) => sprint.added) },
          ],
          text: countText,
        }),
      ),
      card(
        "Predictability",
        "Planning accuracy is committed and done ÷ committed, capacity accuracy all done ÷ committed, churn the larger of added and removed ÷ committed; sums over the sprints, never means of ratios.",
        `${chosen.length} sprints that have ended`,
        dataTable(
          "Sprint predictability",
          [{ title: "Measure" }, { title: "Value", align: "right" }, { title: "Of", align: "right" }],
          [
            ["Planning accuracy", shareOf(done, committed), `${countText(done)} of ${countText(committed)}`],
            [
              "Capacity accuracy",
              shareOf(
                sumOf(chosen, (sprint) => sprint.done),
                committed,
              ),
              `${countText(sumOf(chosen, (sprint) => sprint.done))} of ${countText(committed)}`,
            ],
            [
              "Churn",
              shareOf(Math.max(added, removed), committed),
              `${countText(added)} added, ${countText(removed)} removed`,
            ],
            ["Carried over", countText(sumOf(chosen, (sprint) => sprint.carried)), ""],
          ],
        ),
      ),
    ),
  ];
}
