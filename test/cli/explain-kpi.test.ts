import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { z } from "zod";
import { explainKpiDocument } from "../../src/cli/documents/explain-kpi.ts";
import { figureId, findFigure } from "../../src/cli/kpi-question.ts";
import { kpiKind } from "../../src/configuration/index.ts";
import { measureStep, measureToLook } from "../../src/sync/index.ts";
import type { Measured } from "../../src/sync/index.ts";
import { misfits } from "../support/documents.ts";
import { hubOn, runCommand, startCompany } from "../support/e2e.ts";
import type { Company, TestHub } from "../support/e2e.ts";

jest.setTimeout(60_000);

let company: Company;
let hub: TestHub;
let measured: Measured;

beforeAll(async () => {
  company = await startCompany();
  hub = await hubOn(company, { db: company.database("figures") });
  await hub.sync();
  await hub.reconcile();
  const { result } = await hub.hub.run("measure", async (context) => {
    (await measureStep(context)).star.close();
    return { answer: await measureToLook(context), complete: true, summary: null };
  });
  measured = result.answer;
}, 120_000);

afterAll(async () => {
  measured.star.close();
  await hub.close();
  await company.close();
});

const run = (...argv: readonly string[]): ReturnType<typeof runCommand> =>
  runCommand(company, ["explain", ...argv, "--db", company.database("figures")]);

async function ask(...argv: readonly string[]): Promise<z.output<typeof explainKpiDocument>> {
  const { code, out, err } = await run(...argv, "--json");
  expect([code, err]).toEqual([0, ""]);
  const document: unknown = JSON.parse(out);
  expect(misfits("explain-kpi", document)).toEqual([]);
  return explainKpiDocument.parse(document);
}

describe("the rows behind the sample company's figures", () => {
  test("add up to what is shown of every KPI, in every scope", async () => {
    const kpis = new Map(hub.hub.configuration.compiled(kpiKind).map((kpi) => [kpi.key, kpi]));
    const shown = measured.results.filter((result) => result.shown);
    for (const { kpi, definition, scope, window, n, numerator, denominator } of shown) {
      const result = findFigure(figureId({ kpi, scope, window }), measured.results);
      const evidence = await measured.evidenceOf(result);
      // A reduction's are medians.
      const isSum = numerator !== null && kpis.get(definition)?.measure !== "cycle time reduction";
      const figure = [kpi, scope, window.text];
      const found = isSum ? [evidence?.numerator, evidence?.denominator] : [numerator, denominator];
      expect({ figure, n: evidence?.n, found }).toEqual({ figure, n, found: [numerator, denominator] });
    }
    expect(new Set(shown.map(({ definition }) => definition))).toEqual(new Set(kpis.keys()));
  });
});

describe("hub explain kpi:", () => {
  test("tells a figure, how it is computed, and every case with its records, runs and certificates", async () => {
    const { figure, definition, sources, evidence } = await ask("kpi:process-compliance");
    const published = measured.results.find(
      (each) => each.kpi === "process-compliance" && each.shown && each.scope.type === "company",
    );
    expect(figure).toMatchObject({ value: published?.value, n: published?.n, sentence: published?.sentence });
    expect(definition).toMatchObject({
      version: "process-compliance@1",
      formula: expect.stringContaining("broke no rule"),
    });
    const rows = evidence?.rows.filter(({ part }) => part === "for" || part === "against") ?? [];
    expect(rows).toHaveLength(figure.n);
    expect(rows.reduce((sum, { numerator }) => sum + numerator, 0)).toBe(figure.numerator);
    const runs = new Set(sources.map(({ run: of }) => of));
    for (const { records, because } of rows) {
      expect(because).not.toBe("");
      expect(records.length).toBeGreaterThan(0);
      for (const { record, run: of } of records) expect([record, runs.has(of)]).toEqual([record, true]);
    }
    expect(sources.map(({ certificate }) => certificate?.complete)).not.toContain(false);
    expect(sources.map(({ connection, stream }) => `${connection} ${stream}`)).toContain("salesforce-prod LeadHistory");
  });

  test("rests a purely Salesforce figure on Salesforce alone", async () => {
    const { sources } = await ask("kpi:mql-to-sql");
    expect(new Set(sources.map(({ connection }) => connection))).toEqual(new Set(["salesforce-prod"]));
  });

  test("finds scopes by their key and windows by their name or month, and its own full names again", () => {
    const of = (id: string) => findFigure(id, measured.results);
    const scope = { type: "process", key: "lead-to-opportunity" };
    expect(of("kpi:process-compliance/lead-to-opportunity@12 months")).toMatchObject({
      scope,
      window: { text: "12 months" },
    });
    expect(of("kpi:process-compliance/process:lead-to-opportunity")).toMatchObject({ scope, shown: true });
    expect(of("kpi:process-compliance@2026-08").window).toMatchObject({ text: "month", fromDay: "2026-08-01" });
    for (const result of measured.results) expect(of(figureId(result))).toBe(result);
  });

  test("shows a person the first of each part and how many more there are", async () => {
    const { out } = await run("kpi:process-compliance");
    expect(out).toMatch(/How it is computed \(process-compliance@1/u);
    expect(out).toMatch(/The others that count: \d+/u);
    expect(out).toMatch(/\d+ more, --all shows them/u);
    const all = await run("kpi:process-compliance", "--all");
    expect(all.out).not.toMatch(/--all shows them/u);
    expect(all.out.length).toBeGreaterThan(out.length);
  });

  test("lists what is still open beside a median, the longest first, with where it can be looked at", async () => {
    const { out } = await run("kpi:cycle-time/lead-to-opportunity");
    expect(out).toMatch(/Still open, counted beside it: \d+\n {2}.+: open for \d.+\n {4}http/u);
  });

  test("lists what can be asked for instead of a name it does not know", async () => {
    const of = (id: string) => () => findFigure(id, measured.results);
    const { err } = await run("kpi:proces-compliance");
    expect(err).toMatch(/HUB-0014 .*KPI[\s\S]*`process-compliance`/u);
    expect(of("kpi:process-compliance/nowhere")).toThrow(/scope "nowhere"/u);
    expect(of("kpi:process-compliance@never")).toThrow(/window "never"/u);
    expect(of("kpi:cycle-time")).toThrow(/no company-wide figure/u);
  });

  test("says that nothing was measured yet", async () => {
    const { code, err } = await runCommand(company, ["explain", "kpi:cycle-time", "--db", company.database("empty")]);
    expect([code, err]).toEqual([2, expect.stringContaining("HUB-0015")]);
  });
});
