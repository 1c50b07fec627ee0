import { compileKpi, FormulaError, kpiFileSchema } from "../../kpis/index.ts";
import type { KpiDefinition, KpiVocabulary } from "../../kpis/index.ts";
import type { FileKind, KindProblem } from "../file-kind.ts";
import type { PeopleFile } from "../people-file.ts";
import { suggestion } from "../shape.ts";
import { handoffKind } from "./handoffs.ts";
import { teamsOf } from "./names.ts";
import { processKind } from "./processes.ts";

/** config/kpis/*.yaml, each checked against the processes and handoffs it measures. */
export const kpiKind: FileKind<KpiDefinition> = {
  name: "kpi",
  folder: "kpis",
  shapeCode: "HUB-2311",
  schema: kpiFileSchema,
  compile: (data, context) => {
    if (!context.isComplete(processKind) || !context.isComplete(handoffKind)) return { value: null, problems: [] };
    const outcome = compiled(data, {
      processes: context.compiled(processKind),
      contracts: context.compiled(handoffKind).map((contract) => contract.name),
    });
    if ("problem" in outcome) return { value: null, problems: [outcome.problem] };
    return { value: outcome.kpi, problems: checkOwner(outcome.kpi.owner, context.people) };
  },
  identityOf: (kpi) => kpi.key,
  explain: (kpi) => kpi.explanation,
};

/** A slip inside a formula is told at its character. */
function compiled(
  data: unknown,
  vocabulary: KpiVocabulary,
): { readonly kpi: KpiDefinition } | { readonly problem: KindProblem } {
  try {
    return { kpi: compileKpi(data, vocabulary) };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    const { code, message, key, offset, remedy } = error;
    const path = key.map((part) => (/^\d+$/u.test(part) ? Number(part) : part));
    return { problem: { code, message, path, offset, ...(remedy === undefined ? {} : { remedy }) } };
  }
}

/** A KPI is owned by somebody who can be asked. */
function checkOwner(owner: string, people: PeopleFile): readonly KindProblem[] {
  const known = [...people.map((person) => person.name), ...teamsOf(people)];
  if (people.length === 0 || known.includes(owner)) return [];
  return [
    {
      code: "HUB-2029",
      message: `The owner "${owner}" is neither a person nor a team of people.yaml.`,
      path: ["owner"],
      remedy: suggestion(owner, known),
    },
  ];
}
