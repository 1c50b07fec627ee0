import type { Kpi, ReportData } from "../data.ts";
import { attentionRows } from "./attention.ts";
import { readingOf, sumOf } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, moneyText, plural, valueText } from "./format.ts";
import { el } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { evidenceHref } from "./tiles.ts";
import { verdictShape } from "./verdict.ts";

/** Misses that are named; the tables below have them all. */
export const MISSES_NAMED = 5;

/** What somebody who has one minute on Monday takes with them. */
export function glance(data: ReportData, filter: Filter): Markup {
  const lines = [targetsLine(data, filter), missesLine(data, filter), handoffsLine(data, filter), trustLine(data)];
  return el(
    "section",
    { class: "card wide glance", "aria-label": "At a glance" },
    el("h2", {}, "At a glance"),
    el(
      "ul",
      {},
      lines.map((line) => (line === null ? null : el("li", {}, line))),
    ),
  );
}

export function targetsLine(data: ReportData, filter: Filter): Child {
  const targets = data.kpis.filter((kpi) => kpi.isCompanyTarget);
  const statuses = targets.map((kpi) => readingOf(kpi, filter).value?.status ?? "not computed");
  const told = [...Map.groupBy(statuses, (status) => status)].map(
    ([status, mine]) => `${countText(mine.length)} ${status}`,
  );
  if (targets.length === 0) return null;
  const worst = ["not met", "gated", "inconclusive", "insufficient"].find((status) => statuses.includes(status));
  return [
    verdictShape(worst ?? "met"),
    ` ${plural(targets.length, "company target", "company targets")}: ${told.join(", ")}.`,
  ];
}

export function missesLine(data: ReportData, filter: Filter): Child {
  const misses = data.kpis.flatMap((kpi) => {
    const { value } = readingOf(kpi, filter);
    return !kpi.isCompanyTarget && value?.status === "not met" ? [{ kpi, value }] : [];
  });
  const others = data.kpis.filter((kpi) => !kpi.isCompanyTarget && kpi.targetText !== null).length;
  if (others === 0) return null;
  if (misses.length === 0)
    return [verdictShape("met"), ` None of the ${countText(others)} other targets is clearly missed.`];
  return [
    verdictShape("not met"),
    ` ${plural(misses.length, "other target is", "other targets are")} missed: `,
    misses
      .slice(0, MISSES_NAMED)
      .map(({ kpi, value }, index) => [
        index === 0 ? "" : ", ",
        el("a", { href: evidenceHref(kpi, value) }, kpi.title),
        ` ${valueText(value.value, kpi.unit)} (${targetOf(kpi)})`,
      ]),
    misses.length > MISSES_NAMED ? ` and ${countText(misses.length - MISSES_NAMED)} more.` : ".",
  ];
}

export function targetOf(kpi: Kpi): string {
  return kpi.targetText ?? "no target";
}

export function handoffsLine(data: ReportData, filter: Filter): Child {
  const rows = attentionRows(data, filter).filter(({ state }) => state !== "waiting");
  if (rows.length === 0) return [verdictShape("met"), " No handoff is late, missing or to be decided."];
  const money = sumOf(rows, (row) => row.money ?? 0);
  return [
    verdictShape("not met"),
    " ",
    el("a", { href: "#handoffs" }, `${plural(rows.length, "handoff needs", "handoffs need")} somebody`),
    money === 0 ? "." : `, with ${moneyText(money, data.currency)} at stake.`,
  ];
}

export function trustLine(data: ReportData): Child {
  const streams = sumOf(data.sources, (source) => source.streams);
  const complete = sumOf(data.sources, (source) => source.completeStreams);
  const broken = data.quality.filter(({ threshold, ok }) => threshold !== null && !ok).length;
  const isWhole = streams > 0 && streams === complete && data.gate === null && broken === 0;
  const reading =
    streams === 0
      ? "no reading is on record"
      : `${countText(complete)} of ${plural(streams, "stream", "streams")} read in full`;
  const checks =
    broken === 0 ? "no check of the data fails" : plural(broken, "check of the data fails", "checks of the data fail");
  return [
    verdictShape(isWhole ? "met" : "gated"),
    " ",
    el("a", { href: "#quality" }, "Data"),
    `: ${reading}, ${checks}${data.gate === null ? "." : `; ${data.gate}.`}`,
  ];
}
