import type { SourceWarning } from "../../connectors/kit/index.ts";
import type { Star, StarTableName } from "../../kpis/index.ts";
import { HubError } from "../../model/index.ts";
import type { SourceFile } from "./files.ts";
import type { AroundOptions } from "./permissions.ts";

type Warned = Pick<SourceFile, "fact" | "name">;

const NOT_OFFERED =
  "Tableau takes no data-quality warnings from the hub (they need Tableau Catalog and the right to set them), so nothing warns people there.";

/**
 * Sets or lifts the hub's warning of each data source, where it is not so already.
 * @returns what the admin has to know, in sentences: failing to warn fails no run
 */
export async function warnOfAll(
  sources: readonly Warned[],
  warningOf: (fact: StarTableName) => SourceWarning | null,
  options: AroundOptions,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const source of sources) {
    try {
      const outcome = await warn(source, warningOf(source.fact), options);
      if (outcome === "not offered") return [...notes, NOT_OFFERED];
      if (outcome === "somebody else's") {
        notes.push(`${source.name} has a data-quality warning of somebody else's, so the hub's own was not set.`);
      }
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof HubError)) throw error;
      notes.push(`The data-quality warning of ${source.name} could not be set (${error.code} ${error.message})`);
    }
  }
  return notes;
}

async function warn(
  { fact }: Warned,
  warning: SourceWarning | null,
  { connection, face, before, signal }: AroundOptions,
): Promise<Awaited<ReturnType<AroundOptions["face"]["warn"]>>> {
  const memory = await before.read(fact, connection);
  const wanted = warning === null ? null : `${warning.type} ${warning.message}`;
  if (memory === null || memory.warning === wanted) return "as it was";
  const outcome = await face.warn(memory.id, warning, signal);
  // Where nothing is to be said nobody need know that it could not be.
  if (outcome === "not offered" && warning === null) return "as it was";
  if (outcome !== "not offered" && outcome !== "somebody else's") await before.note(fact, memory, { warning: wanted });
  return outcome;
}

const MOST_REASONS = 3;

/** Why the star's values must not be relied on; null when nothing stands against them. */
export async function gateSentence(star: Star): Promise<string | null> {
  const rows = await star.query(
    "SELECT DISTINCT reason FROM fact_kpi_snapshot WHERE gated = 1 AND reason IS NOT NULL ORDER BY reason",
  );
  const reasons = rows.map(({ reason }) => String(reason));
  if (reasons.length === 0) return null;
  const more = reasons.length > MOST_REASONS ? ` and ${reasons.length - MOST_REASONS} more` : "";
  return `${reasons.slice(0, MOST_REASONS).join("; ")}${more}`;
}
