import { describe, expect, test } from "@jest/globals";
import { breaks, describeChange, schemaChange } from "../../../src/extracts/index.ts";

const columns = (...names: readonly string[]) =>
  names.map((each) => {
    const [name = "", type = "text"] = each.split(" ");
    return { name, type };
  });
const before = [{ name: "fact_case", columns: columns("case_key", "outcome", "amount double") }];

describe("a change of columns", () => {
  test("is none where only their order differs", () => {
    expect(schemaChange(before, [{ name: "fact_case", columns: before[0]?.columns.toReversed() ?? [] }])).toBeNull();
  });

  test("breaks workbooks by what is gone, renamed or of another type, and not by what is new", () => {
    const changed = (...names: readonly string[]) => {
      const change = schemaChange(before, [{ name: "fact_case", columns: columns(...names) }]);
      return change === null ? null : [breaks(change), describeChange(change)];
    };
    expect(changed("case_key", "outcome", "amount double", "area")).toEqual([false, "added fact_case.area"]);
    expect(changed("case_key", "amount double")).toEqual([true, "removed fact_case.outcome"]);
    expect(changed("case_key", "result", "amount double")).toEqual([
      true,
      "removed fact_case.outcome; added fact_case.result",
    ]);
    expect(changed("case_key", "outcome", "amount text")).toEqual([true, "fact_case.amount from double to text"]);
  });

  test("is told shortly where it is large", () => {
    const many = columns(...Array.from({ length: 30 }, (_, i) => `c${i}`));
    const change = schemaChange([{ name: "t", columns: many }], []);
    expect(change === null ? "" : describeChange(change)).toMatch(/^removed t\.c0, .*t\.c7 and 22 more$/u);
  });
});
