import { resolve } from "node:path";
import { toIso } from "../../model/index.ts";
import { measureStep, publishStep, reconcileStep } from "../../sync/index.ts";
import type { Format } from "../../sync/index.ts";
import { publishDocument, toPublishPart } from "../documents/cycle.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { hyperEngine } from "../hyper.ts";
import { formatPublish } from "../summary.ts";
import type { Machine } from "../terminal.ts";

export interface PublishVerbOptions extends GlobalOptions {
  readonly format?: readonly Format[];
  readonly out: string;
  readonly workbook?: boolean;
}

/** Measures what is stored, writes the extracts and publishes them. */
export async function publishVerb(machine: Machine, options: PublishVerbOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { result } = await hub.run("publish", async (context) => {
      await reconcileStep(context);
      const { star } = await measureStep(context);
      try {
        const report = await publishStep(context, star, {
          directory: resolve(machine.directory, options.out),
          formats: options.format ?? context.configuration.publish.formats,
          hyperd: await hyperEngine(machine, false),
          workbook: options.workbook ?? false,
        });
        return {
          answer: report,
          complete: report.problems.length === 0,
          summary: { published: report.published.length },
        };
      } finally {
        star.close();
      }
    });
    if (options.json) {
      writeDocument(machine.terminal, publishDocument, { asOf: toIso(hub.asOf), ...toPublishPart(result.answer) });
    } else machine.terminal.out(formatPublish(result.answer));
    return result.complete ? EXIT.complete : EXIT.incomplete;
  } finally {
    await hub.close();
  }
}
