import { withWaivers } from "../../handoffs/index.ts";
import type { Handoff, Operation } from "../../model/index.ts";
import { toIso } from "../../model/index.ts";
import { currentWaivers, decidedAsOf, tryHandoff } from "../../sync/index.ts";
import type { TriedHandoff } from "../../sync/index.ts";
import { canonicalText, namesByAccount } from "../canonical-text.ts";
import type { Names } from "../canonical-text.ts";
import { handoffsTryDocument, toHandoffPart } from "../documents/handoffs.ts";
import { toOperationPart } from "../documents/plan.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { findHandoff } from "../find-handoff.ts";
import type { GlobalOptions } from "../hub.ts";
import { inZone } from "../local-time.ts";
import { openLook } from "../look.ts";
import { nameOf } from "../plan-view.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

/** Shows one stored handoff beside what the contract as it is written now makes of it. Nothing is stored. */
export async function handoffsTryVerb(machine: Machine, id: string, options: GlobalOptions): Promise<number> {
  const look = await openLook(machine, options);
  try {
    const { store, configuration } = look;
    const found = findHandoff(await store.handoffs.handoffs(), id);
    const [handoff = found] = withWaivers([found], await currentWaivers(store, look.asOf));
    // As of the run that decided the stored one, so that time passing changes nothing.
    const asOf = options.asOf === undefined ? ((await decidedAsOf(store)) ?? look.asOf) : look.asOf;
    const tried = await tryHandoff(look, handoff, asOf);
    if (options.json) {
      writeDocument(machine.terminal, handoffsTryDocument, {
        asOf: toIso(asOf),
        before: toHandoffPart(tried.before),
        after: tried.after === null ? null : toHandoffPart(tried.after),
        proposed: {
          before: tried.proposed.before.map(toOperationPart),
          after: tried.proposed.after.map(toOperationPart),
        },
      });
    } else machine.terminal.out(triedText(tried, namesByAccount(await store.model.actors()), configuration.zone));
    return EXIT.complete;
  } finally {
    await look.store.close();
  }
}

function triedText({ before, after, proposed }: TriedHandoff, people: Names, zone: string): string {
  const rows = [
    ["state", stateOf(before), stateOf(after)],
    ["link, time", `${before.link}, ${before.timeliness}`, after === null ? "" : `${after.link}, ${after.timeliness}`],
    [
      "content, decision",
      `${before.content}, ${before.decision}`,
      after === null ? "" : `${after.content}, ${after.decision}`,
    ],
    ["target", before.targetKey ?? "–", after?.targetKey ?? "–"],
    ["would do", deeds(proposed.before, people), deeds(proposed.after, people)],
  ];
  const changed = rows.some(([, was, is]) => was !== is);
  return [
    `${before.contract} ${before.id.slice(0, 10)} ${nameOf(before)}\n`,
    formatTable([{ title: "" }, { title: "stored" }, { title: "with the contract as it is" }], rows),
    `  stored: ${inZone(before.because, zone)}\n`,
    `  now:    ${after === null ? "nothing is expected there any more" : inZone(after.because, zone)}\n`,
    changed ? "" : "It would come out as it is.\n",
  ].join("");
}

function stateOf(handoff: Handoff | null): string {
  if (handoff === null) return "no handoff";
  return handoff.historical ? "historical" : `${handoff.plain} (${handoff.label})`;
}

function deeds(operations: readonly Operation[], people: Names): string {
  const all = operations.map(({ action, objectType, field, before, after, system }) => {
    if (field === null || (typeof after === "object" && after !== null && "template" in after))
      return `${action} ${objectType}`;
    return `${field} ${canonicalText(before, system, people)} → ${JSON.stringify(after)}`;
  });
  return all.length === 0 ? "nothing" : all.join("; ");
}
