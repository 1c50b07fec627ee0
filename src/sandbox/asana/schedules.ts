import type { Call } from "./call.ts";
import { optionalBoolean, optionalDay } from "./call.ts";
import { badRequest } from "./errors.ts";
import type { TaskPlan, Taken } from "./task-plans.ts";
import { addDays, daysBetween } from "./templates.ts";

/** Where the days of a copy begin or end. */
export interface Schedule {
  readonly startOn: string | null;
  readonly dueOn: string | null;
  readonly skipsWeekends: boolean;
}

/** `schedule_dates` of a duplication. Errors: 400 for both or neither end, and without `task_dates`. */
export function scheduleOf(call: Call, taken: Taken): Schedule | null {
  const asked = call.data["schedule_dates"];
  if (asked === undefined || asked === null) return null;
  if (typeof asked !== "object" || Array.isArray(asked)) throw badRequest("schedule_dates: Not a valid value");
  const data: Readonly<Record<string, unknown>> = { ...asked };
  const skipsWeekends = optionalBoolean(data, "should_skip_weekends");
  if (skipsWeekends === undefined) throw badRequest("should_skip_weekends: Missing input");
  const startOn = optionalDay(data, "start_on") ?? null;
  const dueOn = optionalDay(data, "due_on") ?? null;
  if ((startOn === null) === (dueOn === null))
    throw badRequest("schedule_dates: Provide either start_on or due_on, but not both");
  if (!taken.has("task_dates")) throw badRequest("schedule_dates: task_dates must be included");
  return { startOn, dueOn, skipsWeekends };
}

const everyDay = (plans: readonly TaskPlan[], side: "startOn" | "dueOn"): string[] =>
  plans.flatMap((plan) => [...(plan[side] === null ? [] : [plan[side]]), ...everyDay(plan.subtasks, side)]);

/** The plans with their days moved so that the first start, or the last due day, falls as scheduled. */
export function scheduled(plans: readonly (readonly TaskPlan[])[], schedule: Schedule | null): TaskPlan[][] {
  if (schedule === null) return plans.map((own) => [...own]);
  const all = plans.flat();
  const starts = [...everyDay(all, "startOn"), ...everyDay(all, "dueOn")].toSorted();
  const anchor = schedule.startOn === null ? everyDay(all, "dueOn").toSorted().at(-1) : starts[0];
  const wanted = schedule.startOn ?? schedule.dueOn;
  if (anchor === undefined || wanted === null) return plans.map((own) => [...own]);
  const shift = daysBetween(anchor, wanted);
  const moved = (day: string | null): string | null => {
    if (day === null) return null;
    const next = addDays(day, shift);
    return schedule.skipsWeekends ? onWeekday(next) : next;
  };
  const move = (plan: TaskPlan): TaskPlan => ({
    ...plan,
    startOn: moved(plan.startOn),
    dueOn: moved(plan.dueOn),
    subtasks: plan.subtasks.map(move),
  });
  return plans.map((own) => own.map(move));
}

/** The day itself, or the Monday after it. */
function onWeekday(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday === 6 ? addDays(day, 2) : weekday === 0 ? addDays(day, 1) : day;
}
