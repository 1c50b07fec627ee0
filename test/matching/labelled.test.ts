import { describe, expect, test } from "@jest/globals";
import { createLabelledBooks } from "../../src/sandbox/index.ts";
import { measureDoubles, measureResolution } from "../support/resolution.ts";

const books = createLabelledBooks({ seed: 11, scale: 0.2, asOf: Date.parse("2026-11-02T11:00:00Z") });

describe("two books of the same customers", () => {
  const { outcomes, matches, accepted, right, wrong } = measureResolution(books);

  test("are resolved with a precision of 0.98 and a recall of 0.90 at least", () => {
    expect(matches).toBeGreaterThan(150);
    expect(wrong).toHaveLength(accepted - right);
    expect(right / accepted).toBeGreaterThanOrEqual(0.98);
    expect(right / matches).toBeGreaterThanOrEqual(0.9);
  });

  test("hold every kind of noise and of temptation", () => {
    const kinds = new Set(outcomes.map(({ noise }) => noise));
    for (const kind of [
      "misspelt",
      "merged",
      "free mail",
      "renamed",
      "word order",
      "diacritics",
      "other legal form",
      "subsidiary",
      "namesake",
    ]) {
      expect(kinds).toContain(kind);
    }
  });

  test("are the same for the same seed", () => {
    const again = createLabelledBooks({ seed: 11, scale: 0.2, asOf: Date.parse("2026-11-02T11:00:00Z") });
    expect(again).toEqual(books);
  });
});

test("the doubles among the scenario's accounts are found, and neither subsidiaries nor strangers", () => {
  const { outcomes, matches, right, wrong } = measureDoubles(books.accounts);
  expect(outcomes.map(({ noise }) => noise)).toEqual(
    expect.arrayContaining(["double", "misspelt double", "subsidiary", "stranger"]),
  );
  expect(matches).toBeGreaterThan(0);
  expect(right).toBe(matches);
  expect(wrong).toEqual([]);
});

test("nothing is taken above a threshold that nothing reaches", () => {
  const { accepted, outcomes } = measureResolution(books, { thresholds: { accept: 1.1, margin: 0, queue: 0.7 } });
  expect(accepted).toBe(0);
  expect(outcomes.some(({ queued }) => queued > 0)).toBe(true);
});
