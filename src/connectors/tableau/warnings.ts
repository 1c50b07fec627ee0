import type { z } from "zod";
import type { SourceWarning, WarningOutcome } from "../kit/index.ts";
import { HubError } from "../../model/index.ts";
import { anyAnswer, warningsAnswer } from "./answers.ts";
import type { TableauClient } from "./client.ts";
import { jsonBody } from "./multipart.ts";

/** What warnings of ours begin with; no other is ever touched. */
const OURS = "Process Hub: ";

/**
 * Raises, changes or lifts our data-quality warning of a data source (reference tableau.md §2). Calls reach all warnings of
 * a data source at once, so that nothing is done where somebody else has one.
 */
export async function setWarning(
  client: TableauClient,
  id: string,
  warning: SourceWarning | null,
  signal: AbortSignal,
): Promise<WarningOutcome> {
  const ask = <Answer>(method: "GET" | "POST" | "PUT" | "DELETE", schema: z.ZodType<Answer>): Promise<Answer> =>
    client.request(
      {
        method,
        path: `/dataQualityWarnings/datasource/${id}`,
        schema,
        operation: `${method} /dataQualityWarnings/datasource/…`,
        ...(method === "POST" || method === "PUT" ? { body: jsonBody(bodyOf(warning)) } : {}),
        idempotent: true,
      },
      signal,
    );
  let there: z.output<typeof warningsAnswer>;
  try {
    there = await ask("GET", warningsAnswer);
  } catch (error) {
    // Without the Catalog licence, or the right to it.
    if (error instanceof HubError && (error.code === "HUB-5103" || error.code === "HUB-5104")) return "not offered";
    throw error;
  }
  if (there.some(({ message }) => !message.startsWith(OURS))) return "somebody else's";
  const [ours] = there;
  if (warning === null) {
    if (ours !== undefined) await ask("DELETE", anyAnswer);
    return ours === undefined ? "as it was" : "lifted";
  }
  if (ours?.message === `${OURS}${warning.message}` && ours.type === warning.type) return "as it was";
  await ask(ours === undefined ? "POST" : "PUT", anyAnswer);
  return "raised";
}

function bodyOf(warning: SourceWarning | null): object {
  if (warning === null) return {};
  const message = `${OURS}${warning.message}`;
  return { dataQualityWarning: { type: warning.type, isActive: true, isSevere: false, message } };
}
