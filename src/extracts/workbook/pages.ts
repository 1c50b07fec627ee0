import type { KpiDefinition } from "../../kpis/index.ts";
import { byTarget, isCompanyTarget, pageOfKpi, PAGES } from "../pages.ts";
import type { PageId, PageProcess, ProcessPage } from "../pages.ts";
import { starterSource } from "./calculations.ts";
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
import { asOfSheet, kpiSheet, processSheet, stageSheet, trendSheet } from "./kpi-sheets.ts";
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

/** The report's pages over the published data sources. */
export function dashboardsOf({ company, kpis, processes }: PagesInput): readonly Dashboard[] {
  const values = starterSource("fact_kpi_snapshot");
  const pageOf = new Map(processes.map(({ name, page }) => [name, page]));
  const tiles = kpiTiles(values, [...kpis].sort(byTarget));
  const on = (page: PageId): readonly Sheet[] =>
    tiles.filter(({ kpi }) => !isCompanyTarget(kpi) && pageOfKpi(kpi, pageOf) === page).map(({ sheet }) => sheet);
  const targets = tiles.filter(({ kpi }) => isCompanyTarget(kpi));
  const asOf = asOfSheet(values);
  const page = (id: PageId, note: string, rows: Dashboard["rows"], filters: Dashboard["filters"] = []): Dashboard => ({
    name: PAGES.find((each) => each.id === id)?.title ?? id,
    note: `${company}. ${note}`,
    rows: [{ height: STRIP, sheets: [asOf] }, ...rows.filter(({ sheets }) => sheets.length > 0)],
    filters,
  });
  const processPage = (id: ProcessPage): Dashboard => {
    const mine = processes.filter((process) => process.page === id);
    const title = PAGES.find((each) => each.id === id)?.title ?? id;
    const names = mine.map(({ name }) => name);
    const stages = mine.flatMap(({ name, stages: of }) => of.map((stage) => `${name} / ${stage}`));
    const cases = caseSheets(title, names);
    const stage = stageSheet(values, `Time in each stage: ${title}`, kpis, stages);
    return page(
      id,
      "Process, segment and period choose among cases; KPI values are shown as their files define them.",
      [
        ...inRows(on(id), 3, TILE),
        {
          height: CHART,
          sheets: [processSheet(values, `KPIs by process: ${title}`, names), ...(stage === null ? [] : [stage])],
        },
        { height: CHART, sheets: cases },
        { height: CHART, sheets: flowSheets(title, names) },
        ...(id === "product" ? [{ height: CHART, sheets: [sprintSheet()] }] : []),
      ],
      choices(cases[0], ["process_title", "segment", "fiscal_label"]),
    );
  };
  const handoffs = handoffSheets();
  const conformance = conformanceSheets();
  const evidence = evidenceSheets();
  const rates = targets.filter(({ kpi }) => kpi.measure !== "cycle time reduction").map(({ kpi }) => kpi.name);
  const processSheetOfAll = processSheet(values, "KPIs by process", []);
  const withPages = new Set(processes.map((process) => process.page));
  return [
    page("overview", "The company targets with their verdicts: a word and a shape, never a colour alone.", [
      ...inRows(
        targets.map(({ sheet }) => sheet),
        2,
        TILE,
      ),
      { height: 2 * CHART, sheets: [processSheetOfAll] },
      { height: CHART, sheets: rates.length === 0 ? [] : [trendSheet(values, "Company targets by month", rates)] },
      ...inRows(on("overview"), 3, TILE),
    ]),
    ...(["lifecycle", "product", "operations"] as const).filter((id) => withPages.has(id)).map(processPage),
    page(
      "handoffs",
      "Board, ageing, who owes whom an answer; each handoff that is stuck.",
      [...inRows(handoffs, 2, CHART), ...inRows(on("handoffs"), 3, TILE)],
      choices(handoffs[0], ["contract", "segment", "fiscal_label"]),
    ),
    page(
      "conformance",
      "Rule by rule, what goes wrong, who does the routine steps.",
      [...inRows(conformance, 2, CHART), ...inRows(on("conformance"), 3, TILE)],
      choices(conformance[0], ["process_title", "segment", "fiscal_label"]),
    ),
    page("quality", "What is known of the data's own quality.", inRows(qualitySheets(values), 1, CHART)),
    page(
      "evidence",
      "The cases and handoffs behind the figures: choose what counts against one, then a line opens the record.",
      inRows(evidence, 1, 2 * CHART),
      [
        ...choices(evidence[0], ["process_title", "segment", "fiscal_label", "conform_strict", "is_rework"]),
        ...choices(evidence[1], ["contract", "label"]),
      ],
    ),
  ];
}

/** Each KPI's sheet; of two with one title the later says its id. */
function kpiTiles(
  source: Source,
  kpis: readonly KpiDefinition[],
): readonly { readonly kpi: KpiDefinition; readonly sheet: Sheet }[] {
  const taken = new Set<string>();
  return kpis.map((kpi) => {
    const name = taken.has(kpi.title) ? `${kpi.title} (${kpi.name})` : kpi.title;
    taken.add(name);
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
