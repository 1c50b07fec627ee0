import type { Instant } from "../../model/index.ts";
import { hashText } from "../../model/index.ts";
import type { Case, StageVisit, Verdict } from "../cases/case.ts";
import type { DimensionKeys } from "./dimension-keys.ts";
import type { Star } from "./star.ts";

const seconds = (milliseconds: number | null): number | null =>
  milliseconds === null ? null : Math.round(milliseconds / 1000);
/** Work of a stage that no team is named for. */
const UNASSIGNED = "unassigned";

const flag = (value: boolean): 0 | 1 => (value ? 1 : 0);

/** Writes a case with its visits, executions and verdicts. */
export function appendCase(star: Star, made: Case, keys: DimensionKeys): void {
  const belongsTo = {
    process_key: made.process.key,
    account_key: made.accountId,
    segment_key: keys.segment(made.dimensions["segment"] ?? null),
    owner_team_key: keys.team(made.team),
  };
  const { strict, adjusted, pending } = conformity(made);
  const completed = made.status === "completed";
  star.append("fact_case", {
    case_key: made.key,
    ...belongsTo,
    region: made.dimensions["region"] ?? null,
    category: made.dimensions["category"] ?? null,
    system_key: keys.system(made.system),
    case_id: made.nativeId,
    case_name: made.name,
    url: made.url,
    started_at: made.startedAt,
    completed_at: made.completedAt,
    start_precision: made.startPrecision,
    outcome: made.outcome,
    status: made.status,
    is_completed: flag(completed),
    is_open: flag(made.status === "open"),
    is_cancelled: flag(made.status === "cancelled"),
    cycle_sec: seconds(made.cycleMs),
    cycle_bus_sec: seconds(made.cycleBusinessMs),
    cycle_days: made.cycleDays,
    active_sec: seconds(made.activeMs),
    n_events: made.eventCount,
    n_reentries: made.reentries,
    n_backward: made.backwardMoves,
    n_repeats: made.repeatedSteps,
    rework_sec: seconds(made.reworkMs),
    is_rework: flag(made.isRework),
    repeated: made.repeated.length === 0 ? null : made.repeated.join("; "),
    is_first_time_right: flag(made.isFirstTimeRight),
    variant_key: hashText(made.variant.join("\0")).slice(0, 12),
    conform_strict: completed ? flag(strict) : null,
    conform_adjusted: completed ? flag(adjusted) : null,
    is_pending: flag(pending),
    fitness: made.fitness,
    sla_due_at: made.dueAt,
    ...slaState(made),
    left_truncated: flag(made.leftTruncated),
    anomaly: made.anomaly,
    source_key: made.sourceId,
    amount: made.money?.amount ?? null,
    currency: made.money?.currency ?? null,
    amount_corporate: made.money?.corporate ?? null,
  });
  for (const visit of made.visits) appendVisit(star, made, visit, belongsTo, keys);
  for (const step of made.steps) {
    star.append("fact_step_executions", {
      exec_key: `${made.key}/${step.eventId}`,
      case_key: made.key,
      ...belongsTo,
      step_key: `${made.process.key}/${step.step}`,
      step_name: step.step,
      at: step.at,
      actor_key: keys.actor(step.actor),
      actor_kind: step.actorKind,
      is_routine: flag(step.routine),
      is_automated: flag(step.automation === "automated"),
      is_assisted: flag(step.automation === "assisted"),
      is_unknown: flag(step.automation === "unknown"),
      evidence_grade: step.evidence,
      is_error: flag(step.isError),
      is_critical: flag(step.critical),
      event_key: step.eventId,
    });
  }
  for (const verdict of made.verdicts) {
    star.append("fact_conformance", {
      case_key: made.key,
      rule_key: `${made.process.key}/${verdict.rule}`,
      ...belongsTo,
      at: decidedAt(made, verdict),
      due_at: verdict.dueAt,
      cycle_sec: seconds(made.cycleMs),
      activations: verdict.activations,
      is_violation: flag(verdict.state === "violated"),
      is_waived: flag(verdict.waived),
      is_pending: flag(verdict.state === "pending"),
      category: verdict.category,
      step_name: verdict.step,
      event_key: verdict.eventIds[0] ?? null,
      message: verdict.message === "" ? null : verdict.message,
    });
  }
}

function appendVisit(
  star: Star,
  made: Case,
  visit: StageVisit,
  belongsTo: { readonly process_key: string; readonly account_key: string | null; readonly segment_key: string | null },
  keys: DimensionKeys,
): void {
  star.append("fact_stage_events", {
    stage_visit_key: `${made.key}/${visit.stage}/${visit.visitNo}`,
    case_key: made.key,
    ...belongsTo,
    stage_key: `${made.process.key}/${visit.stage}`,
    owner_team_key: keys.team(visit.team ?? UNASSIGNED),
    visit_no: visit.visitNo,
    entered_at: visit.enteredAt,
    exited_at: visit.exitedAt,
    actor_key: keys.actor(visit.actor),
    system_key: keys.system(made.system),
    dur_sec: seconds(visit.durationMs),
    dur_bus_sec: seconds(visit.businessMs),
    is_open: flag(visit.exitedAt === null),
    is_reentry: flag(visit.isReentry),
    is_backward: flag(visit.isBackward),
    is_flicker: flag(visit.isFlicker),
    is_last_visit: flag(visit.isLast),
  });
}

/** Strict: a waived deviation is one all the same; adjusted: it is not. An open case without deviation is pending. */
export function conformity(made: Case): {
  readonly strict: boolean;
  readonly adjusted: boolean;
  readonly pending: boolean;
} {
  const violated = made.verdicts.filter((verdict) => verdict.state === "violated");
  return {
    strict: violated.length === 0,
    adjusted: violated.every((verdict) => verdict.waived),
    pending: made.status === "open" && violated.length === 0,
  };
}

/** A violation counts when it became final, a kept rule when the case ended; null while undecided. */
function decidedAt(made: Case, verdict: Verdict): Instant | null {
  if (verdict.state === "pending") return null;
  return verdict.state === "violated" ? verdict.at : made.completedAt;
}

function slaState(made: Case): { readonly sla_met: number | null; readonly sla_breached: number | null } {
  if (made.dueAt === null || made.status === "cancelled") return { sla_met: null, sla_breached: null };
  if (made.completedAt === null) return { sla_met: 0, sla_breached: flag(made.isOverdue) };
  const met = made.completedAt <= made.dueAt;
  return { sla_met: flag(met), sla_breached: flag(!met) };
}
