import type { Quality, ReportData } from "../data.ts";
import { plural, valueText } from "./format.ts";
import { dataTable, el } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { card } from "./tiles.ts";
import { verdictMark } from "./verdict.ts";

/** What fails first, then each kind of check with how many of it hold; every single one stands folded below. */
export function checksCard(data: ReportData): Markup {
  const failing = data.quality.filter(({ threshold, ok }) => threshold !== null && !ok);
  const kinds = [...Map.groupBy(data.quality, ({ metric }) => metric)];
  return card(
    "Checks",
    "What is known of the data's own quality at the as-of, of each source, stream, process or contract. A check with a threshold is kept or broken, the others are told only.",
    failing.length === 0 ? "No check fails." : plural(failing.length, "check fails.", "checks fail."),
    [
      failing.length === 0 ? null : checkTable(data, "Checks that fail", failing),
      dataTable(
        "Data quality by kind of check",
        [{ title: "Check" }, { title: "Values", align: "right" }, { title: "Allowed" }],
        kinds.map(([metric, mine]) => [
          [metric.slice(0, 1).toUpperCase() + metric.slice(1), " ", el("span", { class: "soft" }, heldText(mine))],
          [rangeText(mine), judged(mine).length === 0 ? null : [" ", kindMark(mine)]],
          allowedText(mine),
        ]),
        "brief",
      ),
      data.quality.length === 0
        ? null
        : el(
            "details",
            {},
            el("summary", {}, `All ${plural(data.quality.length, "check", "checks")}`),
            checkTable(data, "Data quality checks", data.quality),
          ),
    ],
    true,
  );
}

export function checkTable(data: ReportData, title: string, checks: readonly Quality[]): Markup {
  return dataTable(
    title,
    [{ title: "Check" }, { title: "Value", align: "right" }, { title: "Allowed" }],
    checks.map((check) => [
      [check.metric, " ", el("span", { class: "soft" }, subjectText(data, check))],
      [valueText(check.value, check.unit), check.threshold === null ? null : [" ", kindMark([check])]],
      allowedText([check]),
    ]),
    "brief",
  );
}

/** What a check is of, as people call it. */
export function subjectText(data: ReportData, { entity, system }: Quality): string {
  if (entity === "all") return system;
  return [...data.processes, ...data.contracts].find(({ id }) => id === entity)?.title ?? entity;
}

export function judged(checks: readonly Quality[]): readonly Quality[] {
  return checks.filter(({ threshold }) => threshold !== null);
}

export function heldText(checks: readonly Quality[]): string {
  const mine = judged(checks);
  if (mine.length === 0) return plural(checks.length, "value", "values");
  return `${mine.filter(({ ok }) => ok).length} of ${mine.length} hold`;
}

export function kindMark(checks: readonly Quality[]): Child {
  return verdictMark(judged(checks).every(({ ok }) => ok) ? "met" : "not met");
}

/** `95.8 %`, `0 min to 3.2 hours`. */
export function rangeText(checks: readonly Quality[]): string {
  const values = checks.map(({ value }) => value);
  const [first] = checks;
  if (first === undefined) return "";
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => valueText(value, first.unit));
  return low === high ? (low ?? "") : `${low ?? ""} to ${high ?? ""}`;
}

/** `at most 24 hours`; empty where the checks have none or different ones. */
export function allowedText(checks: readonly Quality[]): string {
  const told = new Set(
    judged(checks).map(({ allowed, threshold, unit }) => `${allowed ?? "at most"} ${valueText(threshold, unit)}`),
  );
  const [only] = told;
  return told.size === 1 && only !== undefined ? only : "";
}
