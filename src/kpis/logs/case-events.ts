import { HubError } from "../../model/index.ts";
import { suggest } from "../definitions/problems.ts";
import type { LogReader } from "./log-reader.ts";

/** Which objects are the cases: `case` in a log written case by case, else an object type. */
export interface CaseNotion {
  readonly type: string;
  /** Nobody named it. */
  readonly guessed: boolean;
}

/**
 * Makes the temporary tables that all questions about cases are asked of: `case_name` (case_no, case_id), `activity_name`
 * (activity_no, activity) and `step`, one row per case and event in the order of time, then of the file (case_no, pos, activity_no,
 * next_activity, happened, next_happened, event_seq, lifecycle). An object-centric log is flattened on one object type; an event counts once per case.
 * @throws HubError HUB-2411 for an object type the log does not have
 */
export async function makeSteps(log: LogReader, asked?: string): Promise<CaseNotion> {
  const notion = await makeCases(log, asked);
  await log.run(
    `CREATE TEMP TABLE activity_name AS SELECT (row_number() OVER (ORDER BY activity))::INTEGER AS activity_no, activity
     FROM event SEMI JOIN membership USING (seq) GROUP BY activity`,
  );
  await log.run(
    `CREATE TEMP TABLE step AS
     SELECT case_no, (row_number() OVER w)::INTEGER AS pos, activity_no, lead(activity_no) OVER w AS next_activity,
       happened, lead(happened) OVER w AS next_happened, seq AS event_seq, lower(lifecycle) AS lifecycle
     FROM membership JOIN case_name USING (case_id) JOIN event USING (seq) JOIN activity_name USING (activity)
     WINDOW w AS (PARTITION BY case_no ORDER BY happened, seq)`,
  );
  return notion;
}

/**
 * Only `case_name` and `membership` (case_id, seq of an event).
 * @throws HubError HUB-2411 for an object type the log does not have
 */
export async function makeCases(log: LogReader, asked?: string): Promise<CaseNotion> {
  const notion = await notionOf(log, asked);
  const source =
    notion === null
      ? "SELECT case_id, seq FROM event WHERE case_id IS NOT NULL"
      : `SELECT DISTINCT object.id AS case_id, event.seq FROM event_object
         JOIN object ON object.id = event_object.object_id AND object.type = $1
         JOIN event ON event.id = event_object.event_id`;
  await log.run(`CREATE TEMP TABLE membership AS ${source}`, notion === null ? [] : [notion.type]);
  await log.run(
    `CREATE TEMP TABLE case_name AS SELECT (row_number() OVER (ORDER BY min(seq), case_id))::INTEGER AS case_no, case_id
     FROM membership GROUP BY case_id`,
  );
  return notion ?? { type: "case", guessed: false };
}

/** Null for a log written case by case. */
async function notionOf(log: LogReader, asked: string | undefined): Promise<CaseNotion | null> {
  const { caseType, format } = log.about;
  if (format === "csv" || format === "xes") {
    if (asked === undefined || asked === "case") return null;
    throw noSuchType(asked, ["case"]);
  }
  const types = (await log.rows("SELECT DISTINCT type FROM object ORDER BY type")).map(({ type }) => String(type));
  const type = asked ?? caseType ?? types[0];
  if (type === undefined || !types.includes(type)) throw noSuchType(type ?? "", types);
  return { type, guessed: asked === undefined && log.about.caseTypeGuessed };
}

function noSuchType(type: string, types: readonly string[]): HubError {
  return new HubError("HUB-2411", `The log has no objects of the type "${type}" that could be cases.`, {
    disposition: "operator",
    remedy: suggest(type, types),
  });
}
