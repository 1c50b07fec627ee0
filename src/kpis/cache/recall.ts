import type { ProcessDefinition } from "../definitions/process.ts";
import type { Star } from "../star/star.ts";
import { proceduresOf } from "./procedure.ts";
import type { CaseMemory } from "./refresh.ts";

/** What is remembered of the cases of some objects, process by process. */
export async function recallCases(
  star: Star,
  processes: readonly ProcessDefinition[],
  objectIds: ReadonlySet<string>,
  each: (memory: CaseMemory) => void,
): Promise<void> {
  for (const id of objectIds) star.append("work_wanted", { object_id: id });
  star.flush();
  for (const { name } of proceduresOf(processes)) {
    const sql =
      "SELECT remembered FROM kept_case SEMI JOIN work_wanted USING (object_id) WHERE process = $1 AND remembered IS NOT NULL";
    for await (const rows of star.stream(sql, [name])) {
      // What `remember` wrote.
      for (const [text] of rows) if (typeof text === "string") each(JSON.parse(text) as CaseMemory);
    }
  }
  await star.run("DELETE FROM work_wanted");
}
