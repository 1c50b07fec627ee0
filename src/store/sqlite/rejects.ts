import type { Json, Problem, RejectStep } from "../../model/index.ts";
import type { Database } from "./database.ts";

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
