import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ReportData } from "./data.ts";
import { viewScript } from "./script.ts";
import { NO_FILTER } from "./view/filter.ts";
import { el } from "./view/html.ts";
import type { Child, Markup } from "./view/html.ts";
import { renderPage } from "./view/page.ts";

/**
 * The whole report as one HTML file that fetches nothing: style, script and data stand in it, and its content policy
 * forbids the rest.
 */
export function renderReport(data: ReportData): string {
  const script = viewScript();
  const style = readFileSync(new URL("style.css", import.meta.url), "utf8");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;
  const head = el(
    "head",
    {},
    el("meta", { charset: "utf-8" }),
    el("meta", { "http-equiv": "Content-Security-Policy", content: policy }),
    el("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    el("meta", { name: "referrer", content: "no-referrer" }),
    el("title", {}, `Process report · ${data.company}`),
    el("link", { rel: "icon", href: "data:," }),
    el("style", {}, asIs(style)),
  );
  const body = el(
    "body",
    {},
    el("a", { class: "skip", href: "#content" }, "To the content"),
    banner(data),
    el(
      "main",
      { id: "content", tabindex: -1 },
      data.pages.map(({ id }) =>
        el(
          "section",
          { id, class: "page", "aria-labelledby": `title-${id}` },
          asIs(renderPage(data, id, NO_FILTER, null)),
        ),
      ),
    ),
    el(
      "footer",
      {},
      el(
        "p",
        {},
        `Written by Process Hub from the data as of ${data.asOfText}. docs/report.md and docs/kpis.md say what the numbers mean and what they do not.`,
      ),
    ),
    el("script", { type: "application/json", id: "data" }, asIs(scriptSafeJson(data))),
    el("script", {}, asIs(script)),
  );
  return `<!DOCTYPE html>\n${el("html", { lang: "en" }, head, body).markup}\n`;
}

function banner(data: ReportData): Markup {
  const choice = (name: string, label: string, all: string, options: readonly (readonly [string, string])[]): Child =>
    el(
      "label",
      {},
      el("span", {}, label),
      el(
        "select",
        { id: `filter-${name}` },
        el("option", { value: "" }, all),
        options.map(([value, text]) => el("option", { value }, text)),
      ),
    );
  return el(
    "header",
    {},
    el(
      "div",
      { class: "brand" },
      el("p", { class: "name" }, data.company),
      el("p", { class: "kind" }, "Process report"),
    ),
    el(
      "nav",
      { "aria-label": "Pages" },
      el(
        "ul",
        {},
        data.pages.map(({ id, title }) => el("li", {}, el("a", { href: `#${id}` }, title))),
      ),
    ),
    el(
      "div",
      { class: "filters", role: "group", "aria-label": "Filters" },
      choice(
        "process",
        "Process",
        "All processes",
        data.processes.map(({ id, title }) => [id, title]),
      ),
      choice(
        "segment",
        "Segment",
        "All segments",
        data.segments.map((name) => [name, name]),
      ),
      choice(
        "period",
        "Period",
        "As each KPI defines",
        data.periods.map(({ name }) => [name, `Last ${name}`]),
      ),
      el("button", { id: "filter-clear", type: "button" }, "Clear"),
    ),
  );
}

/** Text of the program's own that must stand in the page unescaped. */
function asIs(markup: string): Markup {
  return { markup };
}

/** JSON that no value can end the script element with. */
function scriptSafeJson(data: ReportData): string {
  return JSON.stringify(data)
    .replaceAll("<", String.raw`\u003c`)
    .replaceAll("\u2028", String.raw`\u2028`)
    .replaceAll("\u2029", String.raw`\u2029`);
}

function hashOf(script: string): string {
  return `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
}
