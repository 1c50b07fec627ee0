import { DAY } from "../../model/index.ts";
import type { Instant, StreamQuality } from "../../model/index.ts";
import { CLOCK_SKEW } from "./clock-skew.ts";
import type { Database } from "./database.ts";

interface Counted extends Omit<StreamQuality, "latencyP95Ms"> {
  readonly pk: number;
}

const COUNTS = `
  select s.pk as pk, s.system as system, s.tenant as tenant, s.stream as stream,
    sum(r.modified_at > r.version_seen_at + ${CLOCK_SKEW}) as ahead,
    sum((r.entity_stream_pk <> r.stream_pk or r.entity_id <> r.id)
      and not exists (select 1 from record e where e.stream_pk = r.entity_stream_pk and e.id = r.entity_id)) as orphans,
    min(case when r.entity_stream_pk <> r.stream_pk then r.modified_at end) / ${DAY} * ${DAY} as historySince,
    (select count(*) from told_early e where e.stream_pk = s.pk and e.occurred_at <= ?1) as early,
    (select count(distinct o.entity_id) from object o where o.stream_pk = s.pk) as entities,
    (select count(distinct u.entity_id) from unmapped u where u.stream_pk = s.pk) as unmapped
  from record r join stream s on s.pk = r.stream_pk group by s.pk order by s.system, s.tenant, s.stream`;

/** Records of a stream that came after its first reading, which brings in what is long past. */
const LATER = `from record where stream_pk = ?1 and modified_at is not null and run_id <> (
    select run.id from run where run.id in (select run_id from record where stream_pk = ?1) order by run.pk limit 1)`;

/** What the stored records and objects say of each stream's data. */
export function streamQuality(database: Database, asOf: Instant): readonly StreamQuality[] {
  return database.all<Counted>(COUNTS, asOf).map(({ pk, ...counted }) => {
    const { n } = database.get<{ n: number }>(`select count(*) as n ${LATER}`, pk) ?? { n: 0 };
    const at = Math.max(0, Math.ceil(n * 0.95) - 1);
    const row = database.get<{ lag: number }>(
      `select max(0, version_seen_at - modified_at) as lag ${LATER} order by lag limit 1 offset ?2`,
      pk,
      at,
    );
    return { ...counted, latencyP95Ms: n === 0 ? null : (row?.lag ?? null) };
  });
}
