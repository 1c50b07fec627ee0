import { describe, expect, test } from "@jest/globals";
import { compileCondition } from "../../src/mappings/index.ts";
import type { FieldValue } from "../../src/model/index.ts";

function holds(text: string, fields: Record<string, FieldValue>): boolean {
  const compiled = compileCondition(text);
  if ("slip" in compiled) throw new Error(compiled.slip.message);
  return compiled.condition.holds(fields);
}

function slip(text: string): readonly [string, number] {
  const compiled = compileCondition(text);
  return "slip" in compiled ? [compiled.slip.message, compiled.slip.offset] : ["", -1];
}

describe("conditions", () => {
  test("compare and compute with plain numbers", () => {
    expect(holds("Amount > 5000", { Amount: 5000.5 })).toBe(true);
    expect(holds("Amount + 1 == 5001", { Amount: 5000 })).toBe(true);
    expect(holds("Amount * 2 / 4 > 1.5 && size(Name) == 3", { Amount: 4, Name: "abc" })).toBe(true);
    expect(holds("`Deal amount` > 5", { "Deal amount": 6 })).toBe(true);
    expect(holds("field('Deal amount') > 5", { "Deal amount": 6 })).toBe(true);
  });

  test("treat an empty field as unknown, not as an error", () => {
    expect(holds("Amount < 5000", {})).toBe(false);
    expect(holds("!(Amount < 5000)", { Amount: null })).toBe(false);
    expect(holds('Amount < 5000 || Type == "Renewal"', { Type: "Renewal" })).toBe(true);
    expect(holds('RecordType.DeveloperName != "Partner"', {})).toBe(true);
    expect(holds("has(Owner.Name) && Owner.Name.contains('x')", {})).toBe(false);
    expect(holds("Template != null", { Template: { option: "1", name: "v4" } })).toBe(true);
  });

  test("see choices by name, people and records by id, and lists", () => {
    expect(holds('section in ["Done", "Held"]', { section: { option: "9", name: "Done" } })).toBe(true);
    expect(holds('Owner == "7"', { Owner: { person: "7" } })).toBe(true);
    expect(holds('tags.exists(t, t.startsWith("b"))', { tags: ["a", "bc"] })).toBe(true);
    expect(holds('tags.all(t, t == "a")', { tags: ["a", "bc"] })).toBe(false);
  });

  test("say where the slip is", () => {
    expect(slip("Amount = 5")).toEqual(["The condition cannot be read: Unexpected character: =.", 7]);
    expect(slip("a && Name.startWith('x')")[1]).toBe(5);
    expect(slip("`Deal amount` > 5 && 'x' * 2 > 2")).toEqual([expect.stringContaining("two numbers"), 21]);
    expect(slip("Amount + 1")[0]).toContain("not yes or no");
    expect(slip("Amount - 1")[0]).toContain("not yes or no");
  });

  test.each(["^(a+)+$", "(a|aa)*b", "a*a*a*a*b", "(?=a)b", String.raw`(a)\1`])("refuse the pattern %s", (pattern) => {
    expect(slip(`Name.matches(r"${pattern}")`)[0]).toContain("refused");
  });

  test("match bounded patterns", () => {
    expect(holds(String.raw`Name.matches(r"^C-\d{5}$")`, { Name: "C-10234" })).toBe(true);
    expect(holds(String.raw`Name.matches(r"^C-\d{5}$")`, { Name: "C-1023" })).toBe(false);
  });
});
