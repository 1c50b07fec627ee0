import { createTask } from "node-cron";
import { MINUTE } from "../model/index.ts";
import type { Instant } from "../model/index.ts";

/** One line of `schedule:` in hub.yaml. */
export interface ScheduleEntry {
  readonly name: string;
  /** Five-part cron expression, meant in `zone`. */
  readonly pattern: string;
  readonly zone: string;
  readonly work: () => Promise<void>;
}

/** Further back nobody asks whether a run was missed: one catch-up run covers any gap. */
const LONGEST_LOOK_BACK_MS = 8 * 24 * 60 * MINUTE;

/** Whether the schedule wanted a run after the last one began and before now: the machine was off, or the hub was. */
export function wasMissed(pattern: string, zone: string, lastStartedAt: Instant | null, now: Instant): boolean {
  if (lastStartedAt === null) return true;
  const task = createTask(pattern, () => undefined, { timezone: zone });
  const from = Math.max(lastStartedAt, now - LONGEST_LOOK_BACK_MS);
  for (let at = Math.floor(now / MINUTE) * MINUTE; at > from; at -= MINUTE) {
    if (task.match(new Date(at))) return true;
  }
  return false;
}

/**
 * Runs each entry when its time comes until the signal aborts. Work never overlaps, not even that of different entries:
 * a time that comes while something runs is taken afterwards, once.
 */
export async function followSchedule(entries: readonly ScheduleEntry[], signal: AbortSignal): Promise<void> {
  const due = new Set<ScheduleEntry>();
  let wake = (): void => undefined;
  const tasks = entries.map((entry) =>
    createTask(
      entry.pattern,
      () => {
        due.add(entry);
        wake();
      },
      { timezone: entry.zone },
    ),
  );
  signal.addEventListener("abort", () => wake(), { once: true });
  for (const task of tasks) await task.start();
  try {
    while (!signal.aborted) {
      const [entry] = due;
      if (entry === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      due.delete(entry);
      await entry.work();
    }
  } finally {
    for (const task of tasks) await task.destroy();
  }
}
