import type { Instant, Json, JsonObject, Listing, ListingPort } from "../../model/index.ts";
import { pagesByKey } from "./database.ts";
import type { Database } from "./database.ts";
import type { StreamTable } from "./streams.ts";

/** Keeps what a source lists of a partition; runs inside the page's transaction. */
export function saveListing(
  database: Database,
  streamPk: number,
  partition: string,
  { starts = false, ids, resume, ends = false }: Listing,
  at: Instant,
): void {
  if (starts || ends) {
    database.run("delete from listed where stream_pk = ? and partition = ?", streamPk, partition);
    database.run("delete from listing where stream_pk = ? and partition = ?", streamPk, partition);
  }
  if (ends) return;
  database.run(
    `insert into listing (stream_pk, partition, begun_at, resume) values (?, ?, ?, ?)
     on conflict (stream_pk, partition) do update set resume = excluded.resume, cut = 0`,
    streamPk,
    partition,
    at,
    JSON.stringify(resume),
  );
  if (ids.length === 0) return;
  database.run(
    "insert into listed (stream_pk, partition, id) select ?, ?, value from json_each(?) where true on conflict do nothing",
    streamPk,
    partition,
    JSON.stringify(ids),
  );
}

export function createListingPort(database: Database, streams: StreamTable): ListingPort {
  return {
    async among(key, ids) {
      const rows = database.all<{ id: string; content: string }>(
        `select id, content from record
         where stream_pk = ? and id in (select value from json_each(?)) and removed_cause is null and content is not null`,
        streams.number(key),
        JSON.stringify(ids),
      );
      return new Map(rows.map(({ id, content }) => [id, JSON.parse(content) as JsonObject]));
    },

    async *unlisted(key, partition) {
      const pages = pagesByKey<{ readonly pk: number; readonly id: string }>(
        database,
        `select r.pk, r.id from record r
         where r.stream_pk = ? and r.partition = ? and r.removed_cause is null and r.content is not null
           and not exists (select 1 from listed l where l.stream_pk = r.stream_pk and l.partition = r.partition and l.id = r.id)
           and r.pk > ? order by r.pk limit ?`,
        [streams.number(key), partition],
      );
      for await (const rows of pages) yield rows.map(({ id }) => id);
    },

    async listedCount(key, partition) {
      const row = database.get<{ n: number }>(
        "select count(*) as n from listed where stream_pk = ? and partition = ?",
        streams.number(key),
        partition,
      );
      return row?.n ?? 0;
    },

    async resumeOf(key, partition, notBefore) {
      const row = database.get<{ resume: string }>(
        "select resume from listing where stream_pk = ? and partition = ? and cut = 1 and begun_at >= ?",
        streams.number(key),
        partition,
        notBefore,
      );
      return row === undefined ? null : (JSON.parse(row.resume) as Json);
    },

    async cutListing(fence, key, partition) {
      database.fenced(fence, () => {
        database.run(
          "update listing set cut = 1 where stream_pk = ? and partition = ?",
          streams.number(key),
          partition,
        );
      });
    },
  };
}
