import type { BusinessCalendar, Instant, LinkedObject } from "../../model/index.ts";
import { DAY } from "../../model/index.ts";
import { textOf } from "../cases/attributes.ts";
import { addDays } from "../definitions/durations.ts";
import { fold } from "../definitions/problems.ts";
import type { ProcessDefinition, SprintDefinition } from "../definitions/process.ts";
import type { DimensionKeys } from "./dimension-keys.ts";
import type { Star } from "./star.ts";

/** Planning may go on for a day after a sprint's start; then its commitment is frozen (reference §2.2). */
const GRACE_MS = DAY;

interface Tally {
  readonly start: Instant;
  readonly end: Instant;
  committed: number;
  points: number;
  doneCommitted: number;
  done: number;
  added: number;
  removed: number;
  carried: number;
}

/** Counts the sprints of a process: what was committed at the start, and what became of it. */
export async function appendSprints(
  star: Star,
  process: ProcessDefinition,
  items: AsyncIterable<LinkedObject>,
  asOf: Instant,
  calendar: BusinessCalendar,
  keys: DimensionKeys,
): Promise<void> {
  const { sprints } = process;
  if (sprints === null) return;
  const tallies = new Map<string, Tally>();
  for await (const item of items) countItem(item, sprints, tallies, asOf, calendar);
  const team = keys.team(sprints.team ?? process.team) ?? "unassigned";
  keys.team(team);
  for (const [name, tally] of [...tallies].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // One that has not begun has committed to nothing yet.
    if (tally.start > asOf) continue;
    star.append("fact_sprints", {
      sprint_key: name,
      team_key: team,
      start_at: tally.start,
      end_at: tally.end,
      committed_n: tally.committed,
      committed_pts: tally.points,
      done_committed_n: tally.doneCommitted,
      done_total_n: tally.done,
      added_n: tally.added,
      removed_n: tally.removed,
      carried_n: tally.carried,
    });
  }
}

function countItem(
  item: LinkedObject,
  sprints: SprintDefinition,
  tallies: Map<string, Tally>,
  asOf: Instant,
  calendar: BusinessCalendar,
): void {
  const timeline = planOf(item, sprints.attribute);
  const stages = item.events.filter((event) => event.stage !== null && event.occurredAt <= asOf);
  const points = sprints.points === null ? null : item.object.attributes[sprints.points];
  for (const name of new Set(timeline.map((entry) => entry.sprint))) {
    if (name === null) continue;
    const tally = tallyOf(name, sprints, tallies, calendar);
    if (tally === undefined || tally.start > asOf) continue;
    const at = (time: Instant): string | null => timeline.findLast((entry) => entry.from <= time)?.sprint ?? null;
    const committed = at(tally.start + GRACE_MS) === name;
    const added =
      !committed
      && timeline.some(
        (entry) => entry.sprint === name && entry.from > tally.start + GRACE_MS && entry.from < tally.end,
      );
    if (!committed && !added) continue;
    const last = stages.findLast((event) => event.occurredAt < tally.end);
    const doneAt = last?.stage != null && fold(last.stage) === fold(sprints.done) ? last.occurredAt : null;
    // What was taken out before it was done is not done (reference §2.2).
    const doneIn = doneAt !== null && (doneAt >= tally.start ? at(doneAt) === name : committed);
    if (committed) {
      tally.committed += 1;
      tally.points += typeof points === "number" ? points : 0;
    }
    if (added) tally.added += 1;
    if (doneIn) {
      tally.done += 1;
      if (committed) tally.doneCommitted += 1;
    } else if (at(Math.min(tally.end, asOf)) !== name) tally.removed += 1;
    else if (tally.end <= asOf) tally.carried += 1;
  }
}

function planOf(
  item: LinkedObject,
  attribute: string,
): readonly { readonly sprint: string | null; readonly from: Instant }[] {
  const changes = item.object.history.filter((change) => change.attribute === attribute);
  if (changes.length > 0) return changes.map((change) => ({ sprint: textOf(change.value), from: change.validAt }));
  const current = textOf(item.object.attributes[attribute] ?? null);
  return current === null ? [] : [{ sprint: current, from: item.object.createdAt ?? item.events[0]?.occurredAt ?? 0 }];
}

function tallyOf(
  name: string,
  sprints: SprintDefinition,
  tallies: Map<string, Tally>,
  calendar: BusinessCalendar,
): Tally | undefined {
  const known = tallies.get(name);
  if (known !== undefined) return known;
  const number = numbered(name);
  for (const [anchor, day] of Object.entries(sprints.first)) {
    const from = numbered(anchor);
    if (number === null || from === null || number.prefix !== from.prefix) continue;
    const first = addDays(day, (number.value - from.value) * sprints.days);
    const tally: Tally = {
      start: calendar.startOfDay(first),
      end: calendar.startOfDay(addDays(first, sprints.days)),
      committed: 0,
      points: 0,
      doneCommitted: 0,
      done: 0,
      added: 0,
      removed: 0,
      carried: 0,
    };
    tallies.set(name, tally);
    return tally;
  }
  return undefined;
}

function numbered(name: string): { readonly prefix: string; readonly value: number } | null {
  const match = /^(.*?)(\d+)$/u.exec(name.trim());
  return match === null ? null : { prefix: match[1] ?? "", value: Number(match[2]) };
}
