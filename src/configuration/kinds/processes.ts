import { compileProcess, processFileSchema } from "../../kpis/index.ts";
import type { ProcessDefinition } from "../../kpis/index.ts";
import type { FileKind, KindContext, KindProblem } from "../file-kind.ts";
import { suggestion } from "../shape.ts";
import type { NodePath } from "../yaml-file.ts";
import { handoffKind } from "./handoffs.ts";
import { checkAttributePath, checkTeam, checkType } from "./names.ts";

/** config/processes/*.yaml, each checked against the objects and stages that the mappings make. */
export const processKind: FileKind<ProcessDefinition> = {
  name: "process",
  folder: "processes",
  shapeCode: "HUB-2301",
  schema: processFileSchema,
  compile: (data, context) => {
    // Told before anything that follows from it, such as the name of the event the case is created by.
    const unknownCase = checkType(processFileSchema.parse(data).case, ["case"], context.vocabulary);
    if (unknownCase.length > 0) return { value: null, problems: unknownCase };
    const process = compileProcess(data);
    return { value: process, problems: checkProcess(process, context) };
  },
  identityOf: (process) => process.key,
  explain: (process) => process.explanation.join(" "),
};

function checkProcess(process: ProcessDefinition, context: KindContext): readonly KindProblem[] {
  const { vocabulary } = context;
  const words = vocabulary.get(process.caseType);
  const problems: KindProblem[] = [];
  for (const { type, reference } of process.joins) {
    const path = ["joins", type];
    const unknown = checkType(type, path, vocabulary);
    problems.push(...unknown);
    const references = vocabulary.get(type)?.references ?? [];
    if (unknown.length === 0 && !references.includes(reference)) {
      problems.push({
        code: "HUB-2024",
        message: `Objects of the type ${type} have no reference "${reference}".`,
        path,
        remedy: suggestion(reference, references),
      });
    }
  }
  problems.push(...checkStart(process, context), ...checkActivities(process, context));
  if (words !== undefined) {
    if (process.where !== null) {
      problems.push(
        ...checkAttributePath({ via: null, attribute: process.where.attribute }, ["where"], words, vocabulary),
      );
    }
    if (process.money !== null) problems.push(...checkAttributePath(process.money, ["money"], words, vocabulary));
    for (const [name, dimension] of Object.entries(process.dimensions)) {
      problems.push(...checkAttributePath(dimension, ["dimensions", name], words, vocabulary));
    }
    if (process.owner !== null) {
      problems.push(...checkAttributePath({ via: null, attribute: process.owner }, ["owner"], words, vocabulary));
    }
  }
  if (process.team !== null) problems.push(...checkTeam(process.team, ["team"], context.people));
  for (const [index, stage] of process.stages.entries()) {
    if (stage.team !== null) problems.push(...checkTeam(stage.team, ["stages", index, "team"], context.people));
  }
  if (process.sprints !== null) problems.push(...checkType(process.sprints.objectType, ["sprints", "of"], vocabulary));
  return problems;
}

function checkStart({ start, caseType }: ProcessDefinition, context: KindContext): readonly KindProblem[] {
  const { vocabulary } = context;
  const own = vocabulary.get(caseType);
  if (start.kind === "day") {
    return own === undefined
      ? []
      : checkAttributePath({ via: null, attribute: start.attribute }, ["starts"], own, vocabulary);
  }
  if (start.kind !== "handoff") return [];
  const contracts = context.compiled(handoffKind).map((contract) => contract.name);
  const problems: KindProblem[] = [...checkType(start.sourceType, ["starts"], vocabulary)];
  if (!contracts.includes(start.contract) && context.isComplete(handoffKind)) {
    problems.push({
      code: "HUB-2031",
      message: `There is no handoff "${start.contract}".`,
      path: ["through"],
      remedy: suggestion(start.contract, contracts),
    });
  }
  const stages = vocabulary.get(start.sourceType)?.stages ?? null;
  if (stages !== null && !stages.includes(start.activity)) {
    problems.push(unknownActivity(start.activity, ["starts"], stages));
  }
  if (start.idAttribute !== null && own !== undefined) {
    problems.push(...checkAttributePath({ via: null, attribute: start.idAttribute }, ["or_by"], own, vocabulary));
  }
  return problems;
}

/** Every activity must be a stage or an event of the case or what joins it, as far as the mappings list them. */
function checkActivities(process: ProcessDefinition, { vocabulary }: KindContext): readonly KindProblem[] {
  const types = [process.caseType, ...process.joins.map((join) => join.type)].flatMap(
    (type) => vocabulary.get(type) ?? [],
  );
  const problems: KindProblem[] = [];
  const eventTypes = types.flatMap((words) => words.eventTypes);
  for (const [type, activity] of process.renamed) {
    if (eventTypes.includes(type)) continue;
    problems.push({
      code: "HUB-2032",
      message: `No mapping of this process makes the event "${type}".`,
      path: ["activities", activity],
      remedy: suggestion(type, eventTypes),
    });
  }
  // Steps are named by the records themselves (an Asana task's name), so they cannot be checked before data is there.
  if (types.some((words) => words.steps || words.stages === null)) return problems;
  const known = [...types.flatMap((words) => words.stages ?? []), ...eventTypes, ...process.renamed.values()];
  const folded = new Set(known.map((name) => name.toLowerCase()));
  const named: readonly (readonly [string, NodePath])[] = [
    ...process.stages.map((stage, index) => [stage.until ?? stage.name, ["stages", index]] as const),
    ...Object.values(process.ends).map((end) => [end.activity, ["ends"]] as const),
    ...process.steps.map((step) => [step.name, ["steps", step.name]] as const),
  ];
  for (const [activity, path] of named) {
    if (!folded.has(activity.toLowerCase())) problems.push(unknownActivity(activity, path, known));
  }
  return problems;
}

function unknownActivity(activity: string, path: NodePath, known: readonly string[]): KindProblem {
  return {
    code: "HUB-2032",
    message: `No mapping of this process knows the stage or event "${activity}".`,
    path,
    remedy: suggestion(activity, known),
  };
}
