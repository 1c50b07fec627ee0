import { columnElement } from "../fields.ts";
import type { Field } from "../fields.ts";
import { parameterDependencies, parameterLink, parametersIn } from "./parameters.ts";
import type { Parameter } from "./parameters.ts";
import { fieldOf, namedIn } from "./source.ts";
import type { Source } from "./source.ts";
import { uuidOf } from "./uuid.ts";
import { xml } from "../xml.ts";
import type { XmlElement } from "../xml.ts";

/** A field on a shelf and how it is taken together. Days and months are of dates; `calculated` is a formula that adds up itself. */
export interface Shelf {
  readonly field: string;
  readonly as: "each" | "sum" | "average" | "median" | "count" | "day" | "month" | "calculated";
}

/** A filter: only some values, or a choice for the viewer. */
export interface SheetFilter {
  readonly field: string;
  /** The values that are let through; null lets all through and leaves it to the viewer. */
  readonly only: readonly (string | number)[] | null;
}

export interface Sheet {
  readonly name: string;
  /** How what it shows is computed, in a sentence or two. */
  readonly how: string;
  readonly source: Source;
  readonly mark: "Bar" | "Line" | "Text" | "Shape" | "Circle" | "Square";
  readonly rows: readonly Shelf[];
  readonly cols: readonly Shelf[];
  readonly color?: Shelf;
  readonly shape?: Shelf;
  readonly text?: readonly Shelf[];
  readonly tooltip?: readonly Shelf[];
  readonly filters: readonly SheetFilter[];
  /** The target as a line across the axis of the first measure. */
  readonly target?: Shelf;
}

const DERIVATIONS: Readonly<Record<Shelf["as"], readonly [derivation: string, prefix: string]>> = {
  each: ["None", "none"],
  sum: ["Sum", "sum"],
  average: ["Avg", "avg"],
  median: ["Median", "med"],
  count: ["CountD", "ctd"],
  day: ["Day-Trunc", "tdy"],
  month: ["Month-Trunc", "tmn"],
  calculated: ["User", "usr"],
};

interface Instance {
  /** `[sum:n:qk]`. */
  readonly name: string;
  readonly column: string;
  readonly derivation: string;
  readonly type: "nominal" | "ordinal" | "quantitative";
}

export function instanceOf(source: Source, { field, as }: Shelf): Instance {
  const { type } = fieldOf(source, field);
  const [derivation, prefix] = DERIVATIONS[as];
  // Numbers taken one by one are names (a flag, a year), months run on an axis.
  const taken = as === "each" ? (type === "quantitative" ? "ordinal" : type) : "quantitative";
  const suffix = { nominal: "nk", ordinal: "ok", quantitative: "qk" }[taken];
  return { name: `[${prefix}:${field}:${suffix}]`, column: `[${field}]`, derivation, type: taken };
}

/** `[source].[sum:n:qk]`. */
export function qualified(source: Source, shelf: Shelf): string {
  return `[${source.id}].${instanceOf(source, shelf).name}`;
}

export function shelvesOf({
  rows,
  cols,
  color,
  shape,
  text = [],
  tooltip = [],
  filters,
  target,
}: Sheet): readonly Shelf[] {
  const single = [color, shape, target].filter((shelf) => shelf !== undefined);
  return [
    ...rows,
    ...cols,
    ...text,
    ...tooltip,
    ...single,
    ...filters.map(({ field }): Shelf => ({ field, as: "each" })),
  ];
}

/** What sheets share. */
export interface SheetSurroundings {
  /** Filters of one number are one filter: what is chosen on one page of a data source holds on the others. */
  readonly groupOf: (source: Source, field: string) => number;
  readonly parameters: readonly Parameter[];
}

export function sheetElement(sheet: Sheet, { groupOf, parameters }: SheetSurroundings): XmlElement {
  const { source, filters, mark } = sheet;
  const formulas = usedFields(source, shelvesOf(sheet)).map(({ formula }) => formula);
  const named = parametersIn(formulas, parameters);
  const link = xml("datasource", { caption: source.caption, name: source.id });
  return xml("worksheet", { name: sheet.name }, [
    xml("layout-options", {}, [
      xml("title", {}, [
        xml("formatted-text", {}, [
          xml("run", { bold: true, fontsize: 12 }, sheet.name),
          xml("run", { fontcolor: "#55616f", fontsize: 8 }, `\nHow is this computed? ${sheet.how}`),
        ]),
      ]),
      xml("caption", {}, [xml("formatted-text", {}, [xml("run", {}, sheet.how)])]),
    ]),
    xml("table", {}, [
      xml("view", {}, [
        xml("datasources", {}, [named.length === 0 ? null : parameterLink(), link]),
        named.length === 0 ? null : parameterDependencies(named),
        dependencies(source, shelvesOf(sheet)),
        ...filters.map((filter) => filterElement(source, filter, groupOf)),
        filters.length === 0
          ? null
          : xml(
              "slices",
              {},
              filters.map(({ field }) => xml("column", {}, qualified(source, { field, as: "each" }))),
            ),
        xml("aggregation", { value: true }),
      ]),
      xml("style"),
      xml("panes", {}, [
        xml("pane", {}, [
          xml("view", {}, [xml("breakdown", { value: "auto" })]),
          xml("mark", { class: mark }),
          encodings(sheet),
          targetLine(sheet),
        ]),
      ]),
      xml("rows", {}, shelfText(source, sheet.rows)),
      xml("cols", {}, shelfText(source, sheet.cols)),
    ]),
    xml("simple-id", { uuid: uuidOf(`worksheet ${sheet.name}`) }),
  ]);
}

