import { HubError } from "../../model/index.ts";
import type { Database } from "./database.ts";

/** Append-only: a migration that has landed is never edited. Rowid tables with UNIQUE: wide WITHOUT ROWID tables collapse on random keys. */
const MIGRATIONS: readonly string[] = [
  `
  create table run (
    pk integer primary key, id text not null unique, kind text not null, started_at integer not null, ended_at integer,
    as_of integer not null, configuration_hash text not null, outcome text, summary text not null);
  create table configuration_version (hash text primary key, content text not null, first_used_at integer not null);
  create table lease (name text primary key, run_id text not null, token integer not null, owner text not null, expires_at integer not null);
  create table connection_pin (connection text primary key, system text not null, tenant text not null, name text not null, pinned_at integer not null);

  create table stream (pk integer primary key, system text not null, tenant text not null, stream text not null, unique (system, tenant, stream));
  create table record (
    pk integer primary key, stream_pk integer not null references stream, id text not null, partition text not null,
    entity_stream_pk integer not null, entity_id text not null, content text, hash text not null, modified_at integer,
    first_seen_at integer not null, version_seen_at integer not null, run_id text not null,
    removed_cause text, removed_at integer, removal_seen_at integer, merged_into text,
    unique (stream_pk, id));
  create index record_entity on record (entity_stream_pk, entity_id);
  create index record_partition on record (stream_pk, partition);
  create table record_version (
    pk integer primary key, record_pk integer not null references record, content text, hash text not null,
    removed_cause text, seen_at integer not null, run_id text not null);
  create index record_version_record on record_version (record_pk);
  create table position (stream_pk integer not null references stream, partition text not null, covered text not null, state text not null, seen_at integer not null, run_id text not null, primary key (stream_pk, partition));
  create table reject (
    pk integer primary key, stream_pk integer not null references stream, id text not null, content text not null, code text not null,
    problem text not null, first_seen_at integer not null, run_id text not null, unique (stream_pk, id, code));
  create table certificate (pk integer primary key, run_id text not null, system text not null, tenant text not null, stream text not null, body text not null);
  create index certificate_run on certificate (run_id);
  create table pending_entity (stream_pk integer not null, id text not null, primary key (stream_pk, id)) without rowid;
  create table mapped_with (name text primary key, hash text not null);
  create table quota (credential text primary key, used integer not null, maximum integer, resets_at integer, observed_at integer not null);

  create table object (
    pk integer primary key, key text not null unique, type text not null, stream_pk integer not null, entity_id text not null, body text not null);
  create index object_entity on object (stream_pk, entity_id);
  create index object_type on object (type, key);
  create table event (
    pk integer primary key, id text not null unique, object_type text not null, object_key text not null, occurred_at integer not null, sequence integer not null,
    stream_pk integer not null, entity_id text not null, body text not null);
  create index event_entity on event (stream_pk, entity_id);
  create index event_object on event (object_type, object_key, occurred_at, sequence, id);
  create table unmapped (stream_pk integer not null, entity_id text not null, mapping text not null, field text not null, value text not null);
  create index unmapped_entity on unmapped (stream_pk, entity_id);
  create table object_link (object_key text primary key, object_id text not null, method text not null, confidence real not null, why text not null);
  create table reference_link (object_key text not null, name text not null, object_id text not null, method text not null, primary key (object_key, name));
  create table actor (id text primary key, body text not null);
  create table handoff (id text primary key, contract text not null, label text not null, body text not null);

  create table handoff_decision (pk integer primary key, handoff_id text not null, kind text not null, reason text not null, by_whom text not null, until integer, at integer not null, run_id text not null);
  create table plan (pk integer primary key, hash text not null unique, as_of integer not null, created_at integer not null, run_id text not null, body text not null);
  create table baseline (name text primary key, body text not null, frozen_at integer not null, run_id text not null);
  create table kpi_snapshot (pk integer primary key, run_id text not null, kpi text not null, as_of integer not null, body text not null);
  create index kpi_snapshot_run on kpi_snapshot (run_id);
  `,
  // What is derived is dropped and mapped anew. Events stand with their object, because they are written and read with it;
  // references between records are looked up: only what is matched by words needs a row.
  `
  drop table object;
  drop table event;
  drop table reference_link;
  create table object (
    pk integer primary key, key text not null, type text not null, stream_pk integer not null, entity_id text not null,
    merged_into text, record_references text, key_references text, body text not null, events text);
  create index object_entity on object (stream_pk, entity_id);
  create unique index object_type on object (type, key);
  create table key_link (object_key text not null, name text not null, object_id text not null, method text not null, primary key (object_key, name));
  drop index record_entity;
  create index record_member on record (entity_stream_pk, entity_id) where entity_stream_pk <> stream_pk or entity_id <> id;
  insert into pending_entity (stream_pk, id) select distinct entity_stream_pk, entity_id from record where true on conflict do nothing;
  `,
  // Quota is leased in blocks, counted by the hour and paced by the minute; every process on the store shares it.
  `
  create table quota_lease (credential text not null, holder text not null, priority text not null, calls_left integer not null, taken_at integer not null, primary key (credential, holder, priority));
  create table quota_spent (credential text not null, hour integer not null, priority text not null, calls integer not null, primary key (credential, hour, priority));
  create table quota_pace (credential text primary key, per_minute real not null, due_at real not null, source text not null, known_at integer not null);
  `,
  // What webhooks asked to read again. A delivery is remembered after it was answered, so that a repeated one is known.
  `
  create table mark (
    pk integer primary key, stream_pk integer not null references stream, id text not null, delivery text not null, at integer not null,
    answered integer not null default 0, unique (stream_pk, id, delivery));
  create index mark_open on mark (stream_pk) where answered = 0;
  `,
  // What streams look like and how full their fields usually are.
  `
  create table stream_shape (stream_pk integer primary key references stream, shape text not null, accepted_at integer not null, held text);
  create table field_fill (stream_pk integer not null references stream, field text not null, seen integer not null, empty integer not null, primary key (stream_pk, field));
  `,
  // Whether a reject was kept out of the store or only could not be mapped: the first must survive the mapping of what is stored.
  `
  alter table reject add column step text not null default 'map';
  update reject set step = 'pull' where not exists (
    select 1 from record r where r.stream_pk = reject.stream_pk and r.id = reject.id and r.content is not null);
  `,
  // When each partition was swept last, and by which run; one that has not been yet stands with no run.
  `
  create table sweep_turn (stream_pk integer not null references stream, partition text not null, ended_at integer not null, run_id text, primary key (stream_pk, partition));
  create index mark_answered on mark (at) where answered = 1;
  create index record_version_seen on record_version (seen_at);
  `,
  // What was agreed to, what became of it, and what persons decided. A store that never ran is a new installation: it starts with all writes paused.
  `
  create table approval (
    pk integer primary key, id text not null unique, plan_hash text not null, operation_ids text not null, by_whom text not null,
    at integer not null, until integer not null, kind text not null, run_id text not null);
  create index approval_plan on approval (plan_hash);
  create table outbox (
    pk integer primary key, operation_id text not null unique, plan_hash text not null, approval_id text not null, handoff_id text not null,
    action text not null, field text, connection text not null, account text, idempotency_key text not null, state text not null, attempts integer not null default 0, sent_at integer,
    settled_at integer, request_id text, native_id text, target_key text, before text not null, after text not null, problem text);
  create index outbox_state on outbox (state);
  create index outbox_handoff on outbox (handoff_id);
  create index outbox_target on outbox (target_key);
  create table receipt (
    pk integer primary key, operation_id text not null, at integer not null, event text not null, request_id text, native_id text,
    detail text, run_id text not null);
  create index receipt_operation on receipt (operation_id);
  create table write_pause (pk integer primary key, connection text, kind text not null, by_whom text not null, reason text not null, at integer not null);
  insert into write_pause (connection, kind, by_whom, reason, at)
    select null, 'pause', 'Process Hub', 'A new installation writes nothing until somebody says so.', 0 where not exists (select 1 from run);
  create table base (
    handoff_id text not null, field text not null, value text not null, at integer not null, run_id text not null, primary key (handoff_id, field));
  create table confirmed_link (
    handoff_id text primary key, contract text not null, source_key text not null, target_key text not null, operation_id text not null,
    at integer not null, run_id text not null);
  create table match_decision (
    pk integer primary key, contract text, a text not null, b text not null, kind text not null, by_whom text not null, at integer not null,
    reason text not null, run_id text not null);
  create table conflict_decision (
    pk integer primary key, handoff_id text not null, field text not null, take text not null, by_whom text not null, at integer not null,
    reason text not null, run_id text not null);
  `,
  // What sources list of partitions while they are swept: compared with what is stored, and where a sweep goes on.
  `
  create table listing (stream_pk integer not null references stream, partition text not null, begun_at integer not null, resume text not null, cut integer not null default 0, primary key (stream_pk, partition));
  create table listed (stream_pk integer not null, partition text not null, id text not null, primary key (stream_pk, partition, id)) without rowid;
  `,
  // How full fields were found that raised an alarm: accepted, that is how full they may be.
  `
  alter table field_fill add column alarmed_seen integer not null default 0;
  alter table field_fill add column alarmed_empty integer not null default 0;
  `,
  // Every published figure by what names it, so that the same figure measured again and found to be another is seen as a restatement.
  `
  alter table kpi_snapshot add column definition text not null default '';
  alter table kpi_snapshot add column scope_type text not null default '';
  alter table kpi_snapshot add column scope_key text not null default '';
  alter table kpi_snapshot add column window_text text not null default '';
  alter table kpi_snapshot add column period_from integer not null default 0;
  alter table kpi_snapshot add column period_to integer not null default 0;
  alter table kpi_snapshot add column amounts text not null default '';
  alter table kpi_snapshot add column published_at integer not null default 0;
  alter table kpi_snapshot add column because text;
  update kpi_snapshot set
    definition = body ->> '$.definition', scope_type = body ->> '$.scope.type', scope_key = body ->> '$.scope.key', window_text = body ->> '$.window.text',
    period_from = body ->> '$.window.from', period_to = body ->> '$.window.to', published_at = as_of,
    amounts = json_array(body -> '$.value', body -> '$.numerator', body -> '$.denominator', body -> '$.n'), body = json_object('result', json(body), 'gate', null);
  create index kpi_snapshot_key on kpi_snapshot (definition, scope_type, scope_key, window_text, period_from, period_to);
  create table measurement (pk integer primary key, run_id text not null, as_of integer not null, at integer not null, figures integer not null, restated integer not null);
  insert into measurement (run_id, as_of, at, figures, restated) select run_id, as_of, as_of, count(*), 0 from kpi_snapshot group by run_id order by min(pk);
  `,
  // What is known of when things were recorded: mapping finds it, so that everything is mapped once more.
  `
  create table told_early (stream_pk integer not null, entity_id text not null, event_id text not null, occurred_at integer not null);
  create index told_early_entity on told_early (stream_pk, entity_id);
  insert into pending_entity (stream_pk, id) select distinct entity_stream_pk, entity_id from record where true on conflict do nothing;
  `,
  // Restatements are looked up at every measuring, and are few among many figures.
  `
  create index kpi_snapshot_restated on kpi_snapshot (window_text, period_from, period_to) where because is not null;
  `,
];

/** Brings the store to the newest schema. @throws HubError HUB-3004 for a store written by a newer program. */
export function migrate(database: Database): void {
  const version = versionOf(database);
  if (version > MIGRATIONS.length) {
    throw new HubError("HUB-3004", `The store has schema ${version}; this program knows ${MIGRATIONS.length}.`, {
      remedy: "Run the newer version of Process Hub that wrote it.",
    });
  }
  MIGRATIONS.slice(version).forEach((sql, index) => {
    const next = version + index + 1;
    database.transaction(() => {
      // Another process that opened the store at the same time may have been first.
      if (versionOf(database) >= next) return;
      database.exec(sql);
      database.exec(`pragma user_version=${next}`);
    });
  });
}

function versionOf(database: Database): number {
  return database.get<{ user_version: number }>("pragma user_version")?.user_version ?? 0;
}
