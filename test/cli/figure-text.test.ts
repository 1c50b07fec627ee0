import { expect, test } from "@jest/globals";
import { formatValue } from "../../src/cli/figure-text.ts";

const HOUR = 3_600_000;
const byTheClock = { unit: "milliseconds", businessDayMs: null } as const;
const inBusiness = { unit: "milliseconds", businessDayMs: 8 * HOUR } as const;

test("time by the clock is told in days of 24 hours, business time in business days, as its target is", () => {
  expect(formatValue(60 * HOUR, byTheClock)).toBe("2.5 days");
  expect(formatValue(36.8 * HOUR, byTheClock)).toBe("36.8 hours");
  expect(formatValue(36.8 * HOUR, inBusiness)).toBe("4.6 business days");
  expect(formatValue(8 * HOUR, inBusiness)).toBe("1 business day");
  expect(formatValue(2.5 * HOUR, inBusiness)).toBe("2.5 business hours");
  expect(formatValue(24 * 60_000, inBusiness)).toBe("24 business min");
});

test("what is not known is a dash, whatever it would be told in", () => {
  expect(formatValue(null, byTheClock)).toBe("–");
  expect(formatValue(null, inBusiness)).toBe("–");
});
