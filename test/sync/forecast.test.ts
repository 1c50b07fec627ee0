import { describe, expect, test } from "@jest/globals";
import { DAY, HOUR, MINUTE } from "../../src/model/index.ts";
import { forecast } from "../../src/sync/index.ts";
import { forecastText } from "../../src/cli/forecast-text.ts";

/** A Monday, 03:00 in the company's zone. */
const NOW = Date.parse("2026-11-02T11:00:00Z");
const ZONE = "America/Los_Angeles";
const ACCOUNT = { used: 0, limit: 10_000, resetsAt: null, reserve: 0.3, perMinute: null };

describe("a forecast", () => {
  test("ends after the calls at the measured pace when the day has enough of them", () => {
    const expected = { endsAt: NOW + 60 * MINUTE, shareOfDay: 0.6, callsNow: 6000, waitsUntil: null };
    expect(forecast(6000, ACCOUNT, 100, NOW)).toMatchObject(expected);
  });

  test("is never faster than the calls a minute that are allowed", () => {
    const { endsAt } = forecast(1500, { ...ACCOUNT, perMinute: 150 }, 1000, NOW);
    expect(endsAt - NOW).toBeGreaterThan(10 * MINUTE);
    expect(endsAt - NOW).toBeLessThanOrEqual(11 * MINUTE);
  });

  test("waits for the next day with what is outside the reserve, over as many days as it takes", () => {
    const resetsAt = NOW + 13 * HOUR;
    const { waitsUntil, callsNow, endsAt } = forecast(20_000, { ...ACCOUNT, used: 5000, resetsAt }, 100, NOW);
    // 2,000 now, 7,000 the next day, 7,000 the day after, the last 4,000 on the day after that.
    expect([callsNow, waitsUntil, endsAt]).toEqual([2000, resetsAt, resetsAt + 2 * DAY + 40 * MINUTE]);
  });

  test("gives a rolling day its calls back after 24 hours", () => {
    expect(forecast(8000, ACCOUNT, 100, NOW)).toMatchObject({ waitsUntil: NOW + DAY, endsAt: NOW + DAY + 10 * MINUTE });
  });

  test("knows no share where no limit is known", () => {
    expect(forecast(100, null, null, NOW)).toMatchObject({ shareOfDay: null, waitsUntil: null, callsNow: 100 });
  });

  test("is said in the reporting zone, as a weekday and a share of the day", () => {
    const ends = forecast(6000, ACCOUNT, 100, Date.parse("2026-11-05T11:10:00Z"));
    expect(forecastText(ends, NOW, ZONE)).toBe("ends Thursday 04:10 at 60 % of the day's calls");
    const waits = forecast(20_000, ACCOUNT, 100, NOW);
    expect(forecastText(waits, NOW, ZONE)).toBe(
      "ends Wednesday 04:00 at 200 % of the day's calls; 7,000 can be made now, the rest from Tuesday 03:00",
    );
  });
});
