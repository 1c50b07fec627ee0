import { toIso } from "../../model/index.ts";
import { approvalOf, chooseOperations, findPerson, findPlan } from "../../sync/index.ts";
import { approveDocument, toApproveDocument } from "../documents/apply.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import type { Machine } from "../terminal.ts";
import { readInstant } from "./sandbox.ts";

export interface ApproveOptions extends GlobalOptions {
  readonly only?: readonly string[];
  readonly by: string;
  readonly until?: string;
}

/** Records that operations of a plan may be carried out; sends nothing. */
export async function approveVerb(machine: Machine, hash: string, options: ApproveOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const by = findPerson(hub.configuration, options.by);
    const plan = await findPlan(hub.store.handoffs, hash);
    const operations = options.only === undefined ? plan.operations : chooseOperations(plan, options.only);
    const until = options.until === undefined ? null : readInstant(options.until);
    const approval = approvalOf(plan, operations, by, { now: hub.asOf, until });
    await hub.run("approve", async ({ store, fence }) => {
      await store.outbox.approve(fence, approval);
      return { answer: null, complete: true, summary: { plan: plan.hash, operations: operations.length } };
    });
    if (options.json) writeDocument(machine.terminal, approveDocument, toApproveDocument(approval));
    else {
      const part = operations.length === plan.operations.length ? "" : ` of ${String(plan.operations.length)}`;
      machine.terminal.out(
        `${by} approves ${String(operations.length)}${part} operations of plan ${plan.hash.slice(0, 12)} until ${toIso(approval.until)}.\n`
          + `\`hub apply ${plan.hash.slice(0, 12)}\` carries them out now, the next \`hub run\` by itself.\n`,
      );
    }
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}
