import { describe, expect, jest, test } from "@jest/globals";
import { DAY } from "../../src/model/index.ts";
import { measure, openStar } from "../../src/kpis/index.ts";
import type { KpiResult, Waiver } from "../../src/kpis/index.ts";
import { AS_OF, makeCompany, optionsOf } from "./support/company.ts";

jest.setTimeout(60_000);

const company = makeCompany(0.2);

interface Compliance {
  readonly result: KpiResult;
  /** The first case that counts against it: its own id, process and the one rule it broke. */
  readonly miss: { readonly id: string; readonly process: string; readonly rule: string };
}

async function compliance(waivers: readonly Waiver[]): Promise<Compliance> {
  const options = optionsOf(company, { waivers });
  const star = await openStar({ zone: "America/Los_Angeles" });
  const { results } = await measure(
    { ...options, kpis: options.kpis.filter(({ name }) => name === "process-compliance") },
    star,
  );
  const result = results.find(({ shown, scope }) => shown && scope.type === "company");
  if (result === undefined) throw new Error("nothing measured");
  const [miss] = await star.query(
    `SELECT c.case_id AS id, p.process AS process, any_value(r.rule) AS rule FROM fact_case c JOIN dim_process p USING (process_key)
     JOIN fact_conformance f ON f.case_key = c.case_key AND f.is_violation = 1 JOIN dim_rule r ON r.rule_key = f.rule_key
     WHERE c.conform_strict = 0 AND c.completed_at >= epoch_ms(CAST($1 AS BIGINT)) AND c.completed_at < epoch_ms(CAST($2 AS BIGINT))
     GROUP BY ALL HAVING count(*) = 1 ORDER BY id LIMIT 1`,
    [result.window.from, result.window.to],
  );
  star.close();
  const text = (column: string): string => String(miss?.[column]);
  return { result, miss: { id: text("id"), process: text("process"), rule: text("rule") } };
}

describe("a waiver", () => {
  test("lifts the adjusted rate by its case and leaves the strict one as it is, until it expires", async () => {
    const { result: before, miss } = await compliance([]);
    expect(before.bound).toBe(before.value);
    const waiver: Waiver = {
      process: miss.process,
      rule: miss.rule,
      caseId: miss.id,
      where: {},
      reason: "trial",
      approver: "cfo",
      until: AS_OF + DAY,
    };

    const { result: waived } = await compliance([waiver]);
    expect([waived.numerator, waived.value]).toEqual([before.numerator, before.value]);
    expect(waived.bound).toBe(((before.numerator ?? 0) + 1) / (before.denominator ?? 0));
    expect(waived.sentence).toContain("with waivers accepted");

    const { result: expired } = await compliance([{ ...waiver, until: AS_OF }]);
    expect(expired.bound).toBe(before.value);
  });
});
