import { planStep, reconcileStep } from "../../sync/index.ts";
import { planDocument, toPlanDocument } from "../documents/plan.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatPlan } from "../plan-view.ts";
import type { Machine } from "../terminal.ts";

/** Decides the handoffs anew and stores the plan of repairs. */
export async function planVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { result } = await hub.run("plan", async (context) => {
      const { operations } = await reconcileStep(context);
      const plan = await planStep(context, operations);
      return { answer: plan, complete: true, summary: { plan: plan.hash, operations: plan.operations.length } };
    });
    if (options.json) writeDocument(machine.terminal, planDocument, toPlanDocument(result.answer));
    else machine.terminal.out(formatPlan(result.answer, await hub.store.model.actors()));
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}
