import { expect, test } from "@jest/globals";
import type { Handoff } from "../../src/model/index.ts";
import { begin, memoryStore } from "../support/store.ts";

function handoff(id: string, contract: string): Handoff {
  return {
    id,
    contract,
    occurrence: 1,
    sourceKey: `salesforce/org/Opportunity/${id}`,
    targetKey: null,
    claimedKeys: [],
    historical: false,
    link: "expected",
    timeliness: "pending",
    content: "unknown",
    decision: "none",
    label: "expected",
    plain: "waiting",
    because: "",
    triggeredAt: 1,
    dueAt: 2,
    graceUntil: 3,
    acceptDueAt: null,
    createdAt: null,
    assignedAt: null,
    acceptedAt: null,
    rejectedAt: null,
    firstWorkAt: null,
    revokedAt: null,
    evidence: [],
    comparisons: [],
    money: null,
    waiver: null,
  };
}

test("handoffs are replaced contract by contract, and those of contracts that are no more go", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  const stored = async (): Promise<readonly string[]> =>
    (await store.handoffs.handoffs()).map(({ contract, id }) => `${contract} ${id}`);
  await store.handoffs.replaceHandoffs(fence, [handoff("b", "sales"), handoff("a", "sales")], "sales");
  await store.handoffs.replaceHandoffs(fence, [handoff("c", "product")], "product");
  expect(await stored()).toEqual(["product c", "sales a", "sales b"]);
  await store.handoffs.replaceHandoffs(fence, [handoff("b", "sales")], "sales");
  expect(await stored()).toEqual(["product c", "sales b"]);
  await store.handoffs.keepHandoffsOf(fence, ["sales"]);
  expect(await stored()).toEqual(["sales b"]);
  await store.close();
});

test("nothing is replaced when deciding breaks off", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  await store.handoffs.replaceHandoffs(fence, [handoff("a", "sales")], "sales");
  function* broken(): Iterable<Handoff> {
    yield handoff("b", "sales");
    throw new Error("no further");
  }
  await expect(store.handoffs.replaceHandoffs(fence, broken(), "sales")).rejects.toThrow("no further");
  expect((await store.handoffs.handoffs("sales")).map(({ id }) => id)).toEqual(["a"]);
  await store.close();
});
