import { readAttributes } from "./attribute-text.ts";
import { makeCases } from "./case-events.ts";
import type { CaseNotion } from "./case-events.ts";
import type { LogAttribute } from "./log.ts";
import type { LogReader } from "./log-reader.ts";
import { EVENT_COLUMNS, toEvent } from "./stored.ts";
import type { StoredEvent } from "./stored.ts";

export interface Trace {
  readonly id: string;
  readonly attributes: readonly LogAttribute[];
  /** In the order of the log. */
  readonly events: readonly StoredEvent[];
}

/** A log case by case. */
export interface Traces {
  readonly notion: CaseNotion;
  /** What case-by-case writing costs an object-centric log, in sentences. */
  readonly told: readonly string[];
  all(): AsyncIterable<Trace>;
}

/** @throws HubError HUB-2411 for an object type the log does not have */
export async function tracesOf(log: LogReader, caseType: string | undefined): Promise<Traces> {
  const notion = await makeCases(log, caseType);
  await log.run(
    `CREATE TEMP TABLE trace AS
     SELECT row_number() OVER (ORDER BY object.seq NULLS LAST, case_name.case_no) AS trace_no,
       coalesce(object.id, case_name.case_id) AS trace_id, object.attributes AS trace_attributes
     FROM (SELECT * FROM object WHERE type = $1) object FULL JOIN case_name ON case_name.case_id = object.id`,
    [notion.type],
  );
  return {
    notion,
    told: await costs(log, notion),
    async *all() {
      const pages = log.pages(
        `SELECT trace_no, trace_id, trace_attributes, ${EVENT_COLUMNS} FROM trace
         LEFT JOIN membership ON membership.case_id = trace_id LEFT JOIN event ON event.seq = membership.seq
         ORDER BY trace_no, event.seq`,
      );
      let no = 0;
      let open: Growing | null = null;
      for await (const page of pages) {
        for (const row of page) {
          if (open === null || no !== Number(row["trace_no"])) {
            if (open !== null) yield open;
            no = Number(row["trace_no"]);
            const attributes = row["trace_attributes"];
            open = {
              id: String(row["trace_id"]),
              attributes: latest(readAttributes(typeof attributes === "string" ? attributes : null)),
              events: [],
            };
          }
          if (row["seq"] !== null) open.events.push(toEvent(row));
        }
      }
      if (open !== null) yield open;
    },
  };
}

interface Growing extends Trace {
  readonly events: StoredEvent[];
}

/** Of an object's attribute with a history, what it came to. */
function latest(attributes: readonly LogAttribute[]): readonly LogAttribute[] {
  if (attributes.every(({ at }) => at === undefined)) return attributes;
  const last = new Map<string, LogAttribute>();
  for (const attribute of attributes) {
    const known = last.get(attribute.name);
    if (known === undefined || (known.at?.micros ?? 0n) <= (attribute.at?.micros ?? 0n))
      last.set(attribute.name, attribute);
  }
  return [...last.values()];
}

async function costs(log: LogReader, notion: CaseNotion): Promise<readonly string[]> {
  if (log.about.format === "csv" || log.about.format === "xes") return [];
  const [row = {}] = await log.rows(
    `SELECT (SELECT count(*) FROM event ANTI JOIN membership USING (seq))::DOUBLE AS without,
       (SELECT count(*) FROM (SELECT seq FROM membership GROUP BY seq HAVING count(*) > 1))::DOUBLE AS several`,
  );
  const without = Number(row["without"] ?? 0);
  const several = Number(row["several"] ?? 0);
  return [
    `A case is one ${notion.type}; other objects and all relations are left out.`,
    ...(without === 0 ? [] : [`${without} events belong to no ${notion.type} and are left out.`]),
    ...(several === 0 ? [] : [`${several} events belong to several cases and stand in each.`]),
  ];
}
