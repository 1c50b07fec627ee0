import { handoffKind } from "../../configuration/index.ts";
import type { Contract } from "../../handoffs/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type { Operation, Problem } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import { createDoors } from "./doors.ts";
import type { Doors } from "./doors.ts";
import { surveyTarget } from "./prospects.ts";
import type { SurveyedTarget } from "./prospects.ts";
import { wantedOf } from "./values.ts";

/** A creation that cannot be made: something that its contract names is not there. */
export interface Refused {
  readonly operation: Operation;
  readonly problem: Problem;
}

/** What may be planned, with what it costs, and what not. */
export interface Sorted {
  readonly operations: readonly Operation[];
  readonly refused: readonly Refused[];
}

/**
 * Looks up what creations name before anybody is asked to approve them; each contract once in a run, and told once. What
 * cannot be looked up now stays planned: nothing is sent without a look.
 */
export function createSurveyor(
  context: RunContext,
  doors: Doors,
): (operations: readonly Operation[]) => Promise<Sorted> {
  const { configuration, signal, progress } = context;
  const contracts = configuration.compiled(handoffKind);
  const known = new Map<string, Promise<SurveyedTarget>>();
  const survey = async (contract: Contract): Promise<SurveyedTarget> => {
    try {
      const door = await doors.open(contract.createFrom?.connection ?? "");
      const found = await surveyTarget(configuration, contract, door, signal);
      for (const slip of found.slips) progress({ kind: "problem", ...toProblem(slip) });
      return found;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
      progress({ kind: "problem", ...toProblem(error) });
      return { slips: [], calls: null };
    }
  };
  return async (operations) => {
    const kept: Operation[] = [];
    const refused: Refused[] = [];
    for (const operation of operations) {
      const contract = contracts.find((each) => isOf(each, operation));
      if (contract === undefined) {
        kept.push(operation);
        continue;
      }
      const verdict = known.get(contract.name) ?? survey(contract);
      known.set(contract.name, verdict);
      const { slips, calls } = await verdict;
      const [first] = slips;
      if (first !== undefined) refused.push({ operation, problem: toProblem(first) });
      else kept.push(calls === null ? operation : { ...operation, calls });
    }
    return { operations: kept, refused };
  };
}

/** The same for a plan alone. */
export async function surveyPlan(context: RunContext, operations: readonly Operation[]): Promise<Sorted> {
  const doors = createDoors(context);
  try {
    return await createSurveyor(context, doors)(operations);
  } finally {
    await doors.close();
  }
}

/** What makes a creation is said by its contract; another one that says the same is as good. */
function isOf({ createFrom, targetType }: Contract, operation: Operation): boolean {
  return (
    operation.action === "create"
    && createFrom?.connection === operation.connection
    && createFrom.template === wantedOf(operation)["template"]
    && targetType === operation.objectType
  );
}
