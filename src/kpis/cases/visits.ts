import type { BusinessCalendar, Instant } from "../../model/index.ts";
import type { ProcessDefinition, StageDefinition } from "../definitions/process.ts";
import type { CaseEvent, StageVisit } from "./case.ts";
import type { CaseContext } from "./context.ts";

const FLICKER_MS = 60_000;

interface Stay {
  readonly stage: StageDefinition;
  readonly enteredAt: Instant;
  exitedAt: Instant | null;
  readonly actor: StageVisit["actor"];
  /** The case had ended, and went on from there. */
  readonly isAfterEnd: boolean;
}

/**
 * The stage visits of a case. Stages come from stage events, or, where a stage is declared with `until`, last from the end of the
 * stage before until that activity. The stay in a terminal stage is none: the case is over.
 */
export function stageVisits(
  events: readonly CaseEvent[],
  process: ProcessDefinition,
  startedAt: Instant,
  endedAt: Instant | null,
  context: CaseContext,
): readonly StageVisit[] {
  const byActivity = process.stages.some((stage) => stage.until !== null);
  const stays = byActivity ? phases(events, process, startedAt, endedAt) : stageStays(events, process, endedAt);
  const visits = new Map<string, number>();
  const lastOf = new Map<string, number>();
  for (const [index, stay] of stays.entries()) lastOf.set(stay.stage.name, index);
  return stays.map((stay, index) => {
    const visitNo = (visits.get(stay.stage.name) ?? 0) + 1;
    visits.set(stay.stage.name, visitNo);
    const before = stays[index - 1]?.stage.order;
    const after = stays[index + 1]?.stage.order;
    const durationMs = stay.exitedAt === null ? null : stay.exitedAt - stay.enteredAt;
    const isFlicker =
      durationMs !== null
      && durationMs < FLICKER_MS
      && before !== undefined
      && after !== undefined
      && Math.abs(after - before) !== 1;
    const team = stay.stage.team ?? process.team;
    return {
      stage: stay.stage.name,
      visitNo,
      enteredAt: stay.enteredAt,
      exitedAt: stay.exitedAt,
      team,
      actor: stay.actor,
      durationMs,
      businessMs: stay.exitedAt === null ? null : context.calendarOf(team).elapsed(stay.enteredAt, stay.exitedAt),
      isReentry: visitNo > 1,
      isBackward: stay.isAfterEnd || (before !== undefined && stay.stage.order < before),
      isFlicker,
      isLast: lastOf.get(stay.stage.name) === index,
    };
  });
}

/** True for a visit that comes back to a stage, bulk-edit noise left out. */
export function isReturn(visit: StageVisit, index: number, visits: readonly StageVisit[]): boolean {
  return visit.isReentry && !visit.isFlicker && visits[index - 1]?.isFlicker !== true;
}

/** True for a visit that was entered from a later stage or from an end, bulk-edit noise left out. */
export function isBackwardMove(visit: StageVisit, index: number, visits: readonly StageVisit[]): boolean {
  return visit.isBackward && !visit.isFlicker && visits[index - 1]?.isFlicker !== true;
}

/** Time in second and later visits of a stage, bulk-edit noise left out; null when there was none. */
export function reworkIn(visits: readonly StageVisit[]): number | null {
  const returns = visits.filter(isReturn);
  return returns.length === 0 ? null : returns.reduce((sum, visit) => sum + (visit.durationMs ?? 0), 0);
}

function stageStays(events: readonly CaseEvent[], process: ProcessDefinition, endedAt: Instant | null): Stay[] {
  const stages = new Map(process.stages.map((stage) => [stage.name, stage]));
  const terminals = new Set(process.ends.map((end) => end.activity));
  const stays: Stay[] = [];
  let entered: string | null = null;
  let current: Stay | null = null;
  for (const { activity, at, actor, event } of events) {
    const isEnd = terminals.has(activity);
    const stage = stages.get(activity);
    if (event.stage === null || activity === entered || (stage === undefined && !isEnd)) continue;
    if (current !== null) current.exitedAt = at;
    const isAfterEnd = entered !== null && terminals.has(entered);
    entered = activity;
    current = stage === undefined || isEnd ? null : { stage, enteredAt: at, exitedAt: null, actor, isAfterEnd };
    if (current !== null) stays.push(current);
  }
  if (current !== null && endedAt !== null) current.exitedAt = Math.max(endedAt, current.enteredAt);
  return stays;
}

function phases(
  events: readonly CaseEvent[],
  process: ProcessDefinition,
  startedAt: Instant,
  endedAt: Instant | null,
): Stay[] {
  const stays: Stay[] = [];
  let from = startedAt;
  for (const stage of process.stages) {
    const close = events.find((event) => event.activity === (stage.until ?? stage.name) && !event.reopens);
    if (close === undefined) {
      // A later stage that was closed shows that this one was skipped; otherwise the case is still here.
      const skipped = process.stages.some(
        (later) =>
          later.order > stage.order
          && events.some((event) => event.activity === (later.until ?? later.name) && !event.reopens),
      );
      if (skipped) continue;
      const exitedAt = endedAt === null ? null : Math.max(endedAt, from);
      stays.push({ stage, enteredAt: from, exitedAt, actor: null, isAfterEnd: false });
      break;
    }
    // A stage closed before the one ahead of it took no time of its own.
    if (close.at < from) continue;
    stays.push({ stage, enteredAt: from, exitedAt: close.at, actor: close.actor, isAfterEnd: false });
    from = close.at;
  }
  return stays;
}

/**
 * Time between two instants in which a case was in a stage where it does not wait: the union of such stays, so that no moment counts
 * twice (reference §2.2, flow efficiency). Null where the process names no stage to wait in: then nobody knows when it was worked on.
 */
export function activeTime(
  visits: readonly StageVisit[],
  { stages }: ProcessDefinition,
  startedAt: Instant,
  endedAt: Instant,
): number | null {
  const waiting = new Set(stages.filter(({ isWaiting }) => isWaiting).map(({ name }) => name));
  if (waiting.size === 0) return null;
  const stays = visits
    .filter(({ stage }) => !waiting.has(stage))
    .map(({ enteredAt, exitedAt }) => ({ from: enteredAt, to: exitedAt ?? endedAt }))
    .toSorted((a, b) => a.from - b.from);
  let active = 0;
  let until = startedAt;
  for (const { from, to } of stays) {
    const [begin, end] = [Math.max(from, until), Math.min(to, endedAt)];
    if (end <= begin) continue;
    active += end - begin;
    until = end;
  }
  return active;
}

/**
 * Business time of a case: each visit on the calendar of the team that owned it, the rest on the process's. The past is not
 * re-priced with the last owner's calendar (reference §2.1).
 */
export function businessTime(
  visits: readonly StageVisit[],
  startedAt: Instant,
  endedAt: Instant,
  team: string | null,
  calendarOf: (team: string | null) => BusinessCalendar,
): number {
  const own = calendarOf(team);
  if (visits.every((visit) => calendarOf(visit.team) === own)) return own.elapsed(startedAt, endedAt);
  let sum = 0;
  let from = startedAt;
  for (const visit of visits) {
    const enter = Math.min(Math.max(visit.enteredAt, from), endedAt);
    const exit = Math.min(Math.max(visit.exitedAt ?? endedAt, enter), endedAt);
    sum += own.elapsed(from, enter) + calendarOf(visit.team).elapsed(enter, exit);
    from = exit;
  }
  return sum + own.elapsed(from, endedAt);
}
