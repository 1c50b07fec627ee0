import type { Actor, Instant, LinkedObject, Money } from "../../model/index.ts";
import { hashText, parseRecordKey } from "../../model/index.ts";
import { addSpan, daysBetween } from "../definitions/durations.ts";
import { fold } from "../definitions/problems.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import { moneyOf, textOf, valueAt, valueAtPath } from "./attributes.ts";
import type { Case, CaseEvent, CaseStatus, Verdict } from "./case.ts";
import { judge, meets } from "./conformance.ts";
import type { CaseContext } from "./context.ts";
import { activityNames, caseEvents, findEnd } from "./events.ts";
import { pathFitness } from "./fitness.ts";
import { eventOrder } from "./judged.ts";
import type { Judged } from "./judged.ts";
import { startOf, versionOf } from "./start.ts";
import { repeatedActivities, repeatsInPlace, stepExecutions } from "./steps.ts";
import { touchesIn } from "./touches.ts";
import { activeTime, businessTime, isBackwardMove, isReturn, reworkIn, stageVisits } from "./visits.ts";

/** Builds the cases of one process from its objects, each judged against the version in force at its start. */
export function createCaseBuilder(
  versions: readonly ProcessDefinition[],
  context: CaseContext,
): (subject: LinkedObject) => Case | null {
  const names = new Map(versions.map((version) => [version.key, activityNames(version)]));
  const latest = versions.at(-1);
  return (subject) => {
    if (latest === undefined || subject.object.removed?.cause === "merged") return null;
    if (!isCase(subject, latest)) return null;
    const process = versions.length === 1 ? latest : (versionOf(subject, versions, latest, context) ?? latest);
    const known = names.get(process.key);
    return known === undefined ? null : buildCase(subject, process, known, context);
  };
}

/** Whether the process follows the object: not every opportunity is one that sellers win. */
function isCase({ object }: LinkedObject, { where }: ProcessDefinition): boolean {
  const current = (name: string) => object.attributes[name] ?? null;
  return meets(where, { current, attribute: (name) => textOf(current(name)) });
}

function buildCase(
  subject: LinkedObject,
  process: ProcessDefinition,
  names: ReturnType<typeof activityNames>,
  context: CaseContext,
): Case | null {
  const events = caseEvents(subject, process, names, context);
  const start = startOf(subject, process, events, context);
  if (start === null || !context.asOf.reached(start.at)) return null;
  const end = findEnd(events, process);
  const removedAt = removal(subject, events, context);
  const completedAt = end?.event.at ?? removedAt;
  const status: CaseStatus =
    end === null ? (removedAt === null ? "open" : "cancelled") : end.cancels ? "cancelled" : "completed";
  const owner = process.owner === null ? null : personIn(subject, process.owner, context);
  const team = owner?.team ?? process.team;
  const calendar = context.calendarOf(team);
  const visits = stageVisits(events, process, start.at, completedAt, context);
  const steps = stepExecutions(events, process, context.registeredClients);
  const negative = completedAt !== null && completedAt < start.at;
  const endPrecision = end?.event.precision ?? (completedAt === null ? null : "s");
  const measurable = completedAt !== null && !negative && start.precision !== "day" && endPrecision !== "day";
  const dimensions: Record<string, string> = {};
  for (const [name, path] of Object.entries(process.dimensions)) {
    const text = textOf(valueAtPath(subject, path, context));
    if (text !== null) dimensions[name] = text;
  }
  const category = process.dimensions["category"];
  if (category?.via === null) {
    // A severity or kind is what it was when the clock started, whatever somebody made of it later.
    const text = textOf(valueAt(subject, category.attribute, start.at));
    if (text !== null) dimensions["category"] = text;
  }
  const verdicts = judgeAll(
    subject,
    process,
    events,
    start.at,
    completedAt,
    dimensions,
    end === null && removedAt !== null,
    context,
  );
  const repeated = repeatedActivities(events, visits, process);
  const isRework = repeated.length > 0;
  const variant = traceOf(events);
  const system = parseRecordKey(subject.object.key)?.system ?? "unknown";
  const historySince = context.historySince(system);
  const dueAt = process.due === null ? null : addSpan(start.at, process.due, calendar);
  return {
    key: caseKey(process.name, subject.id),
    process,
    caseId: subject.id,
    nativeId: subject.nativeId,
    name: nameOf(subject, process),
    url: subject.object.url,
    system,
    sourceId: start.sourceId,
    accountId: subject.references["account"] ?? null,
    dimensions,
    team,
    owner,
    money: moneyIn(subject, process, start.sourceId, context),
    startedAt: start.at,
    startPrecision: start.precision,
    completedAt,
    endPrecision,
    outcome: end?.outcome ?? (removedAt === null ? null : (subject.object.removed?.cause ?? null)),
    status,
    cycleMs: measurable ? completedAt - start.at : null,
    cycleBusinessMs: measurable ? businessTime(visits, start.at, completedAt, team, context.calendarOf) : null,
    cycleDays:
      completedAt === null || negative
        ? null
        : daysBetween(calendar.localDay(start.at), calendar.localDay(completedAt)),
    activeMs: measurable ? activeTime(visits, process, start.at, completedAt) : null,
    visits,
    steps,
    verdicts,
    eventCount: events.length,
    reentries: visits.filter(isReturn).length,
    backwardMoves: visits.filter(isBackwardMove).length,
    repeatedSteps: repeatsInPlace(events, process),
    reworkMs: reworkIn(visits),
    touches: touchesIn(events, process),
    repeated,
    isRework,
    isFirstTimeRight: status === "completed" && !isRework && events.every((event) => !event.reopens),
    variant,
    fitness: status === "completed" ? pathFitness(variant, process.paths) : null,
    dueAt,
    isOverdue: dueAt !== null && status === "open" && context.asOf.passed(dueAt),
    leftTruncated: historySince !== null && start.at < historySince,
    anomaly: negative ? "negative duration" : null,
  };
}

