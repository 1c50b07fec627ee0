import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { DateTime } from "luxon";
import type { PublishFace, WorkbookReceipt } from "../../connectors/kit/index.ts";
import { kpiKind, processKind } from "../../configuration/index.ts";
import { writeWorkbook } from "../../extracts/index.ts";
import { starTable } from "../../kpis/index.ts";
import type { Star } from "../../kpis/index.ts";
import type { RunContext } from "../context.ts";
import { grantsFor } from "./permissions.ts";
import { tableauSite } from "./pages.ts";
import type { PublishedSource } from "./send.ts";

/** The name people find it by. */
const NAME = "Process Hub";

export interface PublishedWorkbook {
  readonly file: string;
  readonly receipt: WorkbookReceipt;
}

/** Writes the starter workbook over the data sources as they were just published and sends it, once. */
export async function sendWorkbook(
  context: RunContext,
  star: Star,
  published: readonly PublishedSource[],
  face: PublishFace,
  directory: string,
): Promise<PublishedWorkbook | null> {
  const { configuration, asOf, signal } = context;
  const site = await tableauSite(context);
  if (site === null || face.publishWorkbook === undefined) return null;
  const addresses = published.flatMap(({ fact, standing }) =>
    standing.contentUrl === null ? [] : [[starTable(fact).caption, standing.contentUrl] as const],
  );
  const file = await writeWorkbook(directory, {
    star,
    kpis: configuration.compiled(kpiKind),
    processes: configuration.compiled(processKind),
    company: configuration.company,
    site: { ...site, contentUrls: new Map(addresses) },
  });
  const content = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  const receipt = await face.publishWorkbook(
    {
      name: NAME,
      newerName: `${NAME} ${DateTime.fromMillis(asOf, { zone: configuration.zone }).toISODate() ?? ""}`,
      project: face.project,
      file,
      description: "The pages of Process Hub, to begin with. Change it as you like: it is never written over.",
      tags: ["process-hub"],
      fingerprint: `process-hub-${content.slice(0, 12)}`,
    },
    signal,
  );
  const { permissions } = configuration.publish;
  if (receipt.how !== "already there" && permissions.length > 0) {
    await face.grant("workbook", receipt.id, grantsFor("workbook", permissions), signal);
  }
  return { file, receipt };
}
