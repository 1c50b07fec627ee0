import type { Actor, BusinessCalendar, Canonical } from "../../model/index.ts";
import type { JudgedEvent } from "../cases/judged.ts";
import { fold } from "../definitions/problems.ts";
import { readAttributes } from "./attribute-text.ts";
import type { LogAttribute } from "./log.ts";
import type { LogReader } from "./log-reader.ts";
import { readMoment } from "./moment.ts";

/** One event of a case of a log, as rules are judged on it. */
export interface TraceEvent extends JudgedEvent {
  readonly attributes: readonly LogAttribute[];
  /** Where it stands in the file it came from. */
  readonly line: number | null;
}

/** A case with its events in the order of time, then of the log. */
export interface CaseTrace {
  readonly id: string;
  readonly events: readonly TraceEvent[];
  readonly attributes: readonly LogAttribute[];
}

/**
 * The cases one by one, after `makeSteps`.
 * @param spelling what an activity of the log is called, by its folded name
 * @param withAttributes false when nobody will ask for them, which spares reading them
 */
export async function* caseTraces(
  log: LogReader,
  spelling: ReadonlyMap<string, string>,
  withAttributes: boolean,
): AsyncIterable<CaseTrace> {
  const names = new Map<string, string>();
  const spelled = (activity: string): string => {
    const known = names.get(activity) ?? spelling.get(fold(activity)) ?? activity;
    names.set(activity, known);
    return known;
  };
  const pages = log.pages(
    `SELECT step.case_no, case_name.case_id, event.seq, event.id, event.activity, event.happened, event.resource,
       ${withAttributes ? "event.attributes" : "NULL"} AS attributes, event.line,
       ${withAttributes ? "object.attributes" : "NULL"} AS case_attributes
     FROM step JOIN case_name USING (case_no) JOIN event ON event.seq = step.event_seq
     ${withAttributes ? "LEFT JOIN object ON object.id = case_name.case_id" : ""} ORDER BY step.case_no, step.pos`,
  );
  let no = 0;
  let open: Growing | null = null;
  for await (const page of pages) {
    for (const row of page) {
      if (open === null || no !== row["case_no"]) {
        if (open !== null) yield open;
        no = Number(row["case_no"]);
        open = { id: String(row["case_id"]), attributes: attributesIn(row["case_attributes"]), events: [] };
      }
      const micros = row["happened"];
      const { resource, line, id } = row;
      open.events.push({
        id: typeof id === "string" ? id : `e${String(row["seq"])}`,
        activity: spelled(String(row["activity"])),
        reopens: false,
        at: typeof micros === "bigint" ? Number(micros) / 1000 : 0,
        actor: typeof resource === "string" ? actorNamed(resource) : null,
        attributes: attributesIn(row["attributes"]),
        line: typeof line === "number" ? line : null,
      });
    }
  }
  if (open !== null) yield open;
}

interface Growing extends CaseTrace {
  readonly events: TraceEvent[];
}

function attributesIn(text: unknown): readonly LogAttribute[] {
  return readAttributes(typeof text === "string" ? text : null);
}

/** All that a log says of whoever did something is a name. */
function actorNamed(name: string): Actor {
  return { id: name, name, kind: "unknown", team: null, backup: null, active: true, accounts: [] };
}

const ROLES = ["org:role", "org:group", "role", "team", "group", "department"];

/** The role an event names. */
export function roleIn({ attributes }: TraceEvent): string | null {
  for (const role of ROLES) {
    const found = attributes.find(({ name }) => name.toLowerCase() === role);
    if (found !== undefined) return found.value;
  }
  return null;
}

/** An attribute as it was known when an event had happened: the latest event that names it, else the case. */
export function knownAt(
  { events, attributes }: CaseTrace,
  name: string,
  until: (event: TraceEvent) => boolean,
  calendar: BusinessCalendar,
): Canonical {
  const isNamed = (attribute: LogAttribute): boolean => attribute.name === name || attribute.name === `case:${name}`;
  let found: LogAttribute | undefined = attributes.findLast(isNamed);
  for (const event of events) {
    if (!until(event)) continue;
    found = event.attributes.findLast(isNamed) ?? found;
  }
  return found === undefined ? null : canonical(found, calendar);
}

/** Times become days of the calendar; everything else is compared as what it says. */
function canonical({ type, value }: LogAttribute, calendar: BusinessCalendar): Canonical {
  if (/^\d{4}-\d{2}-\d{2}$/u.test(value)) return { day: value };
  if (type !== "date" && type !== "time") return value;
  const at = readMoment(value, { zone: null, order: null });
  return typeof at === "string" ? value : { day: calendar.localDay(Number(at.micros / 1000n)) };
}
