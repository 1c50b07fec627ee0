import type { Drift, FieldFill, ShapePort, StreamShape } from "../../model/index.ts";
import type { Database } from "./database.ts";
import type { StreamTable } from "./streams.ts";

export function createShapePort(database: Database, streams: StreamTable): ShapePort {
  return {
    async accepted(key) {
      const row = database.get<{ shape: string; accepted_at: number }>(
        "select shape, accepted_at from stream_shape where stream_pk = ?",
        streams.number(key),
      );
      return row === undefined ? null : { shape: JSON.parse(row.shape) as StreamShape, acceptedAt: row.accepted_at };
    },

    async accept(fence, key, shape, at) {
      database.fenced(fence, () => {
        database.run(
          `insert into stream_shape (stream_pk, shape, accepted_at, held) values (?, ?, ?, null)
           on conflict (stream_pk) do update set shape = excluded.shape, accepted_at = excluded.accepted_at, held = null`,
          streams.number(key),
          JSON.stringify(shape),
          at,
        );
      });
    },

    async held(key) {
      const row = database.get<{ held: string | null }>(
        "select held from stream_shape where stream_pk = ?",
        streams.number(key),
      );
      return row?.held == null ? null : (JSON.parse(row.held) as Drift);
    },

    async hold(fence, key, drift) {
      database.fenced(fence, () => {
        database.run(
          "update stream_shape set held = ? where stream_pk = ?",
          JSON.stringify(drift),
          streams.number(key),
        );
      });
    },

    async fills(key) {
      return database.all<FieldFill>(
        "select field, seen, empty from field_fill where stream_pk = ? order by field",
        streams.number(key),
      );
    },

    async addFills(fence, key, fills) {
      database.fenced(fence, () => {
        const streamPk = streams.number(key);
        for (const { field, seen, empty } of fills) {
          database.run(
            `insert into field_fill (stream_pk, field, seen, empty) values (?, ?, ?, ?)
             on conflict (stream_pk, field) do update set seen = seen + excluded.seen, empty = empty + excluded.empty`,
            streamPk,
            field,
            seen,
            empty,
          );
        }
      });
    },

    async noteAlarms(fence, key, fills) {
      database.fenced(fence, () => {
        const streamPk = streams.number(key);
        for (const { field, seen, empty } of fills) {
          database.run(
            `update field_fill set alarmed_seen = alarmed_seen + ?, alarmed_empty = alarmed_empty + ?
             where stream_pk = ? and field = ?`,
            seen,
            empty,
            streamPk,
            field,
          );
        }
      });
    },

    async acceptFills(fence, key) {
      database.fenced(fence, () => {
        database.run(
          `update field_fill set seen = alarmed_seen, empty = alarmed_empty, alarmed_seen = 0, alarmed_empty = 0
           where stream_pk = ? and alarmed_seen > 0`,
          streams.number(key),
        );
      });
    },
  };
}
