import type { Json, Problem } from "../../model/index.ts";
import type { Database } from "./database.ts";

/** Keeps the newest content of a rejected record, once per code. */
export function saveReject(
  database: Database,
  streamPk: number,
  runId: string,
  seenAt: number,
  reject: { readonly id: string | null; readonly content: Json; readonly problem: Problem },
): void {
  database.run(
    `insert into reject (stream_pk, id, content, code, problem, first_seen_at, run_id) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (stream_pk, id, code) do update set content = excluded.content, problem = excluded.problem`,
    streamPk,
    reject.id ?? "",
    JSON.stringify(reject.content),
    reject.problem.code,
    JSON.stringify(reject.problem),
    seenAt,
    runId,
  );
}
