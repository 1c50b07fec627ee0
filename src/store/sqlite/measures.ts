import type { Json, MeasurePort } from "../../model/index.ts";
import type { Database } from "./database.ts";

export function createMeasurePort(database: Database): MeasurePort {
  const baseline = (name: string): Json => {
    const row = database.get<{ body: string }>("select body from baseline where name = ?", name);
    return row === undefined ? null : (JSON.parse(row.body) as Json);
  };
  return {
    async freezeBaseline(fence, name, value, at) {
      return database.fenced(fence, () => {
        database.run(
          "insert into baseline (name, body, frozen_at, run_id) values (?, ?, ?, ?) on conflict (name) do nothing",
          name,
          JSON.stringify(value),
          at,
          fence.runId,
        );
        return baseline(name);
      });
    },

    async baseline(name) {
      return baseline(name);
    },

    async saveSnapshots(fence, asOf, snapshots) {
      database.fenced(fence, () => {
        for (const { kpi, value } of snapshots) {
          database.run(
            "insert into kpi_snapshot (run_id, kpi, as_of, body) values (?, ?, ?, ?)",
            fence.runId,
            kpi,
            asOf,
            JSON.stringify(value),
          );
        }
      });
    },

    async latestSnapshots() {
      return database
        .all<{ kpi: string; as_of: number; body: string }>(
          "select kpi, as_of, body from kpi_snapshot where run_id = (select run_id from kpi_snapshot order by pk desc limit 1) order by pk",
        )
        .map((row) => ({ kpi: row.kpi, asOf: row.as_of, value: JSON.parse(row.body) as Json }));
    },
  };
}
