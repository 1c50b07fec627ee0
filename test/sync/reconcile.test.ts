import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { reconcileStep } from "../../src/sync/index.ts";
import { hubOn, startCompany } from "../support/e2e.ts";
import type { Company, TestHub } from "../support/e2e.ts";

jest.setTimeout(60_000);

let company: Company;
let hub: TestHub;

beforeAll(async () => {
  company = await startCompany({ seed: 7, scale: 0.15 });
  hub = await hubOn(company);
  await hub.sync();
});
afterAll(async () => {
  await hub.close();
  await company.close();
});

test("what both sides agree on is kept with the handoff, and deciding again moves nothing", async () => {
  const { store } = hub.hub;
  const handoffs = await hub.reconcile();
  const bases = await Array.fromAsync(store.handoffs.bases());
  const agreeing = handoffs.filter(
    ({ link, comparisons }) => link === "matched" && comparisons.some(({ equal }) => equal),
  );
  expect(agreeing.length).toBeGreaterThan(0);
  const agreed = agreeing.find(({ contract }) => contract === "sales-to-cs");
  expect(await store.handoffs.baseOf(agreed?.id ?? "")).toMatchObject({ "@target": agreed?.targetKey });
  expect(await hub.reconcile()).toEqual(handoffs);
  expect(await Array.fromAsync(store.handoffs.bases())).toEqual(bases);
});

test("a person's word on which side of a field holds is heard by the next run", async () => {
  const { store } = hub.hub;
  const drifted = (await hub.reconcile()).find(
    ({ contract, label }) => contract === "sales-to-cs" && label === "drifted",
  );
  const field = drifted?.comparisons.find(({ equal }) => !equal)?.field;
  if (drifted === undefined || field === undefined) throw new Error("a drifted handoff was expected");
  const { result } = await hub.hub.run("test", async (context) => {
    const word = { take: "target", by: "Dana Ortiz", at: context.asOf, reason: "asked" } as const;
    await store.handoffs.recordConflictDecision(context.fence, { handoffId: drifted.id, field, ...word });
    return { answer: await reconcileStep(context), complete: true, summary: null };
  });
  const own = result.answer.operations.filter(({ handoffId }) => handoffId === drifted.id);
  expect(own).toMatchObject([{ objectType: "opportunity", targetKey: drifted.sourceKey }]);
});
