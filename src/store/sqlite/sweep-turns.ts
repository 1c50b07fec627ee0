import type { SweepTurns } from "../../model/index.ts";
import type { Database } from "./database.ts";
import type { StreamTable } from "./streams.ts";

/** When each partition was swept last, so that a sweep that stopped goes on with what has waited longest. */
export function createSweepTurns(database: Database, streams: StreamTable): SweepTurns {
  return {
    async sweepTurns(key) {
      const rows = database.all<{ partition: string; ended_at: number; run_id: string | null }>(
        "select partition, ended_at, run_id from sweep_turn where stream_pk = ?",
        streams.number(key),
      );
      return new Map(rows.map((row) => [row.partition, { endedAt: row.ended_at, runId: row.run_id }]));
    },

    async beginSweep(fence, key, partitions) {
      database.fenced(fence, () => {
        const streamPk = streams.number(key);
        const listed = JSON.stringify(partitions);
        database.run(
          "delete from sweep_turn where stream_pk = ? and partition not in (select value from json_each(?))",
          streamPk,
          listed,
        );
        database.run(
          `insert into sweep_turn (stream_pk, partition, ended_at, run_id)
           select ?, value, 0, null from json_each(?) where true on conflict do nothing`,
          streamPk,
          listed,
        );
      });
    },

    async endSweepTurn(fence, key, partition, at) {
      database.fenced(fence, () => {
        // Always later than all before, whatever the clock says: an order is what is asked of it.
        database.run(
          `update sweep_turn set ended_at = max(?, (select max(ended_at) + 1 from sweep_turn)), run_id = ?
           where stream_pk = ? and partition = ?`,
          at,
          fence.runId,
          streams.number(key),
          partition,
        );
      });
    },
  };
}
