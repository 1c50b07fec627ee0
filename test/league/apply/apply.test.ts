import { describe, expect, test } from "@jest/globals";
import { playApply, tellApply } from "./match.ts";
import { PLACES } from "./places.ts";

/** A slice of what `npm run league:apply` plays. */
const RUNS_EACH = 3;
const FIRST_SEED = 20_000;

describe.each(PLACES.map((place) => [place.name, place] as const))("writing %s", (_name, place) => {
  test("does each planned change once or tells of it, makes nothing twice and goes over no edit unseen", async () => {
    for (let n = 0; n < RUNS_EACH; n += 1) {
      const run = await playApply(place, FIRST_SEED + n);
      expect(run.problems.length === 0 ? "won" : tellApply(run)).toBe("won");
      expect(run.planned).toBeGreaterThan(1);
    }
  });
});

test("plays the same run again from its seed", async () => {
  const [place] = PLACES;
  if (place === undefined) throw new TypeError("no place to write to");
  const [once, again] = [await playApply(place, 7), await playApply(place, 7)];
  expect(again.history).toEqual(once.history);
});
