import type { KpiDefinition } from "../../kpis/index.ts";
import { dashboardElement, sheetsOf } from "./dashboard.ts";
import type { Dashboard } from "./dashboard.ts";
import { dashboardsOf } from "./pages.ts";
import type { PageProcess } from "../pages.ts";
import { sheetElement } from "./sheet.ts";
import { sourceElement } from "./source.ts";
import type { Source, TableauSite } from "./source.ts";
import { uuidOf } from "./uuid.ts";
import { xml, xmlDocument } from "../xml.ts";
import type { XmlElement } from "../xml.ts";

export interface WorkbookInput {
  readonly company: string;
  readonly kpis: readonly KpiDefinition[];
  readonly processes: readonly PageProcess[];
  readonly site: TableauSite;
}

/**
 * The starter workbook, a `.twb` of Tableau 2026.1: the report's pages as dashboards over the published data sources,
 * generated from the KPI definitions. It names only fields that the data sources have.
 */
export function renderWorkbook(input: WorkbookInput): string {
  const dashboards = dashboardsOf(input);
  const sheets = [...new Map(dashboards.flatMap(sheetsOf).map((sheet) => [sheet.name, sheet])).values()];
  const sources = [...new Map(sheets.map(({ source }) => [source.id, source])).values()];
  const groups = new Map<string, number>();
  // Filters of one number are one filter: what is chosen on one page of a data source holds on the others.
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
        xml(
          "datasources",
          {},
          sources.map((source) => sourceElement(source, input.site)),
        ),
        actions(dashboards),
        xml(
          "worksheets",
          {},
          sheets.map((sheet) => sheetElement(sheet, groupOf)),
        ),
        xml("dashboards", {}, dashboards.map(dashboardElement)),
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

/** Choosing a record's line leads to the record in its system. */
function actions(dashboards: readonly Dashboard[]): XmlElement {
  const links = dashboards.flatMap((dashboard) =>
    sheetsOf(dashboard).flatMap((sheet) => {
      const url = sheet.rows.find(({ field }) => field === "url" || field === "account_url");
      return url === undefined ? [] : [{ dashboard: dashboard.name, sheet, field: url.field }];
    }),
  );
  return xml(
    "actions",
    {},
    links.map(({ dashboard, sheet, field }, index) =>
      xml("action", { caption: `Open the record (${sheet.name})`, name: `[Action${index + 1}]` }, [
        xml("activation", { type: "on-select" }),
        xml("source", { dashboard, type: "sheet", worksheet: sheet.name }),
        xml("link", {
          caption: "Open the record",
          delimiter: ",",
          escape: "\\",
          expression: `<[${sheet.source.id}].[none:${field}:nk]>`,
          "include-null": false,
          "multi-select": false,
          "url-escape": false,
        }),
      ]),
    ),
  );
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
