import { parameterDependencies, parameterLink, parameterName } from "./parameters.ts";
import type { Parameter } from "./parameters.ts";
import { dependencies, qualified } from "./sheet.ts";
import type { Shelf, Sheet } from "./sheet.ts";
import type { Source } from "./source.ts";
import { uuidOf } from "./uuid.ts";
import { xml } from "../xml.ts";
import type { XmlElement } from "../xml.ts";

/** A page: sheets in rows of so many, filters above them. */
export interface Dashboard {
  readonly name: string;
  readonly note: string;
  /** Rows from the top; each sheet takes an equal share of its row's width. */
  readonly rows: readonly { readonly height: number; readonly sheets: readonly Sheet[] }[];
  /** The workbook's choices that mean something here. */
  readonly controls: readonly Parameter["name"][];
  /** Fields of sheets above that let all through, shown for the viewer to choose by. */
  readonly filters: readonly { readonly sheet: Sheet; readonly field: string }[];
}

const WHOLE = 100_000;
const WIDTH = 1200;
const PHONE_WIDTH = 375;
const PHONE_SHEET = 340;
const TITLE = 90;
const FILTER_ROW = 60;

/** Coordinates are in 1/100,000 of the dashboard (reference tableau.md §6.4). */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export function dashboardElement(dashboard: Dashboard, parameters: readonly Parameter[]): XmlElement {
  const height = TITLE + filterHeight(dashboard) + dashboard.rows.reduce((sum, row) => sum + row.height, 0);
  const phoneHeight = TITLE + PHONE_SHEET * sheetsOf(dashboard).length + FILTER_ROW * choosersOf(dashboard).length;
  return xml("dashboard", { name: dashboard.name }, [
    xml("style"),
    xml("size", { maxheight: height, maxwidth: WIDTH, minheight: height, minwidth: WIDTH, "sizing-mode": "fixed" }),
    ...chooserDependencies(dashboard, parameters),
    xml("zones", {}, [root(deskZones(dashboard, height))]),
    xml("devicelayouts", {}, [
      xml("devicelayout", { "auto-generated": false, name: "Phone" }, [
        xml("size", {
          maxheight: phoneHeight,
          minheight: phoneHeight,
          minwidth: PHONE_WIDTH,
          "sizing-mode": "vscroll",
        }),
        xml("zones", {}, [root(phoneZones(dashboard, phoneHeight))]),
      ]),
    ]),
    xml("simple-id", { uuid: uuidOf(`dashboard ${dashboard.name}`) }),
  ]);
}

export function sheetsOf({ rows }: Dashboard): readonly Sheet[] {
  return rows.flatMap(({ sheets }) => sheets);
}

function filterHeight(dashboard: Dashboard): number {
  return choosersOf(dashboard).length === 0 ? 0 : FILTER_ROW;
}

/** What the viewer chooses by, in the order in which it stands: the workbook's choices, then the page's own filters. */
function choosersOf({ controls, filters }: Dashboard): readonly ((at: Box, id: number) => XmlElement)[] {
  return [
    ...controls.map((name) => (at: Box, id: number) => controlZone(name, at, id)),
    ...filters.map(
      ({ sheet, field }) =>
        (at: Box, id: number) =>
          filterZone(sheet, field, at, id),
    ),
  ];
}

function root(zones: readonly XmlElement[]): XmlElement {
  return xml("zone", { h: WHOLE, id: 1, "type-v2": "layout-basic", w: WHOLE, x: 0, y: 0 }, zones);
}

function deskZones(dashboard: Dashboard, height: number): readonly XmlElement[] {
  const share = (pixels: number): number => Math.round((pixels / height) * WHOLE);
  const zones = [titleZone(dashboard, { x: 0, y: 0, w: WHOLE, h: share(TITLE) })];
  let id = 3;
  const choosers = choosersOf(dashboard);
  const width = Math.floor(WHOLE / Math.max(1, choosers.length));
  for (const [index, zoneAt] of choosers.entries()) {
    zones.push(zoneAt({ x: index * width, y: share(TITLE), w: width, h: share(FILTER_ROW) }, id));
    id += 1;
  }
  let top = TITLE + filterHeight(dashboard);
  for (const { height: tall, sheets } of dashboard.rows) {
    const part = Math.floor(WHOLE / sheets.length);
    for (const [index, sheet] of sheets.entries()) {
      zones.push(
        xml("zone", { ...box({ x: index * part, y: share(top), w: part, h: share(tall) }), id, name: sheet.name }),
      );
      id += 1;
    }
    top += tall;
  }
  return zones;
}

/** One under the other, in the order of reading. */
function phoneZones(dashboard: Dashboard, height: number): readonly XmlElement[] {
  const share = (pixels: number): number => Math.round((pixels / height) * WHOLE);
  const zones = [titleZone(dashboard, { x: 0, y: 0, w: WHOLE, h: share(TITLE) })];
  let id = 3;
  let top = TITLE;
  for (const zoneAt of choosersOf(dashboard)) {
    zones.push(zoneAt({ x: 0, y: share(top), w: WHOLE, h: share(FILTER_ROW) }, id));
    top += FILTER_ROW;
    id += 1;
  }
  for (const sheet of sheetsOf(dashboard)) {
    zones.push(xml("zone", { ...box({ x: 0, y: share(top), w: WHOLE, h: share(PHONE_SHEET) }), id, name: sheet.name }));
    top += PHONE_SHEET;
    id += 1;
  }
  return zones;
}

function titleZone({ name, note }: Dashboard, at: Box): XmlElement {
  return xml("zone", { ...box(at), id: 2, "type-v2": "text" }, [
    xml("formatted-text", {}, [
      xml("run", { bold: true, fontsize: 16 }, name),
      xml("run", { fontcolor: "#55616f", fontsize: 9 }, `\n${note}`),
    ]),
  ]);
}

function controlZone(name: Parameter["name"], at: Box, id: number): XmlElement {
  return xml("zone", { ...box(at), id, mode: "compact", param: parameterName(name), "type-v2": "paramctrl" });
}

function filterZone({ source, name }: Sheet, field: string, at: Box, id: number): XmlElement {
  return xml("zone", {
    ...box(at),
    id,
    mode: "checkdropdown",
    name,
    param: qualified(source, { field, as: "each" }),
    "type-v2": "filter",
  });
}

function box({ x, y, w, h }: Box): Box {
  return { h, w, x, y };
}

/** Choices on a dashboard name their parameters and fields once more. */
function chooserDependencies(
  { controls, filters }: Dashboard,
  parameters: readonly Parameter[],
): readonly XmlElement[] {
  const shown = parameters.filter(({ name }) => controls.includes(name));
  const bySource = new Map<Source, Shelf[]>();
  for (const { sheet, field } of filters) {
    bySource.set(sheet.source, [...(bySource.get(sheet.source) ?? []), { field, as: "each" }]);
  }
  if (shown.length + bySource.size === 0) return [];
  return [
    xml("datasources", {}, [
      shown.length === 0 ? null : parameterLink(),
      ...[...bySource.keys()].map(({ caption, id }) => xml("datasource", { caption, name: id })),
    ]),
    ...(shown.length === 0 ? [] : [parameterDependencies(shown)]),
    ...[...bySource].map(([source, shelves]) => dependencies(source, shelves)),
  ];
}