/** The surrogate key of a case: the same object in the same process is the same case, whatever the version. */
export function caseKey(process: string, caseId: string): string {
  return hashText(`case\0${process}\0${caseId}`).slice(0, 16);
}

/** When an unfinished case went out of the world; null while its object lives or has merely dropped out of sight. */
function removal(subject: LinkedObject, events: readonly CaseEvent[], context: CaseContext): Instant | null {
  const { removed } = subject.object;
  if (removed === null || removed.cause === "visibility lost") return null;
  const at = removed.at ?? events.at(-1)?.at ?? context.asOf.value();
  return context.asOf.reached(at) ? at : null;
}

function judgeAll(
  subject: LinkedObject,
  process: ProcessDefinition,
  events: readonly CaseEvent[],
  startedAt: Instant,
  endedAt: Instant | null,
  dimensions: Readonly<Record<string, string>>,
  removed: boolean,
  context: CaseContext,
): readonly Verdict[] {
  const judged: Judged = {
    label: labelOf(nameOf(subject, process), process.caseType),
    events,
    order: eventOrder(events, "seconds"),
    startedAt,
    endedAt,
    asOf: context.asOf,
    calendar: context.calendarOf(process.team),
    attribute: (name) => textOf(subject.object.attributes[name] ?? null) ?? dimensions[name] ?? null,
    current: (name) => subject.object.attributes[name] ?? null,
    valueAt: (name, at) => valueAt(subject, name, at),
    roleOf: ({ actor }) => actor?.team ?? null,
  };
  // What was taken out of the world before its end is no case that could still keep its procedure.
  if (removed) return [];
  return process.rules.map((rule) => {
    const verdict = judge(rule, judged);
    if (verdict.state !== "violated") return verdict;
    const waived = context
      .waiversOf(process.name, subject.id)
      .some(
        ({ rule: of, where, until }) =>
          of === rule.id
          && Object.entries(where).every(([name, value]) => fold(judged.attribute(name) ?? "") === fold(value))
          && (until === null || !context.asOf.reached(until)),
      );
    return waived ? { ...verdict, waived } : verdict;
  });
}

/** The activities in order, without immediate repetitions. */
function traceOf(events: readonly CaseEvent[]): readonly string[] {
  const trace: string[] = [];
  for (const event of events) {
    const activity = event.reopens ? `${event.activity} reopened` : event.activity;
    if (trace.at(-1) !== activity) trace.push(activity);
  }
  return trace;
}

/** The person an attribute names. */
function personIn(subject: LinkedObject, attribute: string, context: CaseContext): Actor | null {
  const value = subject.object.attributes[attribute];
  if (typeof value !== "object" || value === null || !("person" in value)) return null;
  const key = parseRecordKey(subject.object.key);
  return key === undefined ? null : (context.actorOf(`${key.system}/${key.tenant}/${value.person}`) ?? null);
}

function moneyIn(
  subject: LinkedObject,
  process: ProcessDefinition,
  sourceId: string | null,
  context: CaseContext,
): Money | null {
  if (process.money !== null) return moneyOf(valueAtPath(subject, process.money, context));
  if (process.sourceMoney === null || sourceId === null) return null;
  return moneyOf(context.attributeOf(sourceId, process.sourceMoney) ?? null);
}

function nameOf(subject: LinkedObject, process: ProcessDefinition): string {
  if (process.personal) return subject.nativeId;
  return textOf(subject.object.attributes["name"] ?? null) ?? subject.nativeId;
}

/** `Onboarding Acme`; a name that says what it is stands alone. */
function labelOf(name: string, caseType: string): string {
  const type = capital(caseType.replaceAll("-", " "));
  return name.toLowerCase().startsWith(type.toLowerCase()) ? name : `${type} ${name}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
