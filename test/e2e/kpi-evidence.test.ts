import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { z } from "zod";
import type { KpiResult } from "../../src/kpis/index.ts";
import type { PublishedFigure } from "../../src/model/index.ts";
import { measureStep } from "../../src/sync/index.ts";
import { hubOn, startCompany } from "../support/e2e.ts";
import type { Company, TestHub } from "../support/e2e.ts";

jest.setTimeout(90_000);

const Body = z.object({ result: z.object({ evidence: z.object({ keys: z.array(z.string()), count: z.number() }) }) });

interface Told {
  readonly results: readonly KpiResult[];
  readonly published: readonly PublishedFigure[];
  /** Of the figure with the most records against it. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

let company: Company;
let hub: TestHub;
let told: Told;

/** More is open for unusually long than is ever named one by one. */
const FIGURE = { kpi: "work-item-age", scope: "company" };

beforeAll(async () => {
  company = await startCompany({ scale: 0.3 });
  hub = await hubOn(company);
  await hub.sync();
  await hub.reconcile();
  const { result } = await hub.hub.run("measure", async (context) => {
    const { star, results } = await measureStep(context);
    const rows = await star.query(
      `SELECT place, of_n, record_key FROM fact_kpi_evidence WHERE kpi_key = '${FIGURE.kpi}' AND scope_type = '${FIGURE.scope}' ORDER BY place`,
    );
    star.close();
    const published = await context.store.measures.figures();
    return { answer: { results, published, rows }, complete: true, summary: null };
  });
  told = result.answer;
});
afterAll(async () => {
  await hub.close();
  await company.close();
});

function figure(): KpiResult {
  const found = told.results.find(
    ({ kpi, scope, shown }) => kpi === FIGURE.kpi && scope.type === FIGURE.scope && shown,
  );
  if (found === undefined) throw new Error("no figure");
  return found;
}

test("a figure with more than 200 records against it names 200 and says of how many", () => {
  const { evidence, numerator } = figure();
  expect(evidence.count).toBe(numerator);
  expect(evidence.count).toBeGreaterThan(250);
  expect(new Set(evidence.keys).size).toBe(200);
  expect(told.rows.map(({ record_key: key }) => key)).toEqual(evidence.keys);
  expect(told.rows.map(({ place }) => place)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  expect(new Set(told.rows.map(({ of_n: count }) => count))).toEqual(new Set([evidence.count]));
});

test("a figure with fewer names all of them, and none is named for more", () => {
  const named = told.results.filter(({ shown }) => shown).map(({ evidence }) => evidence);
  expect(named.filter(({ keys, count }) => keys.length !== Math.min(200, count))).toEqual([]);
  expect(named.filter(({ count }) => count > 0 && count < 200).length).toBeGreaterThan(20);
});

test("twenty of the records against a figure are kept with what was published, the first ones", () => {
  const kept = told.published.flatMap(({ kpi, body }) => {
    const parsed = Body.safeParse(body);
    return parsed.success ? [{ kpi, ...parsed.data.result.evidence }] : [];
  });
  expect(kept.length).toBe(told.results.length);
  const { evidence } = figure();
  expect(kept).toContainEqual({ kpi: FIGURE.kpi, keys: evidence.keys.slice(0, 20), count: evidence.count });
  expect(kept.filter(({ keys }) => keys.length > 20)).toEqual([]);
  expect(kept.some(({ keys, count }) => count > 0 && count < 20 && keys.length === count)).toBe(true);
});
