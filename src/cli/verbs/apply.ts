import { applyPlan, findPlan } from "../../sync/index.ts";
import { formatApply } from "../apply-view.ts";
import { applyDocument, toApplyDocument } from "../documents/apply.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import type { Machine } from "../terminal.ts";

/** Reads what is new, then carries out what is approved of a plan and still wanted. */
export async function applyVerb(machine: Machine, hash: string, options: GlobalOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const plan = await findPlan(hub.store.handoffs, hash);
    const { result } = await hub.run("apply", async (context) => {
      const applied = await applyPlan(context, plan);
      return {
        answer: applied,
        complete: applied.complete,
        summary: { plan: plan.hash, operations: applied.apply.outcomes.length },
      };
    });
    const { apply, plan: next } = result.answer;
    if (options.json)
      writeDocument(machine.terminal, applyDocument, toApplyDocument(result.answer, plan.hash, hub.asOf));
    else {
      machine.terminal.out(formatApply(apply));
      machine.terminal.out(
        `${String(next.operations.length)} operations are proposed now (plan ${next.hash.slice(0, 12)}).\n`,
      );
    }
    if (apply.waits) return EXIT.retryLater;
    return result.complete ? EXIT.complete : EXIT.incomplete;
  } finally {
    await hub.close();
  }
}
