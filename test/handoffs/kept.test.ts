import { expect, test } from "@jest/globals";
import { KeptBases } from "../../src/handoffs/index.ts";
import type { HandoffBase } from "../../src/model/index.ts";

function base(n: number): HandoffBase {
  return { handoffId: `h${String(n)}`, fields: { name: `Größe ${String(n)} 🦉`, due: { day: "2026-01-02" }, n } };
}

test("of many bases each is found again as it was", () => {
  const kept = new KeptBases();
  const all = Array.from({ length: 1500 }, (_, n) => base(n));
  for (const each of all) kept.add(each);
  expect([...kept]).toEqual(all);
  for (const { handoffId, fields } of all) expect(kept.get(handoffId)).toEqual(fields);
  expect(kept.get("h1500")).toBeUndefined();
});
