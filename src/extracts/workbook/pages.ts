import type { KpiDefinition } from "../../kpis/index.ts";
import { byTarget, isCompanyTarget, pageOfKpi, PAGES } from "../pages.ts";
import type { PageId, PageProcess, ProcessPage } from "../pages.ts";
import type { Dashboard } from "./dashboard.ts";
import {
  caseSheets,
  conformanceSheets,
  evidenceSheets,
  flowSheets,
  handoffSheets,
  qualitySheets,
  sprintSheet,
} from "./fact-sheets.ts";
import type { Sources } from "./fact-sheets.ts";
import { areaSheet, asOfSheet, kpiSheet, processSheet, stageSheet, trendSheet } from "./kpi-sheets.ts";
import type { Sheet } from "./sheet.ts";
import type { Source } from "./source.ts";

const TILE = 190;
const CHART = 380;
const STRIP = 110;

export interface PagesInput {
  readonly company: string;
  readonly kpis: readonly KpiDefinition[];
  readonly processes: readonly PageProcess[];
}

const ALL_CONTROLS = ["Process", "Segment", "Period"] as const;

/** The report's pages over the published data sources. */
export function dashboardsOf({ company, kpis, processes }: PagesInput, sources: Sources): readonly Dashboard[] {
  const values = sources("fact_kpi_snapshot");
  const handoffs = handoffSheets(sources);
  const conformance = conformanceSheets(sources);
  const quality = qualitySheets(sources);
  const evidence = evidenceSheets(sources);
  const named = [...handoffs, ...conformance, ...quality, ...evidence, sprintSheet(sources), asOfSheet(values)];
  const taken = [...PAGES.map(({ title }) => title), ...named.map(({ name }) => name)];
  const tiles = kpiTiles(values, [...kpis].sort(byTarget), taken);
  const targets = tiles.filter(({ kpi }) => isCompanyTarget(kpi)).map(({ sheet }) => sheet);
  const asOf = asOfSheet(values);
  /** The page's KPIs as tiles and, for those that come later, as a table. */
  const on = (page: PageId): Dashboard["rows"] => {
    const mine = tiles.filter(({ kpi }) => !isCompanyTarget(kpi) && pageOfKpi(kpi) === page);
    const areas = [...new Set(mine.map(({ kpi }) => kpi.area))];
    const table = areaSheet(values, `All KPIs: ${titleOf(page)}`, areas);
    return mine.length === 0
      ? []
      : [
          ...inRows(
            mine.map(({ sheet }) => sheet),
            3,
            TILE,
          ),
          { height: heightOf(mine.length), sheets: [table] },
        ];
  };
  const page = (
    id: PageId,
    note: string,
    rows: Dashboard["rows"],
    controls: Dashboard["controls"] = ALL_CONTROLS,
    filters: Dashboard["filters"] = [],
  ): Dashboard => ({
    name: titleOf(id),
    note: `${company}. ${note}`,
    rows: [{ height: STRIP, sheets: [asOf] }, ...rows.filter(({ sheets }) => sheets.length > 0)],
    controls,
    filters,
  });
  const processPage = (id: ProcessPage): Dashboard => {
    const mine = processes.filter((process) => process.page === id);
    const names = mine.map(({ name }) => name);
    const stages = mine.flatMap(({ name, stages: of }) => of.map((stage) => `${name} / ${stage}`));
    const stage = stageSheet(values, `Time in each stage: ${titleOf(id)}`, kpis, stages);
    return page(id, "KPI values are shown as their files define them; a cut that was not computed is empty.", [
      ...on(id),
      {
        height: CHART,
        sheets: [processSheet(values, `KPIs by process: ${titleOf(id)}`, names), ...(stage === null ? [] : [stage])],
      },
      { height: CHART, sheets: caseSheets(sources, titleOf(id), names) },
      { height: CHART, sheets: flowSheets(sources, titleOf(id), names) },
      ...(id === "product" ? [{ height: CHART, sheets: [sprintSheet(sources)] }] : []),
    ]);
  };
  const rates = kpis.filter((kpi) => isCompanyTarget(kpi) && kpi.measure !== "cycle time reduction");
  const withPages = new Set(processes.map((process) => process.page));
  return [
    page("overview", "The company targets with their verdicts: a word and a shape, never a colour alone.", [
      ...inRows(targets, 2, TILE),
      { height: heightOf(kpis.length), sheets: [areaSheet(values, "Every KPI", null)] },
      { height: 2 * CHART, sheets: [processSheet(values, "KPIs by process", [])] },
      {
        height: CHART,
        sheets:
          rates.length === 0
            ? []
            : [
                trendSheet(
                  values,
                  "Company targets by month",
                  rates.map(({ name }) => name),
                ),
              ],
      },
      ...on("overview"),
    ]),
    ...(["lifecycle", "product", "operations"] as const)
      .filter((id) => withPages.has(id) || on(id).length > 0)
      .map(processPage),
    page(
      "handoffs",
      "Board, ageing, who owes whom an answer; each handoff that is stuck.",
      [...inRows(handoffs, 2, CHART), ...on("handoffs")],
      ["Segment", "Period"],
      choices(handoffs[0], ["contract"]),
    ),
    page("conformance", "Rule by rule, what goes wrong, who does the routine steps.", [
      ...inRows(conformance, 2, CHART),
      ...on("conformance"),
    ]),
    page("quality", "What is known of the data's own quality.", [...inRows(quality, 1, CHART), ...on("quality")], []),
    page(
      "evidence",
      "The cases and handoffs behind the figures: choose a KPI; a line opens its record.",
      inRows(evidence, 1, 2 * CHART),
      ALL_CONTROLS,
      [
        ...choices(evidence[0], ["kpi_title"]),
        ...choices(evidence[1], ["conform_strict", "is_rework"]),
        ...choices(evidence[2], ["contract", "label"]),
      ],
    ),
  ];
}

function titleOf(id: PageId): string {
  return PAGES.find((each) => each.id === id)?.title ?? id;
}

/** Of a table with so many lines. */
function heightOf(lines: number): number {
  return 110 + 24 * lines;
}

/** Each KPI's sheet; one whose title something else of the workbook has says its id, too. */
function kpiTiles(
  source: Source,
  kpis: readonly KpiDefinition[],
  others: readonly string[],
): readonly { readonly kpi: KpiDefinition; readonly sheet: Sheet }[] {
  const taken = new Set(others.map((name) => name.toLowerCase()));
  return kpis.map((kpi) => {
    const name = taken.has(kpi.title.toLowerCase()) ? `${kpi.title} (${kpi.name})` : kpi.title;
    taken.add(name.toLowerCase());
    return { kpi, sheet: kpiSheet(source, kpi, name) };
  });
}

function inRows(sheets: readonly Sheet[], perRow: number, height: number): Dashboard["rows"] {
  return Array.from({ length: Math.ceil(sheets.length / perRow) }, (_, index) => ({
    height,
    sheets: sheets.slice(index * perRow, (index + 1) * perRow),
  }));
}

function choices(sheet: Sheet | undefined, fields: readonly string[]): Dashboard["filters"] {
  return sheet === undefined ? [] : fields.map((field) => ({ sheet, field }));
}
