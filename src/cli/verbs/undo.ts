import { findPerson, findPlan, inversePlan } from "../../sync/index.ts";
import { planDocument, toPlanDocument } from "../documents/plan.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { planCosts } from "../plan-cost.ts";
import { formatPlan } from "../plan-view.ts";
import type { Machine } from "../terminal.ts";

export interface UndoOptions extends GlobalOptions {
  readonly by: string;
}

/** Stores the inverse of what was confirmed of a plan; sends nothing. */
export async function undoVerb(machine: Machine, hash: string, options: UndoOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const by = findPerson(hub.configuration, options.by);
    const plan = await findPlan(hub.store.handoffs, hash);
    const inverse = await inversePlan(hub.store, plan, by, { asOf: hub.asOf, now: hub.asOf });
    await hub.run("undo", async ({ store, fence }) => {
      await store.handoffs.savePlan(fence, inverse);
      return { answer: null, complete: true, summary: { plan: inverse.hash, undoes: plan.hash } };
    });
    const handoffs = await hub.store.handoffs.handoffs();
    const costs = planCosts(inverse.operations, await hub.store.ledger.accounts());
    if (options.json) writeDocument(machine.terminal, planDocument, toPlanDocument(inverse, handoffs, costs));
    else {
      const actors = await hub.store.model.actors();
      machine.terminal.out(formatPlan({ plan: inverse, actors, handoffs, costs, zone: hub.configuration.zone }));
      machine.terminal.out(`\`hub approve ${inverse.hash.slice(0, 12)} --by NAME\` agrees to it.\n`);
    }
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}
