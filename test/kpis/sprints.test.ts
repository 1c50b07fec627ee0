import { describe, expect, test } from "@jest/globals";
import { compileProcess, openStar, processFileSchema } from "../../src/kpis/index.ts";
import type { LinkedObject } from "../../src/model/index.ts";
import { createDimensionKeys } from "../../src/kpis/star/dimension-keys.ts";
import { appendSprints } from "../../src/kpis/star/sprint-rows.ts";
import { at, calendar, linked } from "./support/build.ts";
import type { EventSketch } from "./support/build.ts";

const file = processFileSchema.parse({
  process: "delivery",
  version: 1,
  effective_from: "2026-01-01",
  case: "feature",
  team: "Product",
  starts: "feature created",
  ends: "Launched",
  stages: ["Planning"],
  sprints: { of: "epic", attribute: "sprint", team: "Engineering", done: "Done", first: { "2026-S01": "2026-01-05" } },
});

/** An epic that was planned for a sprint from a day on, and moved from there. */
function epic(id: string, plan: Readonly<Record<string, string | null>>, stages: readonly EventSketch[]): LinkedObject {
  const item = linked("epic", id, [{ at: "2026-01-02", stage: "Backlog" }, ...stages]);
  const history = Object.entries(plan).map(([from, value]) => ({
    attribute: "sprint",
    value,
    validAt: at(from),
    observedAt: at(from),
    source: "history" as const,
  }));
  return { ...item, object: { ...item.object, history } };
}

/** The first sprint, two weeks from 5 January; nothing while it is not told of. */
async function firstSprint(...items: readonly LinkedObject[]) {
  return firstSprintAt("2026-03-01", ...items);
}

async function firstSprintAt(asOf: string, ...items: readonly LinkedObject[]) {
  const star = await openStar({ zone: "UTC" });
  async function* all(): AsyncIterable<LinkedObject> {
    yield* items;
  }
  try {
    const process = compileProcess(file);
    await appendSprints(star, process, all(), at(asOf), calendar, createDimensionKeys("key"));
    star.flush();
    const [row] = await star.query(
      `SELECT committed_n AS committed, done_committed_n AS "done of them", done_total_n AS done, added_n AS added,
         removed_n AS removed, carried_n AS carried FROM fact_sprints WHERE sprint_key = '2026-S01'`,
    );
    return row;
  } finally {
    star.close();
  }
}

const PLANNED = { "2026-01-03": "2026-S01" };

describe("a sprint", () => {
  test("keeps what it committed to at its start, a day of grace included", async () => {
    const early = epic("early", PLANNED, [{ at: "2026-01-10", stage: "Done" }]);
    const onTheDay = epic("onTheDay", { "2026-01-05T20:00:00Z": "2026-S01" }, [{ at: "2026-01-10", stage: "Done" }]);
    const added = epic("added", { "2026-01-08": "2026-S01" }, [{ at: "2026-01-10", stage: "Done" }]);
    expect(await firstSprint(early, onTheDay, added)).toEqual({
      committed: 2,
      "done of them": 2,
      done: 3,
      added: 1,
      removed: 0,
      carried: 0,
    });
  });

  test("carries over what is not done at its end", async () => {
    expect(await firstSprint(epic("late", PLANNED, [{ at: "2026-01-20", stage: "Done" }]))).toMatchObject({
      committed: 1,
      done: 0,
      carried: 1,
    });
  });

  test("has not done what was taken out of it and done all the same", async () => {
    const taken = epic("taken", { ...PLANNED, "2026-01-08": "2026-S02" }, [{ at: "2026-01-12", stage: "Done" }]);
    expect(await firstSprint(taken)).toMatchObject({ committed: 1, "done of them": 0, done: 0, removed: 1 });
  });

  test("has not done what was opened again before its end", async () => {
    const again = epic("again", PLANNED, [
      { at: "2026-01-10", stage: "Done" },
      { at: "2026-01-12", stage: "In progress" },
    ]);
    expect(await firstSprint(again)).toMatchObject({ done: 0, carried: 1 });
  });

  test("is told of once it has begun", async () => {
    const early = epic("early", PLANNED, []);
    expect(await firstSprintAt("2026-01-04", early)).toBeUndefined();
    expect(await firstSprintAt("2026-01-05", early)).toMatchObject({ committed: 1, carried: 0 });
  });
});
