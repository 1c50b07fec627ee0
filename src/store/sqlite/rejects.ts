import type { Json, Problem, RejectEntry, RejectStep, StoredReject } from "../../model/index.ts";
import type { Database } from "./database.ts";
import type { StreamTable } from "./streams.ts";

/** Keeps the newest content of a rejected record, once per code. */
export function saveReject(
  database: Database,
  step: RejectStep,
  streamPk: number,
  runId: string,
  seenAt: number,
  reject: { readonly id: string | null; readonly content: Json; readonly problem: Problem },
): void {
  database.run(
    `insert into reject (stream_pk, step, id, content, code, problem, first_seen_at, run_id) values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (stream_pk, id, code) do update set step = excluded.step, content = excluded.content, problem = excluded.problem`,
    streamPk,
    step,
    reject.id ?? "",
    JSON.stringify(reject.content),
    reject.problem.code,
    JSON.stringify(reject.problem),
    seenAt,
    runId,
  );
}

interface EntryRow {
  readonly stream_pk: number;
  readonly step: RejectStep;
  readonly id: string;
  readonly problem: string;
  readonly first_seen_at: number;
  readonly run_id: string;
}

const COLUMNS = "stream_pk, step, id, problem, first_seen_at, run_id";

/** With their contents: those of one native id, or all. */
export function readRejects(database: Database, streams: StreamTable, id?: string): readonly StoredReject[] {
  type Row = EntryRow & { readonly content: string };
  const select = `select ${COLUMNS}, content from reject`;
  const rows =
    id === undefined
      ? database.all<Row>(`${select} order by pk`)
      : database.all<Row>(`${select} where id = ? order by pk`, id);
  return rows.map((row) => ({ ...entryOf(streams, row), content: JSON.parse(row.content) as Json }));
}

/** Without their contents, which nobody who lists them looks at. */
export function listRejects(database: Database, streams: StreamTable): readonly RejectEntry[] {
  return database.all<EntryRow>(`select ${COLUMNS} from reject order by pk`).map((row) => entryOf(streams, row));
}

function entryOf(streams: StreamTable, row: EntryRow): RejectEntry {
  const key = streams.name(row.stream_pk);
  return {
    key,
    stream: key.stream,
    step: row.step,
    id: row.id === "" ? null : row.id,
    problem: JSON.parse(row.problem) as Problem,
    firstSeenAt: row.first_seen_at,
    runId: row.run_id,
  };
}
