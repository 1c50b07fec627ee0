import { resolve } from "node:path";
import { toIso } from "../../model/index.ts";
import { runCycle } from "../../sync/index.ts";
import type { CycleReport } from "../../sync/index.ts";
import { cycleDocument, toCycleDocument } from "../documents/cycle.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT, exitCodeOfPull } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions, OpenHub } from "../hub.ts";
import { hyperEngine } from "../hyper.ts";
import { formatSummary } from "../summary.ts";
import type { Machine } from "../terminal.ts";
import { tellWhenToTryAgain } from "./sync.ts";

export interface RunVerbOptions extends GlobalOptions {
  readonly out: string;
}

/** One whole cycle, as the schedule does it. */
export async function runVerb(machine: Machine, options: RunVerbOptions): Promise<number> {
  return runAndTell(machine, options, await hyperEngine(machine, false));
}

/** Runs a cycle and writes its summary or document. */
export async function runAndTell(machine: Machine, options: RunVerbOptions, hyperd: string | null): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { result } = await hub.run("run", async (context) => {
      const report = await runCycle(context, {
        directory: resolve(machine.directory, options.out),
        formats: context.configuration.publish.formats,
        hyperd,
      });
      return { answer: report, complete: report.complete, summary: runSummary(report) };
    });
    if (options.json) writeDocument(machine.terminal, cycleDocument, toCycleDocument(result.answer, hub.asOf));
    else
      machine.terminal.out(
        formatSummary(result.answer, { title: titleOf(hub), currency: hub.configuration.money.corporate }),
      );
    await tellWhenToTryAgain(machine, hub, result.answer.pull);
    const code = exitCodeOfPull(result.answer.pull);
    if (code === EXIT.complete && result.answer.apply.waits) return EXIT.retryLater;
    return code === EXIT.complete && !result.complete ? EXIT.incomplete : code;
  } finally {
    await hub.close();
  }
}

function titleOf({ configuration, asOf }: OpenHub): string {
  const local = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "full",
    timeStyle: "short",
    timeZone: configuration.zone,
  }).format(asOf);
  return `${configuration.company}, ${local} in ${configuration.zone} (as of ${toIso(asOf)})`;
}

function runSummary(report: CycleReport) {
  return {
    plan: report.plan.hash,
    handoffs: report.handoffs.length,
    cases: { ...report.measurement.cases },
    published: report.publish.published.length,
  };
}
