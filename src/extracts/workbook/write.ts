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
  const segments = await star.query("SELECT segment FROM dim_segment ORDER BY 1");
  const contracts = await star.query("SELECT contract_key, contract FROM dim_contract ORDER BY 1");
  const text = renderWorkbook({
    ...rest,
    processes: await processPages(star, processes),
    segments: segments.map((row) => String(row["segment"])),
    contracts: contracts.map((row) => ({ name: String(row["contract_key"]), title: String(row["contract"]) })),
  });
  return writeText(directory, "process-hub.twb", text);
}
