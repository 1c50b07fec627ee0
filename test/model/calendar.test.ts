import { describe, expect, test } from "@jest/globals";
import { createBusinessCalendar, HOUR } from "../../src/model/index.ts";
import type { CalendarDefinition } from "../../src/model/index.ts";

const at = (text: string): number => Date.parse(text);
const nineToFive: readonly (readonly [string, string])[] = [["09:00", "17:00"]];

function calendar(changes: Partial<CalendarDefinition> = {}) {
  return createBusinessCalendar({
    name: "test",
    zone: "UTC",
    weekly: { 1: nineToFive, 2: nineToFive, 3: nineToFive, 4: nineToFive, 5: nineToFive },
    holidays: [],
    ...changes,
  });
}

const daily = (hours: readonly (readonly [string, string])[]) => ({
  1: hours,
  2: hours,
  3: hours,
  4: hours,
  5: hours,
  6: hours,
  7: hours,
});

describe("business time", () => {
  test.each([
    ["2020-10-02T07:00:00Z", "2020-10-06T15:00:00Z", 22],
    ["2020-10-02T07:00:00Z", "2020-10-06T18:00:00Z", 24],
    ["2020-10-02T17:00:00Z", "2020-10-06T18:00:00Z", 16],
    ["2020-10-03T00:00:00Z", "2020-10-04T00:00:00Z", 0],
    ["2020-10-02T09:00:00Z", "2020-10-02T09:00:00Z", 0],
  ])("from %s to %s is %d hours on nine to five", (from, to, hours) => {
    expect(calendar().elapsed(at(from), at(to))).toBe(hours * HOUR);
  });

  test("leaves a holiday out of round-the-clock hours", () => {
    const always = calendar({ weekly: daily([["00:00", "24:00"]]), holidays: ["2021-01-26"] });
    expect(always.elapsed(at("2021-01-25T23:00:00Z"), at("2021-01-27T01:00:00Z"))).toBe(2 * HOUR);
  });

  test("counts the seconds at both ends of a holiday", () => {
    const days = calendar({ weekly: daily(nineToFive), holidays: ["2021-01-26"] });
    expect(days.elapsed(at("2021-01-25T16:59:59Z"), at("2021-01-27T09:00:01Z"))).toBe(2000);
  });

  test("counts an overnight shift that crosses the spring change as one hour less", () => {
    const nights = calendar({ zone: "America/Los_Angeles", weekly: daily([["22:00", "06:00"]]) });
    expect(nights.elapsed(at("2026-03-08T05:00:00Z"), at("2026-03-08T14:00:00Z"))).toBe(7 * HOUR);
  });

  test("counts the repeated hour of the autumn change", () => {
    const always = calendar({ zone: "America/Los_Angeles", weekly: daily([["00:00", "24:00"]]) });
    expect(always.elapsed(always.startOfDay("2026-11-01"), always.endOfDay("2026-11-01"))).toBe(25 * HOUR);
  });

  test("adds business days over a weekend", () => {
    expect(calendar().addBusinessDays(at("2020-10-02T12:00:00Z"), 2)).toBe(at("2020-10-06T12:00:00Z"));
  });

  test("add undoes elapsed for any start within hours", () => {
    const days = calendar({ zone: "America/Los_Angeles", holidays: ["2026-05-25"] });
    for (let i = 1; i < 200; i += 7) {
      const from = at("2026-03-02T17:30:00Z") + i * 13 * HOUR;
      const to = days.add(from, i * HOUR);
      expect(days.elapsed(from, to)).toBe(i * HOUR);
    }
  });

  test("gives the same answer whichever instant is asked first", () => {
    const early = calendar();
    early.elapsed(at("2020-01-01T00:00:00Z"), at("2020-02-01T00:00:00Z"));
    const late = calendar();
    late.elapsed(at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
    const range = [at("2023-05-03T10:00:00Z"), at("2023-09-01T12:00:00Z")] as const;
    expect(early.elapsed(...range)).toBe(late.elapsed(...range));
  });

  test("refuses a calendar that never opens", () => {
    expect(() => calendar({ weekly: {} })).toThrow(expect.objectContaining({ code: "HUB-2040" }));
  });
});
