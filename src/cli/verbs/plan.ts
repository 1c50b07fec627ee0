import type { Plan } from "../../model/index.ts";
import { planStep, reconcileStep, surveyPlan } from "../../sync/index.ts";
import type { Refused } from "../../sync/index.ts";
import { planDocument, toPlanDocument } from "../documents/plan.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions, OpenHub } from "../hub.ts";
import { planCosts } from "../plan-cost.ts";
import { formatPlan } from "../plan-view.ts";
import type { Machine } from "../terminal.ts";

/** Decides the handoffs anew and stores the plan of repairs; 3 when something cannot be planned. */
export async function planVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { plan, refused } = await decidePlan(hub);
    const handoffs = await hub.store.handoffs.handoffs();
    const costs = planCosts(plan.operations, await hub.store.ledger.accounts());
    if (options.json) writeDocument(machine.terminal, planDocument, toPlanDocument(plan, handoffs, costs, refused));
    else {
      const actors = await hub.store.model.actors();
      machine.terminal.out(formatPlan({ plan, actors, handoffs, costs, refused, zone: hub.configuration.zone }));
    }
    return refused.length === 0 ? EXIT.complete : EXIT.incomplete;
  } finally {
    await hub.close();
  }
}

/** What would repair the handoffs, and which creations cannot be proposed because what they name is not there. */
export interface DecidedPlan {
  readonly plan: Plan;
  readonly refused: readonly Refused[];
}

/** Decides the handoffs of what is stored anew, asks the systems for what creations name, and stores the plan. */
export async function decidePlan(hub: OpenHub, survey: typeof surveyPlan = surveyPlan): Promise<DecidedPlan> {
  const { result } = await hub.run("plan", async (context) => {
    const { operations } = await reconcileStep(context);
    const surveyed = await survey(context, operations);
    const plan = await planStep(context, surveyed.operations);
    return {
      answer: { plan, refused: surveyed.refused },
      complete: surveyed.refused.length === 0,
      summary: { plan: plan.hash, operations: plan.operations.length },
    };
  });
  return result.answer;
}
