import type { RetentionPort } from "../../model/index.ts";
import type { Database } from "./database.ts";

/** Lets go of what nobody needs any more, a bounded batch at a time. */
export function createRetention(database: Database): RetentionPort {
  return {
    async dropAnsweredMarks(fence, before, limit) {
      return database.fenced(fence, () =>
        database.run(
          "delete from mark where pk in (select pk from mark where answered = 1 and at < ? order by at limit ?)",
          before,
          limit,
        ),
      );
    },

    async dropVersions(fence, before, limit) {
      // One that is followed by a later one which began after the instant was current until then.
      return database.fenced(fence, () =>
        database.run(
          `delete from record_version where pk in (
             select v.pk from record_version v join record r on r.pk = v.record_pk
             where v.seen_at < ?1 and v.removed_cause is null and ifnull(
               (select n.seen_at from record_version n where n.record_pk = v.record_pk and n.pk > v.pk order by n.pk limit 1),
               r.version_seen_at) < ?1
             order by v.seen_at limit ?2)`,
          before,
          limit,
        ),
      );
    },
  };
}
