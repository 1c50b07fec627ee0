import { HubError, parseRecordKey, toIso } from "../../model/index.ts";
import type { Handoff } from "../../model/index.ts";
import { PLAIN_STATES, handoffsDocument, handoffsWaiveDocument, toHandoffPart } from "../documents/handoffs.ts";
import { isoOrNull } from "../documents/parts.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatMoney } from "../money.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";
import { readInstant } from "./sandbox.ts";

export interface HandoffsVerbOptions extends GlobalOptions {
  readonly contract?: string;
  readonly all: boolean;
}

/** Lists the stored states: what needs somebody first; with `--all` what is fine and what is historical, too. */
export async function handoffsVerb(machine: Machine, options: HandoffsVerbOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const handoffs = await hub.store.handoffs.handoffs(options.contract);
    if (options.json) {
      writeDocument(machine.terminal, handoffsDocument, {
        asOf: toIso(hub.asOf),
        handoffs: handoffs.map(toHandoffPart),
      });
      return EXIT.complete;
    }
    if (handoffs.length === 0) {
      machine.terminal.out(
        "No handoff has been decided yet: `hub plan` or `hub run` does that from what `hub sync` read.\n",
      );
      return EXIT.complete;
    }
    const shown = options.all ? handoffs : handoffs.filter(needsSomebody);
    machine.terminal.out(
      formatTable(
        [
          { title: "id" },
          { title: "contract" },
          { title: "state" },
          { title: "label" },
          { title: "at stake", align: "right" },
          { title: "why" },
        ],
        [...shown]
          .sort(byUrgency)
          .map((handoff) => [
            handoff.id.slice(0, 10),
            handoff.contract,
            handoff.historical ? "historical" : handoff.plain,
            handoff.historical ? "" : handoff.label,
            handoff.money?.corporate == null
              ? ""
              : formatMoney(handoff.money.corporate, hub.configuration.money.corporate),
            handoff.because,
          ]),
      ),
    );
    machine.terminal.out(
      `${shown.length} of ${handoffs.length} handoffs${options.all ? "" : "; --all shows the rest"}\n`,
    );
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}

export interface WaiveOptions extends GlobalOptions {
  readonly reason: string;
  readonly by: string;
  readonly until?: string;
}

/** Records that one handoff is to be left alone, and why. */
export async function waiveVerb(machine: Machine, id: string, options: WaiveOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const handoff = findHandoff(await hub.store.handoffs.handoffs(), id);
    const until = options.until === undefined ? null : readInstant(options.until);
    await hub.run("waive", async ({ store, fence, dependencies }) => {
      await store.handoffs.recordDecision(fence, {
        handoffId: handoff.id,
        kind: "waive",
        reason: options.reason,
        by: options.by,
        until,
        at: dependencies.clock.now(),
      });
      return { answer: null, complete: true, summary: { handoff: handoff.id } };
    });
    if (options.json) {
      writeDocument(machine.terminal, handoffsWaiveDocument, {
        id: handoff.id,
        reason: options.reason,
        by: options.by,
        until: isoOrNull(until),
      });
    } else {
      machine.terminal.out(
        `${handoff.contract} ${handoff.id} is left alone${until === null ? "" : ` until ${toIso(until)}`}: ${options.reason}\nThe next run counts it as ignored.\n`,
      );
    }
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}

/** By its id, the beginning of it, or the native id of its source. @throws HubError HUB-4010 when none or several fit. */
function findHandoff(handoffs: readonly Handoff[], id: string): Handoff {
  const found = handoffs.filter(
    (handoff) =>
      handoff.id.startsWith(id)
      || (handoff.sourceKey !== null && (handoff.sourceKey === id || parseRecordKey(handoff.sourceKey)?.id === id)),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new HubError("HUB-4010", `${found.length === 0 ? "No handoff" : `${found.length} handoffs`} fit "${id}".`, {
    disposition: "operator",
    remedy: "Give the id as `hub handoffs --json` prints it.",
  });
}

function needsSomebody(handoff: Handoff): boolean {
  return !handoff.historical && handoff.plain !== "fine" && handoff.plain !== "ignored";
}

function byUrgency(a: Handoff, b: Handoff): number {
  const rank = (handoff: Handoff): number => (handoff.historical ? -1 : PLAIN_STATES.indexOf(handoff.plain));
  return rank(b) - rank(a) || (b.money?.corporate ?? 0) - (a.money?.corporate ?? 0) || (a.id < b.id ? -1 : 1);
}
