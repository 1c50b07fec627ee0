import type { Instant, StreamChanges } from "../../model/index.ts";
import type { Database } from "./database.ts";

/** By the order of runs, not by the clock: an as-of may stand still from one run to the next. */
const CHANGES = `
  with later (id) as (select id from run where pk > (select pk from run where id = ?1)),
  touched as (
    select r.stream_pk, r.modified_at, r.removed_cause is not null as removed,
      not exists (select 1 from record_version v where v.record_pk = r.pk and v.run_id not in (select id from later)) as added
    from record r where r.run_id in (select id from later))
  select s.system, s.tenant, s.stream, sum(not removed and added) as added, sum(not removed and added and ifnull(modified_at < ?2, 0)) as late,
    sum(not removed and not added) as changed, sum(removed) as removed
  from touched t join stream s on s.pk = t.stream_pk group by s.pk order by s.system, s.tenant, s.stream`;

/** What runs after one stored, by stream. Nothing when the run is not known. */
export function changesSince(database: Database, runId: string, instant: Instant): readonly StreamChanges[] {
  return database.all<StreamChanges>(CHANGES, runId, instant).map((row) => ({ ...row }));
}
