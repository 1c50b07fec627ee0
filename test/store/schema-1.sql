-- The schema as the first version of the program wrote it.
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
