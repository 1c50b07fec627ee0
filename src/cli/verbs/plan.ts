import type { Plan } from "../../model/index.ts";
import { planStep, reconcileStep } from "../../sync/index.ts";
import { planDocument, toPlanDocument } from "../documents/plan.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions, OpenHub } from "../hub.ts";
import { planCosts } from "../plan-cost.ts";
import { formatPlan } from "../plan-view.ts";
import type { Machine } from "../terminal.ts";

/** Decides the handoffs anew and stores the plan of repairs. */
export async function planVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const plan = await decidePlan(hub);
    const handoffs = await hub.store.handoffs.handoffs();
    const costs = planCosts(plan.operations, await hub.store.ledger.accounts());
    if (options.json) writeDocument(machine.terminal, planDocument, toPlanDocument(plan, handoffs, costs));
    else {
      const actors = await hub.store.model.actors();
      machine.terminal.out(formatPlan({ plan, actors, handoffs, costs, zone: hub.configuration.zone }));
    }
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}

/** Decides the handoffs of what is stored anew, and stores what would repair them. */
export async function decidePlan(hub: OpenHub): Promise<Plan> {
  const { result } = await hub.run("plan", async (context) => {
    const { operations } = await reconcileStep(context);
    const plan = await planStep(context, operations);
    return { answer: plan, complete: true, summary: { plan: plan.hash, operations: plan.operations.length } };
  });
  return result.answer;
}
