import type { Instant, StreamChanges } from "../../model/index.ts";
import type { Database } from "./database.ts";

/** Records of a stream that are named; the rest are counted. */
const NAMED = 5;

/** By the order of runs, not by the clock: an as-of may stand still from one run to the next. */
const CHANGES = `
  with later (id) as (select id from run where pk > (select pk from run where id = ?1)),
  touched as materialized (
    select r.stream_pk, r.id, r.run_id, r.modified_at, r.removed_cause is not null as removed, r.merged_into is not null as merged,
      not exists (select 1 from record_version v where v.record_pk = r.pk and v.run_id not in (select id from later)) as added
    from record r where r.run_id in (select id from later))
  select s.system, s.tenant, s.stream, sum(not removed and added) as added, sum(not removed and added and ifnull(modified_at < ?2, 0)) as late,
    sum(not removed and not added) as changed, sum(removed and not merged) as removed, sum(removed and merged) as merged,
    (select json_group_array(id) from (select id from touched where stream_pk = s.pk order by id limit ${NAMED})) as named,
    (select json_group_array(id) from (select id from run where id in (select run_id from touched where stream_pk = s.pk) order by pk)) as runs
  from touched t join stream s on s.pk = t.stream_pk group by s.pk order by s.system, s.tenant, s.stream`;

interface Row extends Omit<StreamChanges, "named" | "runs"> {
  readonly named: string;
  readonly runs: string;
}

/** What runs after one stored, by stream. Nothing when the run is not known. */
export function changesSince(database: Database, runId: string, instant: Instant): readonly StreamChanges[] {
  return database
    .all<Row>(CHANGES, runId, instant)
    .map(({ named, runs, ...counts }) => ({ ...counts, named: textsOf(named), runs: textsOf(runs) }));
}

function textsOf(list: string): readonly string[] {
  return JSON.parse(list) as readonly string[];
}
