import { resolve } from "node:path";
import { kpiKind, processKind } from "../../configuration/index.ts";
import { writeReport } from "../../extracts/index.ts";
import type { SourceReading, WrittenReport } from "../../extracts/index.ts";
import { toIso } from "../../model/index.ts";
import type { StorePort } from "../../model/index.ts";
import { measureStep, reconcileStep } from "../../sync/index.ts";
import type { Measured, RunContext } from "../../sync/index.ts";
import { reportDocument } from "../documents/report.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import type { Machine } from "../terminal.ts";

export interface ReportVerbOptions extends GlobalOptions {
  readonly out: string;
}

/** Measures what is stored and writes the pages as one HTML file. */
export async function reportVerb(machine: Machine, options: ReportVerbOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { result } = await hub.run("report", async (context) => {
      await reconcileStep(context);
      const measured = await measureStep(context);
      try {
        const report = await writeReportOf(context, measured, resolve(machine.directory, options.out));
        return { answer: report, complete: true, summary: { bytes: report.bytes } };
      } finally {
        measured.star.close();
      }
    });
    const { file, bytes, pages } = result.answer;
    if (options.json) {
      writeDocument(machine.terminal, reportDocument, { asOf: toIso(hub.asOf), file, bytes, pages: [...pages] });
    } else
      machine.terminal.out(
        `${file}\n  ${Math.ceil(bytes / 1024).toLocaleString("en-US")} kB, ${pages.length} pages; open it in a browser\n`,
      );
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}

/** Writes the report of what was just measured. */
export async function writeReportOf(
  context: RunContext,
  measured: Measured,
  directory: string,
): Promise<WrittenReport> {
  const { configuration, asOf, store } = context;
  return writeReport(directory, {
    star: measured.star,
    results: measured.results,
    kpis: configuration.compiled(kpiKind),
    processes: configuration.compiled(processKind),
    company: configuration.company,
    asOf,
    zone: configuration.zone,
    currency: configuration.money.corporate,
    sources: await lastReadings(store),
  });
}

/** How each connection was read last, by the certificates of the latest run that read it. */
async function lastReadings(store: StorePort): Promise<readonly SourceReading[]> {
  const readings = new Map<string, SourceReading>();
  for (const run of await store.runs.certified(RUNS_LOOKED_AT)) {
    const certificates = await store.records.certificates(run.id);
    for (const [connection, mine] of Map.groupBy(certificates, (certificate) => certificate.connection)) {
      if (readings.has(connection)) continue;
      readings.set(connection, {
        connection,
        system: mine[0]?.system ?? "",
        readAt: run.endedAt ?? run.startedAt,
        streams: mine.map(({ stream, complete, stored }) => ({ stream, complete, stored })),
      });
    }
  }
  return [...readings.values()].sort((a, b) => (a.connection < b.connection ? -1 : 1));
}

/** A run may read some connections only; this many back, all that are in use have been read. */
const RUNS_LOOKED_AT = 20;
