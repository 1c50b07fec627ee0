import { expect, test } from "@jest/globals";
import { readRules } from "../../src/extracts/report/read-conformance.ts";
import { starOf } from "../kpis/support/formula.ts";

const HOUR_S = 3600;
const judged = (rule: string, hours: number, more: object) => ({
  case_key: `${rule}/${hours}`,
  rule_key: rule,
  cycle_sec: hours * HOUR_S,
  is_violation: 0,
  is_pending: 0,
  ...more,
});

test("a rule tells the median time of completed cases that broke it and of those that kept it, from ten of them on", async () => {
  const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
  const star = await starOf({
    dim_process: [{ process_key: "hiring@1", process: "hiring" }],
    dim_rule: ["R1", "R2"].map((rule) => ({ rule_key: rule, rule, rule_process_key: "hiring@1" })),
    fact_conformance: [
      ...upTo(10).map((hours) => judged("R1", hours, {})),
      ...upTo(11).map((hours) => judged("R1", 100 + hours, { is_violation: 1 })),
      judged("R1", 900, { is_pending: 1 }),
      judged("R1", 901, { cycle_sec: null }),
      ...upTo(9).map((hours) => judged("R2", hours, { is_violation: 1 })),
    ],
  });
  const rules = await readRules(star);
  star.close();
  expect(rules.map(({ id, broken, kept }) => [id, broken, kept])).toEqual([
    ["R1", 106 * HOUR_S, 5.5 * HOUR_S],
    ["R2", null, null],
  ]);
});
