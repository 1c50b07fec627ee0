import { CASE_FACTS } from "../star/kept-tables.ts";
import type { DimensionKeys } from "../star/dimension-keys.ts";
import type { Star } from "../star/star.ts";
import { foreignKeys } from "../star/tables.ts";

/** Notes what the facts of all cases refer to, those among them that were built at an earlier time. */
export async function noteKeys(star: Star, keys: DimensionKeys): Promise<void> {
  for (const name of await distinct(star, "dim_team")) keys.team(name);
  for (const name of await distinct(star, "dim_segment")) keys.segment(name);
  for (const name of await distinct(star, "dim_system")) keys.system(name);
  const used = new Set(await distinct(star, "dim_actor"));
  for (const row of await star.query("SELECT actor_key, actor_kind, actor_team FROM kept_actor")) {
    const [key, kind, team] = [row["actor_key"], row["actor_kind"], row["actor_team"]];
    if (typeof key !== "string" || typeof kind !== "string" || !used.has(key)) continue;
    const known = typeof team === "string" ? keys.team(team) : null;
    keys.actors.set(key, { kind, team: known });
  }
}

async function distinct(star: Star, dimension: string): Promise<readonly string[]> {
  const parts = CASE_FACTS.flatMap((table) =>
    foreignKeys(table)
      .filter((foreign) => foreign.table === dimension)
      .map(({ column }) => `SELECT DISTINCT "${column}" AS key FROM ${table} WHERE "${column}" IS NOT NULL`),
  );
  const rows = await star.query(parts.join(" UNION "));
  return rows.flatMap(({ key }) => (typeof key === "string" ? [key] : []));
}
