import { describe, expect, test } from "@jest/globals";
import { requireOneFactTable } from "../../../src/sandbox/tableau/content/content-check.ts";

const contents = (tables: readonly string[], references: readonly (readonly [string, string])[]) => ({
  tables: tables.map((name) => ({ schema: "Extract", name, columns: [] })),
  references: references.map(([from, to]) => ({ from: `Extract.${from}`, to: `Extract.${to}` })),
});

describe("the tables of an extract", () => {
  test.each([
    ["one table", contents(["a"], [])],
    [
      "a fact with its dimensions",
      contents(
        ["fact", "a", "b"],
        [
          ["fact", "a"],
          ["a", "b"],
        ],
      ),
    ],
    [
      "a dimension that refers to itself",
      contents(
        ["fact", "a"],
        [
          ["fact", "a"],
          ["a", "a"],
        ],
      ),
    ],
  ])("takes %s", (_what, given) => {
    expect(() => requireOneFactTable(given)).not.toThrow();
  });

  test.each([
    ["no table", contents([], [])],
    ["two tables that do not know each other", contents(["a", "b"], [])],
    [
      "two facts of one dimension",
      contents(
        ["a", "b", "c"],
        [
          ["a", "c"],
          ["b", "c"],
        ],
      ),
    ],
    [
      "a ring",
      contents(
        ["a", "b"],
        [
          ["a", "b"],
          ["b", "a"],
        ],
      ),
    ],
    [
      "a fact and a ring beside it",
      contents(
        ["f", "a", "b"],
        [
          ["a", "b"],
          ["b", "a"],
        ],
      ),
    ],
  ])("refuses %s with 400011", (_what, given) => {
    expect(() => requireOneFactTable(given)).toThrow(/^400011/u);
  });
});
