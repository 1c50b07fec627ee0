import { expect, test } from "@jest/globals";
import type { StreamChanges } from "../../../src/model/index.ts";
import { changeText } from "../../../src/sync/measure/restatements.ts";

const nothing = { added: 0, late: 0, changed: 0, removed: 0, merged: 0 };
const of = (changes: Partial<StreamChanges>): string =>
  changeText({ system: "salesforce", tenant: "t", stream: "Lead", ...nothing, named: [], runs: [], ...changes });

test("what came of records names the first of them and the runs that stored them", () => {
  expect(of({ changed: 1, named: ["00Q5"], runs: ["3f2a9c1b-77"] })).toBe(
    "records of salesforce Lead: 1 changed (00Q5; run 3f2a9c1b)",
  );
  expect(of({ added: 3, late: 1, merged: 2, named: ["a", "b"], runs: ["r1", "r2", "r3", "r4", "r5"] })).toBe(
    "records of salesforce Lead: 3 new (1 of them late), 2 merged into others (a, b and 3 more; runs r1, r2, r3 and 2 more)",
  );
});
