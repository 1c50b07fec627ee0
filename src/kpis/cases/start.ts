import type { Instant, LinkedObject, Precision } from "../../model/index.ts";
import { assertNever } from "../../model/index.ts";
import { versionAt } from "../definitions/compile-process.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import { dayOf, textOf } from "./attributes.ts";
import type { CaseEvent } from "./case.ts";
import { sharedKey } from "./context.ts";
import type { CaseContext, StartSource } from "./context.ts";

/** When a case began, how exactly that is known, and the other object whose activity began it. */
export interface Start {
  readonly at: Instant;
  readonly precision: Precision;
  readonly sourceId: string | null;
}

/** @param events the case's own, as far as they are known; null when it has not begun */
export function startOf(
  subject: LinkedObject,
  process: ProcessDefinition,
  events: readonly CaseEvent[],
  context: CaseContext,
): Start | null {
  const created = (): Start | null => {
    const event = subject.events.find(
      (candidate) => candidate.type === `${process.caseType} created` && candidate.objectKey === subject.object.key,
    );
    const at = event?.occurredAt ?? subject.object.createdAt ?? events[0]?.at ?? subject.events[0]?.occurredAt;
    return at === undefined ? null : { at, precision: event?.precision ?? "ms", sourceId: null };
  };
  const { start } = process;
  switch (start.kind) {
    case "created":
      return created();
    case "activity": {
      const event = events.find((candidate) => candidate.activity === start.activity && !candidate.reopens);
      return event === undefined ? null : { at: event.at, precision: event.precision, sourceId: null };
    }
    case "day": {
      const day = dayOf(subject.object.attributes[start.attribute] ?? null);
      return day === null
        ? null
        : { at: context.calendarOf(process.team).startOfDay(day), precision: "day", sourceId: null };
    }
    case "handoff": {
      const handoff = context
        .handoffsTo(start.contract, subject.id)
        .find((candidate) => candidate.triggeredAt !== null && context.asOf.reached(candidate.triggeredAt));
      // Nobody has decided yet which source it belongs to.
      if (handoff?.link === "ambiguous") return created();
      if (handoff !== undefined && handoff.triggeredAt !== null) {
        return { at: handoff.triggeredAt, precision: "s", sourceId: handoff.sourceKey };
      }
      const source = sourceByName(subject, process.name, start, context);
      const at = source?.times.findLast((time) => context.asOf.reached(time));
      return source === undefined || at === undefined ? created() : { at, precision: "s", sourceId: source.id };
    }
    default:
      return assertNever(start);
  }
}

/** The source by reference, by its own id in a field of the case, or by a key that both carry; the first that is found. */
function sourceByName(
  subject: LinkedObject,
  process: string,
  start: Extract<ProcessDefinition["start"], { kind: "handoff" }>,
  context: CaseContext,
): StartSource | undefined {
  const own = (attribute: string | null): string | null =>
    attribute === null ? null : textOf(subject.object.attributes[attribute] ?? null);
  const shared = own(start.sharedAttribute);
  const pointers = [
    subject.references[start.sourceType] ?? null,
    own(start.idAttribute),
    shared === null ? null : sharedKey(shared),
  ];
  for (const pointer of pointers) {
    const source = pointer === null ? undefined : context.startSource(process, pointer);
    if (source !== undefined) return source;
  }
  return undefined;
}

/** The version in force when the case began; of one that has not begun yet, the one in force now. */
export function versionOf(
  subject: LinkedObject,
  versions: readonly ProcessDefinition[],
  latest: ProcessDefinition,
  context: CaseContext,
): ProcessDefinition | undefined {
  const rough = startOf(subject, latest, [], context);
  const calendar = context.calendarOf(latest.team);
  if (rough !== null) return versionAt(versions, calendar.localDay(rough.at));
  const days = versions.map((version) => version.effectiveFrom).sort();
  const day = days.findLast((from) => context.asOf.reached(calendar.startOfDay(from))) ?? days[0];
  return day === undefined ? undefined : versionAt(versions, day);
}
