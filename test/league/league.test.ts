import { describe, expect, test } from "@jest/globals";
import { HARNESSES } from "../acceptance/harnesses.ts";
import { isWon, NOTHING, playNumber, tellRun, withRun } from "./league.ts";

/** A slice of what `npm run league` plays. */
const RUNS_EACH = 4;
const FIRST_SEED = 20_000;

describe.each(HARNESSES.map(({ system, definition }) => [definition.title, system] as const))(
  "%s",
  (_title, system) => {
    test("ends every seeded fault run with exactly what is true, where the usual way of replicating does not", async () => {
      let standing = NOTHING;
      for (let n = 0; n < RUNS_EACH; n += 1) {
        const run = await playNumber(FIRST_SEED + n, system);
        expect(isWon(run) ? "won" : tellRun(run)).toBe("won");
        standing = withRun(standing, run);
      }
      expect(standing.peer.runs).toBeGreaterThan(0);
    });
  },
);

test("plays the same run again from its seed", async () => {
  const [once, again] = [await playNumber(7, "salesforce"), await playNumber(7, "salesforce")];
  expect(again.history).toEqual(once.history);
});

test.each([
  ["a project that was gone before it was read itself, while its sections were stored", 1534],
  ["a project that was deleted and restored while a reading was killed in between", 1768],
])("ends %s with what is true", async (_what, seed) => {
  const run = await playNumber(seed, "asana", 1);
  expect(isWon(run) ? "won" : tellRun(run)).toBe("won");
});
