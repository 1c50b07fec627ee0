import { kpiKind, processKind } from "../../configuration/index.ts";
import { writeReport, writeWorkbook } from "../../extracts/index.ts";
import type { SourceReading, TableauSite, WrittenReport } from "../../extracts/index.ts";
import type { KpiResult, Star } from "../../kpis/index.ts";
import { HubError, toIso } from "../../model/index.ts";
import type { StorePort } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import { credentialsOf } from "../sources.ts";

/** The pages as files: for a browser, and for Tableau. */
export interface WrittenPages {
  readonly report: WrittenReport;
  /** The starter workbook; null where no Tableau connection says which server its data sources are on. */
  readonly workbook: string | null;
}

/** A run may read some connections only; this many back, all that are in use have been read. */
const RUNS_LOOKED_AT = 20;

/**
 * Writes `report.html` and, where `publish.connection` names a Tableau, the workbook over the data sources published there.
 * @throws HubError HUB-5040 when a file cannot be written
 */
export async function writePages(
  context: RunContext,
  measured: { readonly star: Star; readonly results: readonly KpiResult[] },
  directory: string,
): Promise<WrittenPages> {
  const { configuration, asOf, store, progress } = context;
  const { company, zone } = configuration;
  const kpis = configuration.compiled(kpiKind);
  const processes = configuration.compiled(processKind);
  progress({ kind: "step", step: "report", state: "started" });
  const report = await writeReport(directory, {
    ...measured,
    kpis,
    processes,
    company,
    zone,
    asOf,
    currency: configuration.money.corporate,
    businessDayMs: configuration.calendar.msPerDay,
    sources: await lastReadings(store),
  });
  const site = await tableauSite(context);
  const workbook =
    site === null ? null : await writeWorkbook(directory, { star: measured.star, kpis, processes, company, site });
  progress({
    kind: "step",
    step: "report",
    state: "done",
    detail: `${report.pages.length} pages as of ${toIso(asOf)}${workbook === null ? "" : " and the starter workbook"}`,
  });
  return { report, workbook };
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

/** Where the data sources are published, as far as the connection's credentials say it; no call is made. */
export async function tableauSite(context: RunContext): Promise<TableauSite | null> {
  const { publish, connections } = context.configuration;
  const connection = publish.connection === null ? undefined : connections.get(publish.connection);
  if (connection?.system !== "tableau") return null;
  const credentials = await credentialsOf(context, connection).catch((error: unknown) => {
    // Whoever only reads the report need not hold the credentials; publishing tells what is missing.
    if (error instanceof HubError && error.code === "HUB-1101") return null;
    throw error;
  });
  const { BASE_URL = "", SITE = "" } = credentials ?? {};
  if (!URL.canParse(BASE_URL)) return null;
  const { protocol, hostname, port } = new URL(BASE_URL);
  const channel = protocol === "http:" ? "http" : "https";
  return { server: hostname, channel, port: port === "" ? (channel === "http" ? 80 : 443) : Number(port), site: SITE };
}
