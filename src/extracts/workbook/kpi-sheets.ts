import type { KpiArea, KpiDefinition, MeasureKind } from "../../kpis/index.ts";
import { CHOSEN, CHOSEN_PERIOD, CHOSEN_SEGMENT } from "./chosen.ts";
import type { Shelf, Sheet, SheetFilter } from "./sheet.ts";
import type { Source } from "./source.ts";

export const each = (field: string): Shelf => ({ field, as: "each" });
export const sum = (field: string): Shelf => ({ field, as: "sum" });
export const average = (field: string): Shelf => ({ field, as: "average" });
export const median = (field: string): Shelf => ({ field, as: "median" });
export const count = (field: string): Shelf => ({ field, as: "count" });
export const day = (field: string): Shelf => ({ field, as: "day" });
export const month = (field: string): Shelf => ({ field, as: "month" });
export const calculated = (field: string): Shelf => ({ field, as: "calculated" });

const chosen = (field: string): SheetFilter => ({ field, only: ["yes"] });

/** Medians exist by one cut each and for nobody together. */
const SCOPES: Readonly<Partial<Record<MeasureKind, string>>> = {
  "cycle time": "process",
  "stage cycle time": "stage",
  "handoff latency": "contract",
};

/** What a value rests on, for its tooltip: how it is computed, over what, and how sure it is. */
const GROUNDS: readonly Shelf[] = [
  "kpi",
  "sentence",
  "question",
  "formula",
  "target_text",
  "window_text",
  "period_start",
  "period_end",
  "excluded_because",
  "reason",
  "kpi_owner",
  "definition_version",
  "as_of_local",
].map(each);
const COUNTS: readonly Shelf[] = ["n", "n_open", "n_excluded", "calc_low", "calc_high"].map(average);
const VERDICT = each("calc_verdict");

/** A KPI's own sheet: its value with the verdict as word and shape, and the target as a line. */
export function kpiSheet(source: Source, kpi: KpiDefinition, name: string): Sheet {
  return {
    name,
    how: `${kpi.question} ${kpi.formula} ${kpi.clock === "business" ? "In business time. " : ""}Target: ${kpi.target?.text ?? "none"}. Definition ${kpi.key} of ${kpi.owner}.`,
    source,
    mark: "Shape",
    rows: [each("calc_scope")],
    cols: [average("calc_value")],
    color: VERDICT,
    shape: VERDICT,
    text: [each("calc_value_words"), VERDICT],
    tooltip: [...GROUNDS, ...COUNTS],
    filters: [{ field: "kpi", only: [kpi.name] }, ...choiceOf(kpi)],
    ...(kpi.target === null ? {} : { target: average("calc_target") }),
  };
}

/** The viewer's choice as far as the KPI has values for it. */
function choiceOf({ measure, of, subject }: KpiDefinition): readonly SheetFilter[] {
  const scope = SCOPES[measure];
  if (scope !== undefined) return [chosen(CHOSEN_PERIOD), { field: "scope_type", only: [scope, "company"] }];
  return [chosen(subject === "contract" || of.length === 1 ? CHOSEN_SEGMENT : CHOSEN)];
}

/** Every KPI of one part of the company, or of all: whatever has a definition stands here by itself. */
export function areaSheet(source: Source, name: string, areas: readonly KpiArea[] | null): Sheet {
  return {
    name,
    how: "The company's value of each KPI with its verdict, over the period chosen or the one its file shows. Times are told by process, stage or handoff on the pages.",
    source,
    mark: "Text",
    rows: [
      ...(areas === null ? [each("area")] : []),
      each("kpi_title"),
      each("calc_value_words"),
      VERDICT,
      each("target_text"),
    ],
    cols: [],
    text: [average("n")],
    color: VERDICT,
    tooltip: [...GROUNDS, ...COUNTS],
    filters: [chosen(CHOSEN_SEGMENT), ...(areas === null ? [] : [{ field: "area", only: areas }])],
  };
}

/** Rates by process: each value is the KPI's own for that process, none is put together from others. */
export function processSheet(source: Source, name: string, processes: readonly string[]): Sheet {
  return {
    name,
    how: "Each KPI's own value for the process, over the period chosen or the shortest window of its file that has enough cases.",
    source,
    mark: "Shape",
    rows: [each("calc_scope"), each("kpi_title")],
    cols: [average("calc_value")],
    color: VERDICT,
    shape: VERDICT,
    text: [each("calc_value_words"), VERDICT],
    tooltip: [...GROUNDS, ...COUNTS],
    filters: [
      { field: "scope_type", only: ["process"] },
      chosen(CHOSEN_PERIOD),
      { field: "unit", only: ["ratio", "share"] },
      ...(processes.length === 0 ? [] : [{ field: "scope_key", only: processes }]),
    ],
    target: average("calc_target"),
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
    how: "Median time in a stage in days, all visits of a case together; stays under a minute between stages that are not neighbours are left out.",
    source,
    mark: "Bar",
    rows: [each("scope_key")],
    cols: [average("calc_value")],
    text: [each("calc_value_words")],
    tooltip: [...GROUNDS, ...COUNTS],
    filters: [{ field: "kpi", only: ofStages }, chosen(CHOSEN_PERIOD), { field: "scope_key", only: stages }],
  };
}

/** The last twelve months of rates, for the whole company. */
export function trendSheet(source: Source, name: string, kpis: readonly string[]): Sheet {
  return {
    name,
    how: "The company's value of each whole month; a month has fewer cases than the window a verdict is given over.",
    source,
    mark: "Line",
    rows: [each("kpi_title"), average("calc_value")],
    cols: [month("period_start")],
    color: each("kpi_title"),
    tooltip: [...COUNTS],
    filters: [
      { field: "kpi", only: kpis },
      { field: "window_text", only: ["month"] },
      { field: "scope_type", only: ["company"] },
    ],
    target: average("calc_target"),
  };
}

/** As-of and gate, on every page. */
export function asOfSheet(source: Source): Sheet {
  return {
    name: "As of",
    how: "The moment everything is computed for, in the reporting zone; where values are gated, the reason says which source was not read in full.",
    source,
    mark: "Text",
    rows: [each("as_of_local"), each("zone"), each("calc_gate")],
    cols: [],
    text: [count("kpi")],
    filters: [{ field: "is_shown", only: [1] }],
  };
}
