import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { DatabaseSync } from "node:sqlite";
import type { Handoff, Operation } from "../../src/model/index.ts";
import { mapAndLink, reconcileStep } from "../../src/sync/index.ts";
import { hubOn, startCompany } from "../support/e2e.ts";
import type { Company, TestHub } from "../support/e2e.ts";

jest.setTimeout(60_000);

let company: Company;

beforeAll(async () => {
  company = await startCompany({ seed: 7, scale: 0.1 });
});

afterAll(() => company.close());

interface Decided {
  readonly handoffs: readonly Handoff[];
  readonly operations: readonly Operation[];
}

async function decide({ hub }: TestHub, before: "as it is" | "drop what is derived"): Promise<Decided> {
  const { result } = await hub.run("test", async (context) => {
    if (before === "drop what is derived") {
      await context.store.dropDerived(context.fence);
      await mapAndLink(context);
    }
    const { handoffs, operations } = await reconcileStep(context);
    return { answer: { handoffs: await handoffs(), operations }, complete: true, summary: null };
  });
  return result.answer;
}

describe("a hub that lost what it knew of its links", () => {
  test("finds every one again by the ids and keys that the systems hold, and proposes to create nothing new", async () => {
    const db = company.database("lost");
    const hub = await hubOn(company, { db });
    await hub.sync();
    const { handoffs } = await decide(hub, "as it is");
    const links = handoffs.flatMap(({ id, contract, sourceKey, targetKey, link }) =>
      link === "matched" && sourceKey !== null && targetKey !== null && sourceKey !== targetKey
        ? [{ handoffId: id, contract, sourceKey, targetKey, operationId: `op ${id}`, at: 1 }]
        : [],
    );
    expect(links.length).toBeGreaterThan(10);
    await hub.hub.run("test", async ({ store, fence }) => {
      await store.handoffs.saveConfirmedLinks(fence, links);
      return { answer: null, complete: true, summary: null };
    });
    const known = await decide(hub, "as it is");
    await hub.close();

    const lost = new DatabaseSync(db);
    expect(lost.prepare("delete from confirmed_link").run().changes).toBe(links.length);
    lost.close();

    const again = await hubOn(company, { db });
    const rebuilt = await decide(again, "drop what is derived");
    const states = (all: readonly Handoff[]): readonly unknown[] =>
      all.map(({ id, link, targetKey, label }) => ({ id, link, targetKey, label }));
    expect(states(rebuilt.handoffs)).toEqual(states(known.handoffs));
    expect(rebuilt.operations.filter(({ action }) => action === "create")).toEqual(
      known.operations.filter(({ action }) => action === "create"),
    );
    await again.close();
  });
});
