import type { Instant, LinkedObject } from "../../model/index.ts";
import { parseRecordKey } from "../../model/index.ts";
import { fold } from "../definitions/problems.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import type { CaseEvent } from "./case.ts";
import type { CaseContext } from "./context.ts";

/** Folded activity names to the spelling of the process; made once per process. */
export interface ActivityNames {
  readonly spelling: ReadonlyMap<string, string>;
  readonly order: ReadonlyMap<string, number>;
  readonly joined: ReadonlySet<string>;
}

export function activityNames(process: ProcessDefinition): ActivityNames {
  return {
    spelling: new Map(process.activities.map((activity) => [fold(activity), activity])),
    order: new Map(process.stages.map((stage) => [stage.name, stage.order])),
    joined: new Set(process.joins.map((join) => join.type)),
  };
}

/**
 * The case's events up to the as-of: own ones and those of joined objects, each once, in the order of reference §1.3
 * (time, source sequence, stage rank, id).
 */
export function caseEvents(
  subject: LinkedObject,
  process: ProcessDefinition,
  names: ActivityNames,
  context: CaseContext,
): readonly CaseEvent[] {
  const seen = new Set<string>();
  const events: CaseEvent[] = [];
  for (const event of subject.events) {
    if (!context.asOf.reached(event.occurredAt) || seen.has(event.id)) continue;
    if (event.objectType !== process.caseType && !names.joined.has(event.objectType)) continue;
    if (
      event.objectType === process.caseType
      && event.objectKey !== subject.object.key
      && event.objectKey !== subject.id
    )
      continue;
    seen.add(event.id);
    // The creation of a step's record is not the step's being done.
    const step = event.type.endsWith(" created") ? undefined : event.attributes["step"];
    const native = process.renamed.get(event.type) ?? event.stage ?? (typeof step === "string" ? step : event.type);
    events.push({
      id: event.id,
      activity: names.spelling.get(fold(native)) ?? native,
      reopens: event.stage === null && event.type.endsWith("reopened"),
      at: event.occurredAt,
      precision: event.precision,
      by: event.by,
      actor: actorOf(event.objectKey, event.by.person, context),
      event,
    });
  }
  const rank = (event: CaseEvent): number => names.order.get(event.activity) ?? -1;
  return events.sort(
    (a, b) =>
      a.at - b.at
      || a.event.sequence - b.event.sequence
      || rank(a) - rank(b)
      || (a.id < b.id ? -1 : Number(a.id > b.id)),
  );
}

function actorOf(objectKey: string, person: string | null, context: CaseContext): CaseEvent["actor"] {
  if (person === null) return null;
  const key = parseRecordKey(objectKey);
  return key === undefined ? null : (context.actorOf(`${key.system}/${key.tenant}/${person}`) ?? null);
}

/** How a case ended, if it did: the last terminal activity that was not undone afterwards. */
export interface CaseEnd {
  readonly event: CaseEvent;
  readonly outcome: string;
  readonly cancels: boolean;
}

/** A reopened case keeps its start and extends its end (reference §2.2), so a later terminal activity replaces an undone one. */
export function findEnd(events: readonly CaseEvent[], process: ProcessDefinition): CaseEnd | null {
  let end: CaseEnd | null = null;
  for (const event of events) {
    const terminal = process.ends.find((candidate) => candidate.activity === event.activity);
    if (terminal !== undefined && !event.reopens) {
      if (end?.event.activity !== event.activity) end = { event, outcome: terminal.outcome, cancels: terminal.cancels };
    } else if (end !== null && event.event.objectKey === end.event.event.objectKey) {
      const undone = event.reopens ? event.activity === end.event.activity : event.event.stage !== null;
      if (undone) end = null;
    }
  }
  return end;
}

/** Two instants of the same second are not ordered: histories are exact to the second only. */
export function isLater(a: Instant, b: Instant): boolean {
  return Math.floor(a / 1000) > Math.floor(b / 1000);
}
