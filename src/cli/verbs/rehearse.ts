import type { Plan } from "../../model/index.ts";
import { rehearsalDocument, toRehearsalDocument } from "../documents/rehearsal.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { openLook } from "../look.ts";
import { createProgressView } from "../progress-view.ts";
import { rehearse } from "../rehearsal.ts";
import { rehearsalText } from "../rehearsal-view.ts";
import type { Machine } from "../terminal.ts";
import { decidePlan } from "./plan.ts";

/** Decides the plan and carries it out where nothing is real; 3 when some of it would not come to what was planned. */
export async function rehearseVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const plan = await planNow(machine, options);
  const look = await openLook(machine, options);
  const view = createProgressView(machine.terminal, { quiet: options.quiet, wallNow: machine.wallNow });
  try {
    const rehearsal = await rehearse(machine, look, plan, view.listener);
    view.finish();
    if (options.json) writeDocument(machine.terminal, rehearsalDocument, toRehearsalDocument(rehearsal));
    else machine.terminal.out(rehearsalText(rehearsal));
    return rehearsal.applied.complete ? EXIT.complete : EXIT.incomplete;
  } finally {
    view.finish();
    await look.store.close();
  }
}

async function planNow(machine: Machine, options: GlobalOptions): Promise<Plan> {
  const hub = await openHub(machine, options);
  try {
    // What creations name is looked up where they are rehearsed.
    const { plan } = await decidePlan(hub, async (_context, operations) => ({ operations, refused: [] }));
    return plan;
  } finally {
    await hub.close();
  }
}
