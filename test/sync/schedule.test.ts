import { describe, expect, test } from "@jest/globals";
import { wasMissed } from "../../src/sync/index.ts";

const ZONE = "America/Los_Angeles";
const at = (text: string): number => Date.parse(text);

describe("a scheduled run", () => {
  test("was missed when its time passed since the last one", () => {
    expect(wasMissed("0 6 * * *", ZONE, at("2026-11-02T14:00:05Z"), at("2026-11-03T14:30:00Z"))).toBe(true);
  });

  test("was not missed before its next time, in the zone it is meant in", () => {
    expect(wasMissed("0 6 * * *", ZONE, at("2026-11-02T14:00:05Z"), at("2026-11-03T13:59:00Z"))).toBe(false);
  });

  test("follows the zone over the end of summer time", () => {
    expect(wasMissed("0 6 * * *", ZONE, at("2026-10-31T13:00:05Z"), at("2026-11-01T13:30:00Z"))).toBe(false);
    expect(wasMissed("0 6 * * *", ZONE, at("2026-10-31T13:00:05Z"), at("2026-11-01T14:00:00Z"))).toBe(true);
  });

  test("is wanted at once when there never was one", () => {
    expect(wasMissed("0 6 * * *", ZONE, null, at("2026-11-03T00:00:00Z"))).toBe(true);
  });
});
