import type { KpiDefinition, ProcessDefinition, Star } from "../../kpis/index.ts";
import { processPages } from "../pages.ts";
import { writeText } from "../write-text.ts";
import type { TableauSite } from "./source.ts";
import { renderWorkbook } from "./workbook.ts";

export interface WriteWorkbookInput {
  /** The measured star; it stays open. */
  readonly star: Star;
  readonly kpis: readonly KpiDefinition[];
  readonly processes: readonly ProcessDefinition[];
  readonly company: string;
  readonly site: TableauSite;
}

/**
 * Writes `process-hub.twb`.
 * @returns its absolute path
 * @throws HubError HUB-5040 when it cannot be written
 */
export async function writeWorkbook(directory: string, input: WriteWorkbookInput): Promise<string> {
  const { star, processes, ...rest } = input;
  const text = renderWorkbook({ ...rest, processes: await processPages(star, processes) });
  return writeText(directory, "process-hub.twb", text);
}
