import type { Star } from "../../src/kpis/index.ts";
import type { Truth } from "../../src/sandbox/index.ts";
import { measureStep } from "../../src/sync/index.ts";
import type { TestHub } from "./e2e.ts";

type TruthDefect = Truth["processDefects"][number];

/** One departure from a procedure as the published star tells it. */
export interface FoundDefect {
  readonly process: string;
  readonly system: string;
  /** The case object's id in its system. */
  readonly id: string;
  /** Null for rework. */
  readonly rule: string | null;
  readonly category: string;
  readonly step: string;
  readonly message: string;
}

/** Reads what a measured star says departed from the procedures: violated rules, and stages and steps done again, cancelled cases left out. */
export async function defectsInStar(star: Star): Promise<readonly FoundDefect[]> {
  const violations = await star.query(
    `SELECT c.process_key AS process, s.system AS system, c.case_id AS id, split_part(f.rule_key, '/', 2) AS rule, f.category AS category,
       f.step_name AS step, f.message AS message
     FROM fact_conformance f JOIN fact_case c USING (case_key) JOIN dim_system s ON s.system_key = c.system_key WHERE f.is_violation = 1`,
  );
  const repeats = await star.query(
    `SELECT c.process_key AS process, s.system AS system, c.case_id AS id, NULL AS rule, 'rework' AS category,
       unnest(string_split(c.repeated, '; ')) AS step, c.status AS message
     FROM fact_case c JOIN dim_system s ON s.system_key = c.system_key WHERE c.is_rework = 1 AND c.is_cancelled = 0`,
  );
  return [...violations, ...repeats].map((row) => ({
    process: String(row["process"]).replace(/@.*$/u, ""),
    system: String(row["system"]),
    id: String(row["id"]),
    rule: row["rule"] === null ? null : String(row["rule"]),
    category: String(row["category"]),
    step: String(row["step"]),
    message: String(row["message"]),
  }));
}

/** Measures what the hub has read and reconciled, and tells what departed from the procedures. */
export async function measuredDefects({ hub }: TestHub): Promise<readonly FoundDefect[]> {
  const { result } = await hub.run("measure", async (context) => {
    const { star } = await measureStep(context);
    try {
      return { answer: await defectsInStar(star), complete: true, summary: null };
    } finally {
      star.close();
    }
  });
  return result.answer;
}

/** Every way in which the defects found differ from those that are true; empty when they agree. */
export function processDifferences(truth: Truth, found: readonly FoundDefect[]): readonly string[] {
  const left = new Map<string, string>();
  const differences: string[] = [];
  for (const defect of found) {
    const name = nameOf(defect);
    if (left.has(name)) differences.push(`told twice: ${name}`);
    left.set(name, defect.message);
  }
  for (const defect of truth.processDefects) {
    const name = nameOf(inStar(defect));
    if (!left.delete(name)) differences.push(`missed: ${name}`);
  }
  for (const [name, message] of left) differences.push(`invented: ${name} (${message})`);
  return differences;
}

function inStar({ process, case: { system, id }, rule, category, step }: TruthDefect): Omit<FoundDefect, "message"> {
  return { process, system, id, rule, category, step: step ?? "" };
}

/** Spelling of steps is the procedure's, so case does not count. */
function nameOf({ process, system, id, rule, category, step }: Omit<FoundDefect, "message">): string {
  return `${process} ${system} ${id} ${rule ?? ""} ${category}: ${step.toLowerCase()}`;
}
