import type { z } from "zod";
import type { SourceWarning, WarningOutcome } from "../kit/index.ts";
import { HubError } from "../../model/index.ts";
import { anyAnswer, warningsAnswer } from "./answers.ts";
import type { TableauClient } from "./client.ts";
import { isAmbiguous, isNotThere } from "./failures.ts";
import { jsonBody } from "./multipart.ts";

/** What warnings of ours begin with; no other is ever touched. */
const OURS = "Process Hub: ";

/**
 * Raises, changes or lifts our data-quality warning of a data source (reference tableau.md §2). A call by content reaches all
 * warnings of a data source, so that ours are changed and lifted by their ids; beside somebody else's none is raised.
 */
export async function setWarning(
  client: TableauClient,
  id: string,
  warning: SourceWarning | null,
  signal: AbortSignal,
): Promise<WarningOutcome> {
  const there = await warningsOf(client, id, signal);
  if (there === null) return "not offered";
  const ours = there.filter(isOurs);
  const [first, ...more] = ours;
  if (warning === null) {
    for (const each of ours) await lift(client, each, signal);
    return ours.length === 0 ? "as it was" : "lifted";
  }
  if (first === undefined) return there.length > 0 ? "somebody else's" : raise(client, id, warning, signal);
  for (const each of more) await lift(client, each, signal);
  if (first.message === `${OURS}${warning.message}` && first.type === warning.type) return "as it was";
  await tell(client, "PUT", first.id, warning, signal);
  return "raised";
}

const isOurs = ({ message }: Warning): boolean => message.startsWith(OURS);

async function raise(
  client: TableauClient,
  id: string,
  warning: SourceWarning,
  signal: AbortSignal,
): Promise<WarningOutcome> {
  try {
    await tell(client, "POST", `datasource/${id}`, warning, signal);
  } catch (error) {
    signal.throwIfAborted();
    // A second one would be refused or stand beside the first: whether it is there is looked up.
    if (!isAmbiguous(error) || !(await warningsOf(client, id, signal))?.some(isOurs)) throw error;
  }
  return "raised";
}

type Warning = z.output<typeof warningsAnswer>[number];

/** Null without the Catalog licence, or the right to it. */
async function warningsOf(client: TableauClient, id: string, signal: AbortSignal): Promise<readonly Warning[] | null> {
  const [path, operation] = [`/dataQualityWarnings/datasource/${id}`, "GET /dataQualityWarnings/datasource/…"];
  try {
    return await client.request({ method: "GET", path, schema: warningsAnswer, operation }, signal);
  } catch (error) {
    if (error instanceof HubError && (error.code === "HUB-5103" || error.code === "HUB-5104")) return null;
    throw error;
  }
}

async function lift(client: TableauClient, { id }: Warning, signal: AbortSignal): Promise<void> {
  const [path, operation] = [`/dataQualityWarnings/${id}`, "DELETE /dataQualityWarnings/…"];
  try {
    await client.request({ method: "DELETE", path, schema: anyAnswer, operation, idempotent: true }, signal);
  } catch (error) {
    // Somebody was faster, or our own request got through unheard.
    if (!isNotThere(error)) throw error;
  }
}

async function tell(
  client: TableauClient,
  method: "POST" | "PUT",
  what: string,
  { type, message }: SourceWarning,
  signal: AbortSignal,
): Promise<void> {
  const told = { type, isActive: true, isSevere: false, message: `${OURS}${message}` };
  const [path, operation] = [`/dataQualityWarnings/${what}`, `${method} /dataQualityWarnings/…`];
  const body = jsonBody({ dataQualityWarning: told });
  await client.request({ method, path, schema: anyAnswer, operation, body, idempotent: method === "PUT" }, signal);
}