/** The columns a view uses, and those that its calculations stand on. */
function usedFields(source: Source, shelves: readonly Shelf[]): readonly Field[] {
  const used = new Map<string, Field>();
  const take = (name: string): void => {
    if (used.has(name)) return;
    const field = fieldOf(source, name);
    used.set(name, field);
    for (const inner of namedIn(field.formula ?? "")) take(inner);
  };
  for (const { field } of shelves) take(field);
  return [...used.values()];
}

/** The columns a view uses and how it takes them; each once. */
export function dependencies(source: Source, shelves: readonly Shelf[]): XmlElement {
  const instances = new Map(
    shelves.map((shelf) => instanceOf(source, shelf)).map((instance) => [instance.name, instance]),
  );
  return xml("datasource-dependencies", { datasource: source.id }, [
    ...usedFields(source, shelves).map((field) => columnElement({ ...field, comment: null })),
    ...[...instances.values()].map(({ name, column, derivation, type }) =>
      xml("column-instance", { column, derivation, name, pivot: "key", type }),
    ),
  ]);
}

function filterElement(
  source: Source,
  { field, only }: SheetFilter,
  groupOf: (source: Source, field: string) => number,
): XmlElement {
  const { name } = instanceOf(source, { field, as: "each" });
  const column = `[${source.id}].${name}`;
  const chosen = { "user:ui-domain": "relevant", "user:ui-enumeration": "inclusive", "user:ui-marker": "enumerate" };
  if (only === null) {
    return xml("filter", { class: "categorical", column, "filter-group": groupOf(source, field) }, [
      xml("groupfilter", {
        function: "level-members",
        level: name,
        "user:ui-enumeration": "all",
        "user:ui-marker": "enumerate",
      }),
    ]);
  }
  const members = only.map((value) => ({
    function: "member",
    level: name,
    member: typeof value === "string" ? `"${value.replaceAll(/["\\]/gu, String.raw`\$&`)}"` : String(value),
  }));
  const [first, ...more] = members;
  return xml("filter", { class: "categorical", column }, [
    more.length === 0 && first !== undefined
      ? xml("groupfilter", { ...first, ...chosen })
      : xml(
          "groupfilter",
          { function: "union", ...chosen },
          members.map((member) => xml("groupfilter", member)),
        ),
  ]);
}

function encodings({ source, color, shape, text = [], tooltip = [] }: Sheet): XmlElement | null {
  const encoded = [
    ...(color === undefined ? [] : [xml("color", { column: qualified(source, color) })]),
    ...(shape === undefined ? [] : [xml("shape", { column: qualified(source, shape) })]),
    ...text.map((shelf) => xml("text", { column: qualified(source, shelf) })),
    ...tooltip.map((shelf) => xml(shelf.as === "each" ? "lod" : "tooltip", { column: qualified(source, shelf) })),
  ];
  return encoded.length === 0 ? null : xml("encodings", {}, encoded);
}

function targetLine({ source, target, rows, cols, name }: Sheet): XmlElement | null {
  const measure = [...cols, ...rows].find(({ as }) => !isName(as));
  if (target === undefined || measure === undefined) return null;
  return xml("reference-line", {
    "axis-column": qualified(source, measure),
    "enable-instant-analytics": true,
    formula: "average",
    id: `target-${uuidOf(name).slice(1, 9)}`,
    label: "target <Value>",
    "label-type": "custom",
    scope: "per-cell",
    "value-column": qualified(source, target),
    "z-order": 1,
  });
}

/** Names, days and months divide a view; anything else measures in it. */
function isName(as: Shelf["as"]): boolean {
  return as === "each" || as === "day" || as === "month";
}

/** Fields after each other, measures side by side. */
function shelfText(source: Source, shelves: readonly Shelf[]): string {
  const names = (measures: boolean): readonly string[] =>
    shelves.filter(({ as }) => isName(as) !== measures).map((shelf) => qualified(source, shelf));
  const dimensions = names(false).join(" / ");
  const measures = names(true);
  const beside = measures.length > 1 ? `(${measures.join(" + ")})` : measures.join("");
  if (dimensions === "") return beside;
  const left = names(false).length > 1 ? `(${dimensions})` : dimensions;
  return beside === "" ? left : `(${left} * ${beside})`;
}
