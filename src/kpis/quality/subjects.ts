import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import { quote } from "../measures/sql.ts";

/** The processes and handoff contracts that a figure is made of, by name. */
export interface Subjects {
  readonly processes: readonly string[];
  readonly contracts: readonly string[];
}

/** What a KPI rests on. A formula rests on those it names, and on all there are when it names none. */
export function subjectsOf(
  kpi: KpiDefinition,
  processes: readonly ProcessDefinition[],
  contracts: readonly string[],
): Subjects {
  const { own, measure, of, subject, goodProcess } = kpi;
  const all = [...new Set(processes.map(({ name }) => name))];
  // These count what is written in the configuration, or tell of the data itself.
  if (measure === "design coverage" || own?.fact === "fact_data_quality") return { processes: [], contracts: [] };
  if (own === null) {
    return subject === "contract"
      ? { processes: goodProcess === null ? [] : [goodProcess], contracts: of }
      : { processes: of, contracts: [] };
  }
  if (own.fact === "fact_sprints") {
    return { processes: processes.filter(({ sprints }) => sprints !== null).map(({ name }) => name), contracts: [] };
  }
  const named = (names: readonly string[]): readonly string[] => {
    const found = names.filter((name) => own.where.includes(quote(name)));
    return found.length === 0 ? names : found;
  };
  return own.fact === "fact_handoffs"
    ? { processes: [], contracts: named(contracts) }
    : { processes: named(all), contracts: [] };
}
