import { expect, test } from "@jest/globals";
import { isOk, readingsOfStream } from "../../src/kpis/quality/reading.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AS_OF = Date.parse("2026-11-02T11:00:00Z");

test.each([
  ["3 seconds of 26 hours", 3000, 26 * HOUR, HOUR, true],
  ["25 and a half of 26 hours", 25.5 * HOUR, 26 * HOUR, 26 * HOUR, true],
  ["a minute over 26 hours", 26 * HOUR + MINUTE, 26 * HOUR, 27 * HOUR, false],
  ["70 of 90 minutes", 70 * MINUTE, 90 * MINUTE, 90 * MINUTE, true],
  ["100 of 90 minutes", 100 * MINUTE, 90 * MINUTE, 2 * HOUR, false],
  ["no time at all", 0, HOUR, 0, true],
])("an age is told in whole hours and judged as it is: %s", (_title, ageMs, allowedAgeMs, told, isFresh) => {
  const stream = { name: "crm Lead", system: "salesforce", isComplete: true, entities: 0, unmapped: 0 };
  const readings = readingsOfStream({ ...stream, readUntil: AS_OF - ageMs, allowedAgeMs }, AS_OF);
  const age = readings.find(({ metric }) => metric === "freshness");
  expect(age?.value).toBe(told / 1000);
  expect(readings.map((reading) => isOk(reading))).toEqual([true, isFresh]);
});

test("what was never read in full has no age, and counts as not read within its time", () => {
  const stream = { name: "crm Lead", system: "salesforce", isComplete: false, entities: 0, unmapped: 0 };
  const readings = readingsOfStream({ ...stream, readUntil: null, allowedAgeMs: HOUR }, AS_OF);
  const age = readings.filter(({ metric }) => metric === "freshness");
  expect(age.map((reading) => [reading.value, isOk(reading)])).toEqual([[null, false]]);
});
