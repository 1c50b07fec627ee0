import { DAY } from "./calendar.ts";
import { firstDayOfSprint, SPRINT_DAYS } from "./sprints.ts";
import type { Setting, Story, TaskStory } from "./story.ts";
import type { TruthSprint } from "./truth.ts";

/** What becomes of one epic in one sprint; null when it was not in it. */
interface Fate {
  readonly isCommitted: boolean;
  readonly end: "done" | "removed" | "carried" | "open";
}

/** The sprints that have begun, counted from what was planned and done. Deleted epics leave no trace. */
export function truthSprints({ setting, delivery }: Story): TruthSprint[] {
  const epics = delivery.tasks.filter(({ deletedAt }) => deletedAt === null);
  const names = new Set(
    epics.flatMap(({ changes }) => changes.flatMap((each) => (each.kind === "sprint" ? [each.to] : []))),
  );
  return [...names]
    .filter((name) => setting.calendar.instant(firstDayOfSprint(name), 0) <= setting.asOf)
    .toSorted()
    .map((sprint) => {
      const fates = epics.map((epic) => fateOf(epic, sprint, setting)).filter((fate) => fate !== null);
      const count = (wanted: (fate: Fate) => boolean): number => fates.filter(wanted).length;
      return {
        sprint,
        committed: count(({ isCommitted }) => isCommitted),
        doneCommitted: count(({ isCommitted, end }) => isCommitted && end === "done"),
        done: count(({ end }) => end === "done"),
        added: count(({ isCommitted }) => !isCommitted),
        removed: count(({ end }) => end === "removed"),
        carried: count(({ end }) => end === "carried"),
      };
    });
}

function fateOf({ changes }: TaskStory, sprint: string, { calendar, asOf }: Setting): Fate | null {
  const first = firstDayOfSprint(sprint);
  const [start, end] = [calendar.instant(first, 0), calendar.instant(first + SPRINT_DAYS, 0)];
  const frozen = start + DAY;
  const plans = changes.flatMap((each) => (each.kind === "sprint" ? [each] : []));
  const planAt = (at: number): string | undefined => plans.findLast((plan) => plan.at <= at)?.to;
  const isCommitted = planAt(frozen) === sprint;
  if (!isCommitted && !plans.some(({ to, at }) => to === sprint && at > frozen && at < end)) return null;
  const last = changes.findLast(({ kind, at }) => kind === "section" && at < end && at <= asOf);
  const doneAt = last?.kind === "section" && last.to === "Done" ? last.at : null;
  // What was done once it had been taken out is not done in it.
  if (doneAt !== null && (doneAt < start ? isCommitted : planAt(doneAt) === sprint))
    return { isCommitted, end: "done" };
  if (planAt(Math.min(end, asOf)) !== sprint) return { isCommitted, end: "removed" };
  return { isCommitted, end: end <= asOf ? "carried" : "open" };
}
