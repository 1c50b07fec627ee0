import { estimateSync } from "../../sync/index.ts";
import type { ConnectionEstimate } from "../../sync/index.ts";
import { estimateDocument, toEstimateDocument } from "../documents/estimate.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { forecastText } from "../forecast-text.ts";
import { formatProblems, openLook } from "../look.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";
import type { SyncVerbOptions } from "./sync.ts";

/** What a sync would cost and when it would be done; reads no record. 3 when something could not be estimated. */
export async function estimateVerb(machine: Machine, options: SyncVerbOptions): Promise<number> {
  const context = await openLook(machine, options);
  try {
    const estimates = await estimateSync(context, {
      ...(options.connection === undefined ? {} : { connections: options.connection }),
      ...(options.stream === undefined ? {} : { streams: options.stream }),
      mode: options.sweep ? "sweep" : options.full ? "full" : "incremental",
    });
    if (options.json) {
      writeDocument(machine.terminal, estimateDocument, toEstimateDocument(context.asOf, estimates));
    } else {
      const { zone } = context.configuration;
      for (const estimate of estimates) {
        machine.terminal.out(estimateText(estimate, context.asOf, zone, machine.directory));
      }
    }
    return estimates.every(({ problems }) => problems.length === 0) ? EXIT.complete : EXIT.incomplete;
  } finally {
    await context.store.close();
  }
}

function estimateText(estimate: ConnectionEstimate, asOf: number, zone: string, directory: string): string {
  const { connection, calls, streams, forecast, spent, problems } = estimate;
  const rows = streams.map((each) => [
    each.stream,
    count(each.partitions),
    count(each.calls),
    each.records === null ? "–" : count(each.records),
    each.exact ? "exact" : "about",
  ]);
  const right = (title: string): { readonly title: string; readonly align: "right" } => ({ title, align: "right" });
  return [
    `${connection}: ${count(calls)} calls; ${forecastText(forecast, asOf, zone)}. (The estimate took ${count(spent)}.)\n`,
    formatTable([{ title: "stream" }, right("partitions"), right("calls"), right("records"), { title: "" }], rows),
    formatProblems(directory, problems),
  ].join("");
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
