import type { LinkedModel } from "../../../src/sync/index.ts";
import { dayAfter, startOfDay } from "./calendar.ts";

const DAY = 86_400_000;

/** One sprint, counted from the epics' histories (reference §2.2, sprint planning accuracy and the next two). */
export interface Sprint {
  readonly name: string;
  readonly end: number;
  readonly committed: number;
  readonly done: number;
  readonly doneCommitted: number;
  readonly added: number;
  readonly removed: number;
  /** Neither done nor taken out when it ended. */
  readonly left: number;
}

/** First days of the years' first sprints; each lasts two weeks (config/processes/feature-delivery.yaml). */
const FIRST: Readonly<Record<string, string>> = { "2025": "2025-01-06", "2026": "2026-01-05", "2027": "2027-01-04" };

interface Epic {
  readonly sprintAt: (at: number) => string | null;
  readonly sprints: readonly string[];
  readonly isDoneAt: (at: number) => boolean;
  readonly doneAt: (before: number) => number | null;
}

export async function sprintsOf(model: LinkedModel, asOf: number): Promise<readonly Sprint[]> {
  const epics: Epic[] = [];
  for await (const { object, events } of model.objects("epic")) {
    const changes = object.history.filter(({ attribute }) => attribute === "sprint");
    const stages = events.filter(({ stage, occurredAt }) => stage !== null && occurredAt <= asOf);
    const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
    const only = changes.length === 0 ? text(object.attributes["sprint"]) : null;
    epics.push({
      sprints: [only, ...changes.map(({ value }) => text(value))].filter((name) => name !== null),
      sprintAt: (at) =>
        changes.length === 0 ? only : text(changes.findLast(({ validAt }) => validAt <= at)?.value ?? null),
      isDoneAt: (at) => stages.findLast(({ occurredAt }) => occurredAt < at)?.stage === "Done",
      doneAt: (before) =>
        stages.findLast(({ stage, occurredAt }) => stage === "Done" && occurredAt < before)?.occurredAt ?? null,
    });
  }
  const names = new Set(epics.flatMap(({ sprints }) => sprints));
  return [...names].toSorted().flatMap((name) => {
    const [year = "", number = ""] = name.split("-S");
    const first = FIRST[year];
    if (first === undefined) return [];
    const start = startOfDay(dayAfter(startOfDay(first), (Number(number) - 1) * 14));
    const end = startOfDay(dayAfter(startOfDay(first), Number(number) * 14));
    if (start > asOf) return [];
    const frozen = start + DAY;
    const committed = epics.filter((epic) => epic.sprintAt(frozen) === name);
    const added = epics.filter(
      (epic) => !committed.includes(epic) && epic.sprints.includes(name) && heldBetween(epic, name, frozen, end),
    );
    // What was taken out before it was done is not done.
    const isDone = (epic: Epic): boolean => {
      const at = epic.doneAt(end);
      return epic.isDoneAt(end) && at !== null && (at < start || epic.sprintAt(at) === name);
    };
    const stays = (epic: Epic): boolean => epic.sprintAt(Math.min(end, asOf)) === name;
    const all = [...committed, ...added];
    return [
      {
        name,
        end,
        committed: committed.length,
        done: all.filter(isDone).length,
        doneCommitted: committed.filter(isDone).length,
        added: added.length,
        removed: all.filter((epic) => !isDone(epic) && !stays(epic)).length,
        left: end > asOf ? 0 : all.filter((epic) => !isDone(epic) && stays(epic)).length,
      },
    ];
  });
}

/** Sampled by the hour: plans are changed by people, not by the second. */
function heldBetween({ sprintAt }: Epic, name: string, from: number, to: number): boolean {
  for (let at = from + 1; at < to; at += 3_600_000) if (sprintAt(at) === name) return true;
  return sprintAt(to - 1) === name;
}
