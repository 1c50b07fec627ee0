import type { ProcessDefinition } from "../definitions/process.ts";
import type { Star } from "../star/star.ts";
import { proceduresOf } from "./procedure.ts";
import type { CaseMemory } from "./refresh.ts";

/** What is remembered of the cases of some objects; of one that several processes follow, the first process's. */
export async function recallCases(
  star: Star,
  processes: readonly ProcessDefinition[],
  objectIds: ReadonlySet<string>,
): Promise<ReadonlyMap<string, CaseMemory>> {
  const ranks = new Map(proceduresOf(processes).map(({ name }, rank) => [name, rank]));
  const found = new Map<string, { readonly rank: number; readonly memory: CaseMemory }>();
  for (const id of objectIds) star.append("work_wanted", { object_id: id });
  star.flush();
  const sql =
    "SELECT object_id, process, remembered FROM kept_case SEMI JOIN work_wanted USING (object_id) WHERE remembered IS NOT NULL";
  for await (const rows of star.stream(sql)) {
    for (const [id, process, text] of rows) {
      const rank = ranks.get(String(process)) ?? ranks.size;
      if (typeof id !== "string" || typeof text !== "string" || (found.get(id)?.rank ?? Infinity) < rank) continue;
      // What `remember` wrote.
      found.set(id, { rank, memory: JSON.parse(text) as CaseMemory });
    }
  }
  await star.run("DELETE FROM work_wanted");
  return new Map([...found].map(([id, { memory }]) => [id, memory]));
}
