import type { Star } from "../../src/kpis/index.ts";
import type { Truth } from "../../src/sandbox/index.ts";

type Sprint = Truth["sprints"][number];

/** Reads the sprints of a measured star. */
export async function sprintsInStar(star: Star): Promise<readonly Sprint[]> {
  const rows = await star.query("SELECT * FROM fact_sprints ORDER BY sprint_key");
  return rows.map((row) => ({
    sprint: String(row["sprint_key"]),
    committed: Number(row["committed_n"]),
    doneCommitted: Number(row["done_committed_n"]),
    done: Number(row["done_total_n"]),
    added: Number(row["added_n"]),
    removed: Number(row["removed_n"]),
    carried: Number(row["carried_n"]),
  }));
}

/** Every way in which the sprints found differ from those that are true; empty when they agree. */
export function sprintDifferences({ sprints }: Truth, found: readonly Sprint[]): readonly string[] {
  const names = new Set([...sprints, ...found].map(({ sprint }) => sprint));
  const textOf = (all: readonly Sprint[], name: string): string =>
    JSON.stringify(all.find(({ sprint }) => sprint === name) ?? null);
  return [...names].flatMap((name) => {
    const [is, told] = [textOf(sprints, name), textOf(found, name)];
    return is === told ? [] : [`sprint ${name}: ${told} for ${is}`];
  });
}
