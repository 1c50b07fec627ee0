import { toIso } from "../../model/index.ts";
import { measureStep, reconcileStep } from "../../sync/index.ts";
import { measureDocument, toKpiPart } from "../documents/cycle.ts";
import { toRestatementPart } from "../documents/restatements.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatGates, formatRestatements } from "../restatements-view.ts";
import { formatCycleTimes, formatKpis } from "../summary.ts";
import type { Machine } from "../terminal.ts";

/** Decides the handoffs anew and computes the KPIs from what is stored. */
export async function measureVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { result } = await hub.run("measure", async (context) => {
      await reconcileStep(context);
      const { star, results, cases, refreshed, refreshMs, restatements, gates } = await measureStep(context);
      star.close();
      return {
        answer: { results, cases, refresh: { ...refreshed, ms: refreshMs }, restatements, gates },
        complete: true,
        summary: { cases },
      };
    });
    const { results, cases, refresh, restatements, gates } = result.answer;
    if (options.json) {
      writeDocument(machine.terminal, measureDocument, {
        asOf: toIso(hub.asOf),
        cases: { ...cases },
        refresh,
        kpis: results.filter((each) => each.shown).map(toKpiPart),
        restatements: restatements.map(toRestatementPart),
        gates: Object.fromEntries(gates),
      });
    } else
      machine.terminal.out(
        [
          formatKpis(results),
          formatCycleTimes(results),
          ...(gates.size === 0 ? [] : [`Gated\n${formatGates(gates)}`]),
          formatRestatements(restatements),
        ].join("\n"),
      );
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}
