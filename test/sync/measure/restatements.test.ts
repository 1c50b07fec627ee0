import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { publishedNumber, measureStep } from "../../../src/sync/index.ts";
import type { Restatement } from "../../../src/sync/index.ts";
import { AS_OF, copyConfiguration, hubOn, runCommand, startCompany } from "../../support/e2e.ts";
import type { Company, TestHub } from "../../support/e2e.ts";

jest.setTimeout(60_000);

let company: Company;
let hub: TestHub;
let db: string;

beforeAll(async () => {
  company = await startCompany();
  db = company.database("restated");
  hub = await hubOn(company, { db });
  await hub.sync();
  await hub.reconcile();
}, 60_000);

afterAll(async () => {
  await hub.close();
  await company.close();
});

interface Measured {
  readonly restatements: readonly Restatement[];
  /** What the star marks. */
  readonly marked: readonly unknown[];
  /** A lead that was disqualified in the last year. */
  readonly lead: string;
}

async function measure(on = hub): Promise<Measured> {
  const { result } = await on.hub.run("measure", async (context) => {
    const { star, restatements } = await measureStep(context);
    const marked = await star.query(
      `SELECT kpi_key, window_text, value, former_value, restated_because, status = 'withdrawn' AS gone, epoch_ms(restated_at) AS at
        FROM fact_kpi_snapshot WHERE is_restated = 1 ORDER BY ALL`,
    );
    const [lead] = await star.query(
      "SELECT max(case_id) AS id FROM fact_case WHERE process_key LIKE 'lead-to-opportunity@%' AND outcome = 'disqualified' AND complete_date_key BETWEEN 20251101 AND 20261031",
    );
    star.close();
    return { answer: { restatements, marked, lead: String(lead?.["id"]) }, complete: true, summary: null };
  });
  return result.answer;
}

const shownOf = (restatements: readonly Restatement[], kpi: string): Restatement | undefined =>
  restatements.find(({ figure }) => figure.kpi === kpi && figure.shown && figure.scope.type === "company");

// In the order of a company's life; each measures what the one before has left.
describe("a figure measured again", () => {
  let lead: string;

  test("is the same figure while nothing changed, and restates nothing", async () => {
    const first = await measure();
    expect(first.restatements).toEqual([]);
    ({ lead } = first);
    const published = await hub.hub.store.measures.figures();
    expect(published.length).toBeGreaterThan(100);
    expect((await measure()).restatements).toEqual([]);
    expect(await hub.hub.store.measures.figures()).toEqual(published);
  });

  test("is restated when a case it counted goes on again, with what it was, and which records changed", async () => {
    await company.salesforce("PATCH", `sobjects/Lead/${lead}`, { Status: "Working" });
    await hub.sync();
    const { restatements, marked } = await measure();
    const restated = shownOf(restatements, "process-compliance");
    expect(restated).toBeDefined();
    expect(restated?.result?.n).toBe(Number(restated === undefined ? 0 : publishedNumber(restated.before, "n")) - 1);
    const said = new RegExp(`^records of salesforce Lead: 1 changed \\(${lead}; run \\w{8}\\)$`, "u");
    expect(restated?.because).toContainEqual(expect.stringMatching(said));
    expect(marked).toContainEqual({
      kpi_key: "process-compliance",
      window_text: restated?.figure.window.text,
      value: restated?.result?.value,
      former_value: restated?.formerValue,
      restated_because: restated?.because.join("; "),
      gone: false,
      at: AS_OF,
    });
    // Whoever did not look then finds it marked for as long as the figure is told.
    const again = await measure();
    expect(again.restatements).toEqual([]);
    expect(again.marked).toEqual(marked);
    expect(restatements.some(({ figure }) => figure.kpi === "design-coverage")).toBe(false);
  });

  test("is restated by another configuration, which is named, and the history keeps all three", async () => {
    const config = await copyConfiguration(company, "stricter");
    const file = join(config, "processes", "lead-to-opportunity.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/^rules:$/mu, "rules:\n  R99: MQL exactly 7 times"));
    expect(await readFile(file, "utf8")).not.toBe(text);
    const other = await hubOn(company, { db, config });
    const restated = shownOf((await measure(other)).restatements, "process-compliance");
    await other.close();
    expect(restated?.because).toContain("the configuration changed: processes/lead-to-opportunity.yaml");
    const history = restated === undefined ? [] : await hub.hub.store.measures.figureHistory(restated.before.key);
    expect(history.map(({ because }) => because === null)).toEqual([true, false, false]);
  });

  test("is withdrawn when its file tells it no longer by segment, which it says once", async () => {
    const config = await copyConfiguration(company, "fewer-cuts");
    const file = join(config, "kpis", "process-compliance.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("segment, ", ""));
    expect(await readFile(file, "utf8")).not.toBe(text);
    const other = await hubOn(company, { db, config });
    const { restatements } = await measure(other);
    const again = await measure(other);
    await other.close();
    const withdrawn = restatements.filter(({ result }) => result === null);
    expect(withdrawn.length).toBeGreaterThan(0);
    for (const { figure, because } of withdrawn) {
      expect(figure).toMatchObject({ kpi: "process-compliance", scope: { type: "segment" } });
      expect(because).toContain("it is no longer told by segment");
    }
    expect(again.restatements).toEqual([]);
    for (const { figure, formerValue, because } of withdrawn) {
      expect(again.marked).toContainEqual({
        kpi_key: figure.kpi,
        window_text: figure.window.text,
        value: null,
        former_value: formerValue,
        restated_because: because.join("; "),
        gone: true,
        at: AS_OF,
      });
    }
    const [{ before } = { before: null }] = withdrawn;
    const history = before === null ? [] : await hub.hub.store.measures.figureHistory(before.key);
    expect(history.at(-1)).toMatchObject({ amounts: null, body: null });
  });

  test("tells its history on the terminal, and hub measure counts what was restated", async () => {
    const { out } = await runCommand(company, ["measure", "--db", db, "--quiet"]);
    expect(out).toMatch(/\d+ published figures are others now:\n {2}kpi:/u);
    const told = await runCommand(company, ["explain", "kpi:process-compliance", "--db", db]);
    expect(told.out).toMatch(/Published\n.*\n.*restated because records of salesforce Lead: 1 changed/u);
  });

  test("is restated by a waiver of one of its handoffs", async () => {
    const { store } = hub.hub;
    const [missing] = (await store.handoffs.handoffs("sales-to-cs")).filter(({ label }) => label === "missing");
    expect(missing).toBeDefined();
    await hub.hub.run("waive", async ({ fence, dependencies }) => {
      const decision = { kind: "waive", reason: "Settled by phone", by: "dana", until: null } as const;
      await store.handoffs.recordDecision(fence, {
        ...decision,
        handoffId: missing?.id ?? "",
        at: dependencies.clock.now() + 1,
      });
      return { answer: null, complete: true, summary: null };
    });
    await hub.reconcile();
    const restated = shownOf((await measure()).restatements, "missing-handoffs");
    expect(restated?.because).toContain("of its handoffs, waived, snoozed or taken up again: 1");
  });
});
