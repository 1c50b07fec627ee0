import { resolve } from "node:path";
import { toIso } from "../../model/index.ts";
import { measureStep, reconcileStep, writePages } from "../../sync/index.ts";
import { reportDocument, toReportPart } from "../documents/report.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatPages } from "../summary.ts";
import type { Machine } from "../terminal.ts";

export interface ReportVerbOptions extends GlobalOptions {
  readonly out: string;
}

/** Measures what is stored and writes the pages: one HTML file, and the starter workbook for Tableau. */
export async function reportVerb(machine: Machine, options: ReportVerbOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { result } = await hub.run("report", async (context) => {
      await reconcileStep(context);
      const measured = await measureStep(context);
      try {
        const pages = await writePages(context, measured, resolve(machine.directory, options.out));
        return { answer: pages, complete: true, summary: { bytes: pages.report.bytes } };
      } finally {
        measured.star.close();
      }
    });
    if (options.json) {
      writeDocument(machine.terminal, reportDocument, { asOf: toIso(hub.asOf), ...toReportPart(result.answer) });
    } else machine.terminal.out(formatPages(result.answer));
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}
