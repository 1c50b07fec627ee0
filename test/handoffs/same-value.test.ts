import { describe, expect, test } from "@jest/globals";
import { assert, constantFrom, property } from "fast-check";
import { sameValue } from "../../src/handoffs/merge/same-value.ts";
import type { Held } from "../../src/handoffs/merge/same-value.ts";
import type { Canonical } from "../../src/model/index.ts";
import { actors, calendar } from "./world.ts";

const people = new Map(actors.map((actor) => [actor.id, actor]));

function held(value: Canonical, place = "asana/ws"): Held {
  const named = typeof value === "object" && value !== null && "person" in value ? value.person : "";
  return { value, person: people.get(named) ?? null, place };
}

const same = (left: Canonical, right: Canonical, exact = false): boolean | null =>
  sameValue(held(left, "salesforce/org"), held(right), { calendar, exact });
const money = (amount: number, currency: string): Canonical => ({ amount, currency, corporate: null });

describe("two values", () => {
  test.each<[Canonical, Canonical, boolean | null]>([
    ["", null, true],
    ["  ", [], true],
    ["x", null, false],
    ["Zoë ", "Zoe\u0308", true],
    ["Dark  mode", "dark mode", true],
    [money(10.005, "USD"), 10.01, true],
    [money(10, "USD"), 10.01, false],
    [money(10, "USD"), money(10, "EUR"), false],
    [money(1000.4, "JPY"), 1000, true],
    [money(1.2344, "KWD"), 1.234, true],
    [0.1 + 0.2, 0.3, true],
    [9000, "9000.0", true],
    [{ day: "2026-06-01" }, { at: Date.parse("2026-06-02T03:00:00Z") }, true],
    [{ day: "2026-06-02" }, { at: Date.parse("2026-06-02T03:00:00Z") }, false],
    [{ at: 1000 }, { at: 1999 }, true],
    [{ at: 1000 }, { at: 2000 }, false],
    [["b", "A", "a"], ["a", "B"], true],
    ["a", ["A"], true],
    [["a"], ["a", "b"], false],
    ["<body><p>Tom &amp; Ann&#39;s<br/>plan</p></body>", "Tom & Ann's plan", true],
    ["a < b", "a < b", true],
    [{ person: "dana" }, { person: "dana" }, true],
    [{ person: "dana" }, { person: "kate" }, false],
    [{ person: "nobody" }, { person: "nobody" }, null],
    [{ person: "dana" }, "Dana", true],
    [true, true, true],
    [true, false, false],
  ])("%j and %j: %s", (left, right, expected) => {
    expect(same(left, right)).toBe(expected);
  });

  test("of one account whom nobody knows are the same within one tenant", () => {
    const nobody = held({ person: "nobody" });
    expect(sameValue(nobody, nobody, { calendar, exact: false })).toBe(true);
  });

  test("differ by case and inner space only where that was asked for", () => {
    expect(same("Dark mode", "dark mode", true)).toBe(false);
    expect(same(" Dark mode", "Dark mode", true)).toBe(true);
  });

  test("are compared the same from both sides", () => {
    const values = constantFrom<Canonical>(
      null,
      "",
      "a",
      "A",
      "1",
      1,
      1.5,
      money(1, "USD"),
      money(1, "EUR"),
      ["a"],
      [],
      { day: "2026-06-01" },
      { at: 1 },
      { person: "dana" },
      { person: "nobody" },
      true,
    );
    assert(property(values, values, (left, right) => expect(same(left, right)).toBe(same(right, left))));
  });
});
