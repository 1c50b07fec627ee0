import { describe, expect, test } from "@jest/globals";
import { createCalendar, federalHolidays } from "../../../src/sandbox/scenario/index.ts";

const HOUR = 3_600_000;
const calendar = createCalendar(2024, 2028);
const at = (text: string): number => Date.parse(text);

describe("the business calendar of headquarters", () => {
  test("lists the observed federal holidays of 2026 and 2027", () => {
    const days = (year: number): string[] =>
      federalHolidays(year).map((day) => new Date(day * 24 * HOUR).toISOString().slice(0, 10));
    expect(days(2026)).toEqual([
      "2026-01-01",
      "2026-01-19",
      "2026-02-16",
      "2026-05-25",
      "2026-06-19",
      "2026-07-03",
      "2026-09-07",
      "2026-10-12",
      "2026-11-11",
      "2026-11-26",
      "2026-12-25",
    ]);
    expect(days(2027)).toContain("2027-06-18");
    expect(days(2027)).toContain("2027-07-05");
    expect(days(2027)).toContain("2027-12-24");
  });

  test.each([
    ["inside one day", "2026-03-04T18:00:00Z", 2, "2026-03-04T20:00:00Z"],
    ["over a weekend with a clock change", "2026-03-07T00:30:00Z", 8, "2026-03-09T23:30:00Z"],
    ["over a holiday", "2026-07-02T23:00:00Z", 8, "2026-07-06T23:00:00Z"],
    ["from the night before", "2026-11-02T11:00:00Z", 1, "2026-11-02T18:00:00Z"],
    ["to the end of a full day", "2026-11-02T17:00:00Z", 8, "2026-11-03T01:00:00Z"],
  ])("adds business hours %s", (_title, from, hours, to) => {
    expect(new Date(calendar.add(at(from), hours * HOUR)).toISOString()).toBe(new Date(to).toISOString());
  });

  test("knows the local day on both sides of a clock change", () => {
    expect(calendar.localDay(at("2026-11-01T06:59:59Z"))).toBe(at("2026-10-31T00:00:00Z") / (24 * HOUR));
    expect(calendar.localDay(at("2026-11-01T07:00:00Z"))).toBe(at("2026-11-01T00:00:00Z") / (24 * HOUR));
    expect(calendar.localDay(at("2026-11-02T07:59:59Z"))).toBe(at("2026-11-01T00:00:00Z") / (24 * HOUR));
  });
});
