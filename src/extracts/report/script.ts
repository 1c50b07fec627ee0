import * as areas from "./view/areas.ts";
import * as attention from "./view/attention.ts";
import * as bars from "./view/bars.ts";
import * as browser from "./view/browser.ts";
import * as buckets from "./view/buckets.ts";
import * as charts from "./view/charts.ts";
import * as checks from "./view/checks.ts";
import * as cuts from "./view/cut-card.ts";
import * as filter from "./view/filter.ts";
import * as format from "./view/format.ts";
import * as glance from "./view/glance.ts";
import * as html from "./view/html.ts";
import * as conformance from "./view/page-conformance.ts";
import * as evidence from "./view/page-evidence.ts";
import * as handoffs from "./view/page-handoffs.ts";
import * as overview from "./view/page-overview.ts";
import * as processes from "./view/page-processes.ts";
import * as quality from "./view/page-quality.ts";
import * as sprints from "./view/page-sprints.ts";
import * as page from "./view/page.ts";
import * as spark from "./view/spark.ts";
import * as tiles from "./view/tiles.ts";
import * as verdict from "./view/verdict.ts";

/**
 * Modules whose code runs here, when the file is written, and again in the viewer's browser, when a filter changes. What
 * they use at the top level is exported, because exports are what the page takes along; names are unique among them.
 */
const VIEW: readonly Readonly<Record<string, unknown>>[] = [
  buckets,
  format,
  html,
  verdict,
  filter,
  charts,
  bars,
  spark,
  tiles,
  cuts,
  areas,
  checks,
  attention,
  glance,
  handoffs,
  overview,
  sprints,
  processes,
  conformance,
  quality,
  evidence,
  page,
  browser,
];

/** The view's modules as one script without imports; begins with what it is told to call. */
export function viewScript(): string {
  const declarations = VIEW.flatMap((module) => Object.entries(module)).map(
    ([name, value]) => `const ${name} = ${typeof value === "function" ? sourceOf(value) : JSON.stringify(value)};`,
  );
  return `"use strict";\n(() => {\n${declarations.join("\n")}\nstart(document, window);\n})();`;
}

/** A function as the runtime has it: its types are gone. */
function sourceOf(value: object): string {
  return Function.prototype.toString.call(value);
}

/** Names that more than one module exports. */
export function repeatedNames(): readonly string[] {
  const names = VIEW.flatMap((module) => Object.keys(module));
  return names.filter((name, index) => names.indexOf(name) !== index);
}
