import type { ProcessDefinition } from "../definitions/process.ts";
import { listSql } from "../measures/sql.ts";
import type { Star } from "../star/star.ts";
import { coverage, DEFAULT_COVERAGE } from "./reading.ts";
import type { QualityReading } from "./reading.ts";

/** How many cases or handoffs there are of a process or contract, and of how many it is known what they belong to. */
export interface LinkCount {
  readonly name: string;
  readonly kind: "process" | "contract";
  readonly system: string;
  readonly joined: number;
  readonly total: number;
  /** False where nothing has to be joined: all of it counts as joined. */
  readonly isDeclared: boolean;
}

/**
 * Counts what is joined: cases that begin in another system whose source was found, handoffs of which it is decided which target
 * is theirs. A handoff that has no target is a finding, and no gap in the data.
 */
export async function countLinks(star: Star, processes: readonly ProcessDefinition[]): Promise<readonly LinkCount[]> {
  const started = new Set(processes.filter(({ start }) => start.kind === "handoff").map(({ name }) => name));
  const rows = await star.query(`
    SELECT 'process' AS kind, p.process AS name, any_value(c.system_key) AS system, count(*) AS total,
      count(*) FILTER (WHERE c.source_key IS NOT NULL OR p.process NOT IN ${listSql([...started])}) AS joined
    FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key GROUP BY p.process
    UNION ALL
    SELECT 'contract', contract_key, 'hub', count(*), count(*) FILTER (WHERE is_ambiguous = 0)
    FROM fact_handoffs WHERE is_historical = 0 GROUP BY contract_key ORDER BY ALL`);
  return rows.map((row) => {
    const name = String(row["name"]);
    const kind = row["kind"] === "contract" ? "contract" : "process";
    return {
      name,
      kind,
      system: String(row["system"]),
      joined: Number(row["joined"]),
      total: Number(row["total"]),
      isDeclared: kind === "contract" || started.has(name),
    };
  });
}

export function readingsOfLinks(links: readonly LinkCount[]): readonly QualityReading[] {
  return links
    .filter(({ isDeclared, total }) => isDeclared && total > 0)
    .map(({ name, system, joined, total }) => ({
      system,
      entity: name,
      ...coverage("link coverage", joined, total, DEFAULT_COVERAGE.links),
    }));
}
