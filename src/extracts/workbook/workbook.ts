import type { KpiDefinition } from "../../kpis/index.ts";
import { sourcesOf } from "./calculations.ts";
import type { SourceContext } from "./calculations.ts";
import { STANDING } from "./chosen.ts";
import { dashboardElement, sheetsOf } from "./dashboard.ts";
import type { Dashboard } from "./dashboard.ts";
import { dashboardsOf } from "./pages.ts";
import { PAGES } from "../pages.ts";
import type { PageProcess } from "../pages.ts";
import { parameterSource, parametersOf } from "./parameters.ts";
import { sheetElement } from "./sheet.ts";
import type { Sheet } from "./sheet.ts";
import { sourceElement } from "./source.ts";
import type { Source, TableauSite } from "./source.ts";
import { uuidOf } from "./uuid.ts";
import { xml, xmlDocument } from "../xml.ts";
import type { XmlElement } from "../xml.ts";

export interface WorkbookInput {
  readonly company: string;
  readonly kpis: readonly KpiDefinition[];
  readonly processes: readonly PageProcess[];
  readonly segments: readonly string[];
  readonly contracts: readonly { readonly name: string; readonly title: string }[];
  readonly site: TableauSite;
}

/**
 * The starter workbook, a `.twb` of Tableau 2026.1: the report's pages as dashboards over the published data sources,
 * generated from the KPI definitions. It names only fields that the data sources have.
 */
export function renderWorkbook(input: WorkbookInput): string {
  const context = contextOf(input);
  const parameters = parametersOf(context);
  const dashboards = dashboardsOf(input, sourcesOf(context));
  const sheets = [...new Map(dashboards.flatMap(sheetsOf).map((sheet) => [sheet.name, sheet])).values()];
  const sources = [...new Map(sheets.map(({ source }) => [source.id, source])).values()];
  const groups = new Map<string, number>();
  const groupOf = (source: Source, field: string): number => {
    const key = `${source.id} ${field}`;
    const known = groups.get(key) ?? groups.size + 2;
    groups.set(key, known);
    return known;
  };
  return xmlDocument(
    xml(
      "workbook",
      {
        "original-version": "26.1",
        "source-build": "0.0.0 (0000.0.0.0)",
        "source-platform": "linux",
        version: "26.1",
        "xmlns:user": "http://www.tableausoftware.com/xml/user",
      },
      [
        xml("document-format-change-manifest", {}, [xml("ManifestByVersion")]),
        xml("datasources", {}, [
          parameterSource(parameters),
          ...sources.map((source) => sourceElement(source, input.site)),
        ]),
        actions(dashboards),
        xml(
          "worksheets",
          {},
          sheets.map((sheet) => sheetElement(sheet, { groupOf, parameters })),
        ),
        xml(
          "dashboards",
          {},
          dashboards.map((dashboard) => dashboardElement(dashboard, parameters)),
        ),
        windows(
          dashboards,
          sheets.map(({ name }) => name),
        ),
        xml("explain-data", { "enabled-for-viewer": false, "extreme-values-enabled-for-all": false }, [
          xml("explanation-types"),
        ]),
      ],
    ),
  );
}

function contextOf({ kpis, processes, segments, contracts }: WorkbookInput): SourceContext {
  const windows = new Map(
    kpis
      .flatMap((kpi) => kpi.windows)
      .filter(({ text }) => text !== STANDING)
      .map((window) => [window.text, window]),
  );
  return {
    processes,
    segments,
    windows: [...windows.values()].sort((a, b) => lengthOf(a) - lengthOf(b)),
    titles: new Map([...processes, ...contracts].map(({ name, title }) => [name, title])),
  };
}

const DAYS: Readonly<Record<string, number>> = { week: 7, month: 30, "fiscal quarter": 91, "fiscal year": 365 };

function lengthOf({ count, unit }: SourceContext["windows"][number]): number {
  return count * (DAYS[unit] ?? 0);
}

/** Fields that hold an address. */
const ADDRESSES: ReadonlySet<string> = new Set(["url", "account_url", "record_url"]);

/** Choosing a record's line leads to the record in its system; a figure's menu leads to the records behind it. */
function actions(dashboards: readonly Dashboard[]): XmlElement {
  const onSheets = dashboards.flatMap((dashboard) => sheetsOf(dashboard).map((sheet) => ({ dashboard, sheet })));
  const made = onSheets.flatMap(({ dashboard, sheet }) => {
    const address = sheet.rows.find(({ field }) => ADDRESSES.has(field));
    if (address !== undefined) return [linkAction(dashboard, sheet, address.field)];
    const isFigure = sheet.tooltip?.some(({ field }) => field === "kpi") === true;
    return isFigure && dashboard.name !== EVIDENCE ? [evidenceAction(dashboard, sheet)] : [];
  });
  return xml(
    "actions",
    {},
    made.map(({ attributes, children }, index) =>
      xml("action", { ...attributes, name: `[Action${index + 1}]` }, children),
    ),
  );
}

const EVIDENCE = PAGES.find(({ id }) => id === "evidence")?.title ?? "";

function linkAction(dashboard: Dashboard, sheet: Sheet, field: string): XmlElement {
  return xml("action", { caption: `Open the record (${sheet.name})` }, [
    xml("activation", { type: "on-select" }),
    xml("source", { dashboard: dashboard.name, type: "sheet", worksheet: sheet.name }),
    xml("link", {
      caption: "Open the record",
      delimiter: ",",
      escape: "\\",
      expression: `<[${sheet.source.id}].[none:${field}:nk]>`,
      "include-null": false,
      "multi-select": false,
      "url-escape": false,
    }),
  ]);
}

function evidenceAction(dashboard: Dashboard, sheet: Sheet): XmlElement {
  return xml("action", { caption: `Records behind this figure (${sheet.name}, ${dashboard.name})` }, [
    xml("activation", { "auto-clear": true, type: "explicit" }),
    xml("source", { dashboard: dashboard.name, type: "sheet", worksheet: sheet.name }),
    xml("command", { command: "tsc:tsl-filter" }, [
      xml("param", { name: "special-fields", value: "all" }),
      xml("param", { name: "target", value: EVIDENCE }),
    ]),
  ]);
}

function windows(dashboards: readonly Dashboard[], sheets: readonly string[]): XmlElement {
  return xml("windows", {}, [
    ...dashboards.map((dashboard, index) =>
      xml("window", { class: "dashboard", maximized: index === 0 ? true : undefined, name: dashboard.name }, [
        xml(
          "viewpoints",
          {},
          sheetsOf(dashboard).map(({ name }) => xml("viewpoint", { name })),
        ),
        xml("active", { id: -1 }),
        xml("simple-id", { uuid: uuidOf(`window of dashboard ${dashboard.name}`) }),
      ]),
    ),
    ...sheets.map((name) =>
      xml("window", { class: "worksheet", hidden: true, name }, [
        xml("cards"),
        xml("simple-id", { uuid: uuidOf(`window of worksheet ${name}`) }),
      ]),
    ),
  ]);
}
