import { HubError } from "../../model/index.ts";
import type { HandoffDecision } from "../../model/index.ts";
import { findPerson } from "../../sync/index.ts";
import { handoffsWordDocument } from "../documents/handoffs.ts";
import { isoOrNull } from "../documents/parts.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { findHandoff } from "../find-handoff.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { localTime } from "../local-time.ts";
import { nameOf } from "../plan-view.ts";
import type { Machine } from "../terminal.ts";
import { readInstant } from "./sandbox.ts";

export interface HandoffWordOptions extends GlobalOptions {
  readonly reason: string;
  readonly by: string;
  readonly until?: string;
}

/**
 * Records a person's word on one handoff: to leave it alone, for good or for a while, or to take it up again. It counts
 * from the next `hub handoffs` on.
 */
export async function handoffWordVerb(
  machine: Machine,
  kind: HandoffDecision["kind"],
  id: string,
  options: HandoffWordOptions,
): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { zone } = hub.configuration;
    const handoff = findHandoff(await hub.store.handoffs.handoffs(), id);
    const by = findPerson(hub.configuration, options.by);
    const until = options.until === undefined ? null : readInstant(options.until);
    if (until !== null && until <= hub.asOf) {
      throw new HubError("HUB-4012", `${localTime(until, zone)} has passed already.`, {
        disposition: "operator",
        remedy: "Give a later --until.",
      });
    }
    await hub.run(kind, async ({ store, fence, dependencies }) => {
      const at = dependencies.clock.now();
      await store.handoffs.recordDecision(fence, {
        handoffId: handoff.id,
        kind,
        reason: options.reason,
        by,
        until,
        at,
      });
      return { answer: null, complete: true, summary: { handoff: handoff.id } };
    });
    if (options.json) {
      writeDocument(machine.terminal, handoffsWordDocument, {
        id: handoff.id,
        kind,
        reason: options.reason,
        by,
        until: isoOrNull(until),
      });
    } else {
      const what = kind === "resume" ? "is looked after again" : "is left alone";
      const name = nameOf(handoff);
      machine.terminal.out(
        `${handoff.contract} ${handoff.id.slice(0, 10)}${name === "" ? "" : ` (${name})`} ${what}${until === null ? "" : ` until ${localTime(until, zone)}`}: ${options.reason}\n`,
      );
    }
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}
