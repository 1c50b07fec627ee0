import { expect, test } from "@jest/globals";
import { sprintOf } from "../../../src/sandbox/scenario/sprints.ts";
import { tellStory } from "../../../src/sandbox/scenario/tell.ts";

const AS_OF = Date.parse("2026-11-02T11:00:00.000Z");
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

test.each([
  ["2026-01-05", "2026-S01"],
  ["2026-01-18", "2026-S01"],
  ["2026-01-19", "2026-S02"],
  ["2026-01-04", "2025-S26"],
])("a sprint begins on a Monday and lasts two weeks: %s is in %s", (text, sprint) => {
  expect(sprintOf(day(text))).toBe(sprint);
});

test.each([1, 7, 42])(
  "most epics are done in the sprint they were first planned for, some are not (seed %i)",
  (seed) => {
    const { story } = tellStory({ seed, scale: 3, asOf: AS_OF });
    const { calendar } = story.setting;
    const done = story.delivery.tasks.flatMap(({ changes }) => {
      const plans = changes.flatMap((change) => (change.kind === "sprint" ? [change.to] : []));
      const end = changes.findLast((change) => change.kind === "complete");
      return end === undefined ? [] : [{ plans, sprint: sprintOf(calendar.localDay(end.at)) }];
    });
    expect(done.length).toBeGreaterThan(100);
    // Whatever became of the first plan, in the end it is in the sprint in which it was done.
    expect(done.filter(({ plans, sprint }) => plans.at(-1) !== sprint)).toEqual([]);
    const kept = done.filter(({ plans, sprint }) => plans[0] === sprint).length / done.length;
    expect(kept).toBeGreaterThan(0.6);
    expect(kept).toBeLessThan(0.95);
  },
);
