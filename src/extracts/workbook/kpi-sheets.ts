import type { KpiDefinition, MeasureKind } from "../../kpis/index.ts";
import type { Shelf, Sheet } from "./sheet.ts";
import type { Source } from "./source.ts";

export const each = (field: string): Shelf => ({ field, as: "each" });
export const sum = (field: string): Shelf => ({ field, as: "sum" });
export const average = (field: string): Shelf => ({ field, as: "average" });
export const median = (field: string): Shelf => ({ field, as: "median" });
export const count = (field: string): Shelf => ({ field, as: "count" });
export const day = (field: string): Shelf => ({ field, as: "day" });
export const month = (field: string): Shelf => ({ field, as: "month" });
export const calculated = (field: string): Shelf => ({ field, as: "calculated" });

/** Medians exist by one cut each and for nobody together. */
const SCOPES: Readonly<Partial<Record<MeasureKind, string>>> = {
  "cycle time": "process",
  "stage cycle time": "stage",
  "handoff latency": "contract",
};

/** What a value rests on, for its tooltip. */
const GROUNDS: readonly Shelf[] = [
  "sentence",
  "question",
  "formula",
  "window_text",
  "reason",
  "kpi_owner",
  "definition_version",
  "as_of_local",
].map(each);
const COUNTS: readonly Shelf[] = ["n", "n_open", "n_excluded", "ci_low", "ci_high"].map(average);

/** A KPI's own sheet: its value with the verdict as word and shape, and the target as a line. */
export function kpiSheet(source: Source, kpi: KpiDefinition, name: string): Sheet {
  const inDays = SCOPES[kpi.measure] !== undefined;
  return {
    name,
    how: `${kpi.question} ${kpi.formula} Target: ${kpi.target?.text ?? "none"}. Definition ${kpi.key} of ${kpi.owner}.`,
    source,
    mark: "Shape",
    rows: [each("scope_key")],
    cols: [average(inDays ? "calc_value_days" : "value")],
    color: each("status"),
    shape: each("status"),
    text: [each("calc_value_words"), each("status")],
    tooltip: [...GROUNDS, ...COUNTS],
    filters: [
      { field: "kpi", only: [kpi.name] },
      { field: "is_shown", only: [1] },
      { field: "scope_type", only: [SCOPES[kpi.measure] ?? "company"] },
    ],
    ...(kpi.target === null || (kpi.target.kind === "duration") !== inDays
      ? {}
      : { target: average(inDays ? "calc_target_days" : "target") }),
  };
}

/** Rates by process: each value is the KPI's own for that process, none is put together from others. */
export function processSheet(source: Source, name: string, processes: readonly string[]): Sheet {
  return {
    name,
    how: "Each KPI's own value for the process over the shortest window of its file that has enough cases.",
    source,
    mark: "Shape",
    rows: [each("scope_key"), each("kpi_title")],
    cols: [average("value")],
    color: each("status"),
    shape: each("status"),
    text: [each("calc_value_words"), each("status")],
    tooltip: [...GROUNDS, ...COUNTS],
    filters: [
      { field: "scope_type", only: ["process"] },
      { field: "is_shown", only: [1] },
      { field: "unit", only: ["ratio"] },
      ...(processes.length === 0 ? [] : [{ field: "scope_key", only: processes }]),
    ],
    target: average("target"),
  };
}

/** Medians of stages, all visits of a case together, as the KPI defines them. */
export function stageSheet(
  source: Source,
  name: string,
  kpis: readonly KpiDefinition[],
  stages: readonly string[],
): Sheet | null {
  const ofStages = kpis.filter(({ measure }) => measure === "stage cycle time").map((kpi) => kpi.name);
  if (ofStages.length === 0 || stages.length === 0) return null;
  return {
    name,
    how: "Median time in a stage, all visits of a case together; stays under a minute between stages that are not neighbours are left out.",
    source,
    mark: "Bar",
    rows: [each("scope_key")],
    cols: [average("calc_value_days")],
    tooltip: [...GROUNDS, ...COUNTS],
    filters: [
      { field: "kpi", only: ofStages },
      { field: "is_shown", only: [1] },
      { field: "scope_key", only: stages },
    ],
  };
}

/** The last twelve months of rates, for the whole company. */
export function trendSheet(source: Source, name: string, kpis: readonly string[]): Sheet {
  return {
    name,
    how: "The company's value of each whole month; a month has fewer cases than the window a verdict is given over.",
    source,
    mark: "Line",
    rows: [each("kpi_title"), average("value")],
    cols: [month("period_start")],
    color: each("kpi_title"),
    tooltip: [...COUNTS],
    filters: [
      { field: "kpi", only: kpis },
      { field: "window_text", only: ["month"] },
      { field: "scope_type", only: ["company"] },
    ],
    target: average("target"),
  };
}

/** As-of and gate, on every page. */
export function asOfSheet(source: Source): Sheet {
  return {
    name: "As of",
    how: "The moment everything is computed for, in the reporting zone; a gate says which source was not read in full.",
    source,
    mark: "Text",
    rows: [each("as_of_local (dim_as_of)"), each("zone"), each("gated")],
    cols: [],
    text: [count("kpi")],
    filters: [{ field: "is_shown", only: [1] }],
  };
}
