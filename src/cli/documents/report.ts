import { z } from "zod";
import { instantText } from "./parts.ts";

export const reportPart = z.strictObject({
  file: z.string().describe("One HTML file that fetches nothing."),
  bytes: z.int(),
  pages: z.array(z.string()),
});

/** `hub report --json`. */
export const reportDocument = z.strictObject({ asOf: instantText, ...reportPart.shape });
