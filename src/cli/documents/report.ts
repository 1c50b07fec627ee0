import { z } from "zod";
import type { WrittenPages } from "../../sync/index.ts";
import { instantText } from "./parts.ts";

export const reportPart = z.strictObject({
  file: z.string().describe("One HTML file that fetches nothing."),
  bytes: z.int(),
  pages: z.array(z.string()),
  workbook: z
    .string()
    .nullable()
    .describe("The starter workbook for Tableau; null where no Tableau connection says where the data sources are."),
});

/** `hub report --json`. */
export const reportDocument = z.strictObject({ asOf: instantText, ...reportPart.shape });

export function toReportPart({ report, workbook }: WrittenPages): z.infer<typeof reportPart> {
  return { file: report.file, bytes: report.bytes, pages: [...report.pages], workbook };
}
