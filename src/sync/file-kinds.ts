import type { FileKind } from "../configuration/index.ts";
import { explainContract, handoffSchema, tryCompileContract } from "../handoffs/index.ts";
import type { Contract } from "../handoffs/index.ts";
import { compileKpi, compileProcess, kpiFileSchema, processFileSchema } from "../kpis/index.ts";
import type { KpiDefinition, ProcessDefinition } from "../kpis/index.ts";
import { HubError } from "../model/index.ts";

export const PROCESS_FILES: FileKind<ProcessDefinition> = {
  name: "process",
  folder: "processes",
  shapeCode: "HUB-2301",
  schema: processFileSchema,
  compile: (data, context) => ({ value: compileProcess(data, context.placeOf([])), problems: [] }),
  identityOf: (process) => process.key,
  explain: (process) => process.explanation.join("\n"),
};

export const HANDOFF_FILES: FileKind<Contract> = {
  name: "handoff",
  folder: "handoffs",
  shapeCode: "HUB-2201",
  schema: handoffSchema,
  compile(data, context) {
    const calendar = context.calendars.get(context.calendar);
    if (calendar === undefined) {
      throw new HubError("HUB-2027", `There is no calendar "${context.calendar}" under calendars/.`, {
        disposition: "operator",
      });
    }
    return tryCompileContract(handoffSchema.parse(data), {
      calendar,
      types: context.vocabulary,
      connections: [...context.connections.keys()],
    });
  },
  identityOf: (contract) => contract.name,
  explain: (contract) => explainContract(contract).join("\n"),
};

export const KPI_FILES: FileKind<KpiDefinition> = {
  name: "KPI",
  folder: "kpis",
  shapeCode: "HUB-2311",
  schema: kpiFileSchema,
  compile: (data, context) => ({
    value: compileKpi(
      data,
      {
        processes: context.compiled(PROCESS_FILES),
        contracts: context.compiled(HANDOFF_FILES).map((contract) => contract.name),
      },
      context.placeOf([]),
    ),
    problems: [],
  }),
  identityOf: (kpi) => kpi.name,
  explain: (kpi) => kpi.question,
};

/** The kinds of configuration files beyond the hub's own, in the order in which they may refer to each other. */
export const FILE_KINDS: readonly FileKind<unknown>[] = [PROCESS_FILES, HANDOFF_FILES, KPI_FILES];
