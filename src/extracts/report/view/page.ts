import type { ReportData } from "../data.ts";
import type { Filter } from "./filter.ts";
import { filterText } from "./filter.ts";
import { countText } from "./format.ts";
import { el } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { conformancePage } from "./page-conformance.ts";
import { handoffsPage } from "./page-handoffs.ts";
import { overviewPage } from "./page-overview.ts";
import { processPage } from "./page-processes.ts";
import { evidencePage } from "./page-evidence.ts";
import type { Chosen } from "./page-evidence.ts";
import { ageText, qualityPage } from "./page-quality.ts";
import { verdictShape } from "./verdict.ts";

/** The contents of one page under a filter; the same in the file as written and in the browser. */
export function renderPage(data: ReportData, id: string, filter: Filter, chosen: Chosen | null): string {
  const page = data.pages.find((each) => each.id === id);
  return el(
    "div",
    {},
    el("h1", { tabindex: -1, id: `title-${id}` }, page?.title ?? id),
    statusLine(data, filter),
    pageBody(data, id, filter, chosen),
  ).markup;
}

export function pageBody(data: ReportData, id: string, filter: Filter, chosen: Chosen | null): Child {
  switch (id) {
    case "lifecycle":
    case "product":
    case "operations":
      return processPage(data, id, filter);
    case "handoffs":
      return handoffsPage(data, filter);
    case "conformance":
      return conformancePage(data, filter);
    case "quality":
      return qualityPage(data, filter);
    case "evidence":
      return evidencePage(data, filter, chosen);
    default:
      return overviewPage(data, filter);
  }
}

/** As-of, freshness and completeness, on every page. */
export function statusLine(data: ReportData, filter: Filter): Markup {
  const streams = data.sources.reduce((sum, source) => sum + source.streams, 0);
  const complete = data.sources.reduce((sum, source) => sum + source.completeStreams, 0);
  const oldest = Math.max(0, ...data.sources.map(({ hoursOld }) => hoursOld));
  const whole = streams > 0 && complete === streams && data.gate === null;
  const completeness =
    streams === 0 ? "no reading on record" : `${countText(complete)} of ${countText(streams)} streams read in full`;
  return el(
    "ul",
    { class: "status", "aria-label": "As-of, freshness and completeness" },
    el("li", {}, el("b", {}, "As of"), ` ${data.asOfText} (${data.zone})`),
    el(
      "li",
      {},
      el("b", {}, "Freshness"),
      ` ${data.sources.length === 0 ? "unknown" : `oldest source read ${ageText(oldest)}`}`,
    ),
    el(
      "li",
      { class: whole ? "" : "hot" },
      el("b", {}, "Completeness"),
      " ",
      verdictShape(whole ? "met" : "gated"),
      ` ${completeness}${data.gate === null ? "" : `; gate: ${data.gate}`}`,
    ),
    el(
      "li",
      {},
      el("b", {}, "Looking at"),
      ` ${filterText(data, { ...filter, period: filter.period ?? "each KPI’s own window" })}`,
    ),
  );
}
