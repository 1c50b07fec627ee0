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

test("what handoffs lack is counted by contract, over those that are expected of a source", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  const lacking: readonly Handoff[] = [
    { ...handoff("a", "sales"), lacks: ["csm", "amount"] },
    { ...handoff("b", "sales"), lacks: ["csm"] },
    handoff("c", "sales"),
    { ...handoff("d", "sales"), lacks: ["csm"], historical: true },
    { ...handoff("e", "sales"), lacks: ["csm"], link: "revoked", label: "revoked" },
    { ...handoff("f", "sales"), sourceKey: null, link: "orphan", label: "orphan" },
    handoff("g", "product"),
  ];
  await store.handoffs.replaceHandoffs(fence, lacking);
  expect(await store.handoffs.lacking()).toEqual([
    { contract: "product", handoffs: 1, lacks: 0 },
    { contract: "sales", handoffs: 3, lacks: 3 },
  ]);
  await store.close();
});
