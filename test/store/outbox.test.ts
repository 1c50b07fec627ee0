import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pauseOf } from "../../src/model/index.ts";
import type { Approval, Fence, StorePort } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore } from "../support/store.ts";

let store: StorePort;
let fence: Fence;

beforeEach(async () => {
  store = memoryStore();
  fence = await begin(store);
});

afterEach(() => store.close());

const APPROVAL: Approval = {
  id: "a1",
  planHash: "p1",
  operationIds: ["o1", "o2"],
  by: "Dana Ortiz",
  at: AS_OF,
  until: AS_OF + 1000,
  kind: "person",
};

function taken(operationId: string, approvalId = "a1", connection = "asana-main") {
  return {
    operationId,
    planHash: "p1",
    approvalId,
    handoffId: "h1",
    action: "create" as const,
    field: null,
    connection,
    idempotencyKey: `key ${operationId}`,
    targetKey: null,
    before: null,
    after: { name: "Acme", due: { day: "2026-12-01" } },
  };
}

async function resume(connection: string | null = null): Promise<void> {
  await store.outbox.recordPause({ connection, kind: "resume", by: "Dana Ortiz", at: AS_OF, reason: "ready" });
}

describe("pauses", () => {
  test("hold every connection of a new installation", async () => {
    const words = await store.outbox.pauses();
    expect(pauseOf(words, "asana-main")).toMatchObject({ kind: "pause", connection: null });
    await store.outbox.take(fence, [taken("o1")]);
    expect(await store.outbox.markSent(fence, "o1", "u1", AS_OF)).toBe(false);
    expect(await store.outbox.entries({ states: ["planned"] })).toHaveLength(1);
  });

  test("end for the connection that somebody lets write again, and no other", async () => {
    await store.outbox.take(fence, [taken("o1"), taken("o2", "a1", "salesforce-prod")]);
    await resume("asana-main");
    expect(await store.outbox.markSent(fence, "o1", "u1", AS_OF)).toBe(true);
    expect(await store.outbox.markSent(fence, "o2", "u1", AS_OF)).toBe(false);
  });

  test("come from the newest word that concerns a connection", async () => {
    await resume();
    await store.outbox.recordPause({ connection: "a", kind: "pause", by: "x", at: AS_OF, reason: "audit" });
    expect(pauseOf(await store.outbox.pauses(), "a")).toMatchObject({ reason: "audit" });
    expect(pauseOf(await store.outbox.pauses(), "b")).toBeNull();
  });
});

describe("an operation in the outbox", () => {
  test("keeps what was planned, and tells its life", async () => {
    await resume();
    await store.outbox.approve(fence, APPROVAL);
    await store.outbox.approve(fence, APPROVAL);
    expect(await store.outbox.approvals()).toEqual([APPROVAL]);
    await store.outbox.take(fence, [taken("o1")]);
    await store.outbox.markSent(fence, "o1", "u1", AS_OF + 1);
    const problem = { code: "HUB-2699", message: "cut", place: {} };
    await store.outbox.settle(fence, "o1", { state: "unknown", at: AS_OF + 2, problem });
    expect(await store.outbox.entries({ handoffId: "h1" })).toMatchObject([
      {
        state: "unknown",
        attempts: 1,
        account: "u1",
        sentAt: AS_OF + 1,
        settledAt: AS_OF + 2,
        problem,
        after: taken("o1").after,
      },
    ]);
    await store.outbox.settle(fence, "o1", { state: "confirmed", at: AS_OF + 3, nativeId: "9", targetKey: "a/t/s/9" });
    expect(await store.outbox.entries({ operationIds: ["o1"] })).toMatchObject([{ nativeId: "9", problem: null }]);
    expect((await store.outbox.receipts(["o1"])).map(({ event, detail }) => [event, detail])).toEqual([
      ["sent", null],
      ["settled", "unknown: HUB-2699 cut"],
      ["settled", "confirmed"],
    ]);
  });

  test("is taken up again after a failure, not while it is open, and once confirmed only under a new approval", async () => {
    await resume();
    const state = async (): Promise<string | undefined> => (await store.outbox.entries())[0]?.state;
    await store.outbox.take(fence, [taken("o1")]);
    await store.outbox.markSent(fence, "o1", "u1", AS_OF);
    await store.outbox.take(fence, [taken("o1", "a2")]);
    expect(await state()).toBe("sent");
    await store.outbox.settle(fence, "o1", { state: "failed", at: AS_OF });
    await store.outbox.take(fence, [taken("o1", "a2")]);
    expect(await state()).toBe("planned");
    await store.outbox.settle(fence, "o1", { state: "confirmed", at: AS_OF });
    await store.outbox.take(fence, [taken("o1", "a2")]);
    expect(await state()).toBe("confirmed");
    await store.outbox.take(fence, [taken("o1", "a3")]);
    expect(await state()).toBe("planned");
  });

  test("is not sent by a run whose lease went to another (HUB-3003)", async () => {
    await resume();
    await store.outbox.take(fence, [taken("o1")]);
    await begin(store, "host:2", () => false);
    await expect(store.outbox.markSent(fence, "o1", "u1", AS_OF)).rejects.toMatchObject({ code: "HUB-3003" });
    expect(await store.outbox.entries({ states: ["sent"] })).toEqual([]);
  });
});

describe("decisions, bases and confirmed links", () => {
  const links = [
    { handoffId: "h1", contract: "c", sourceKey: "s", targetKey: "t", operationId: "o1", at: AS_OF },
  ] as const;

  test("come back as they were recorded", async () => {
    const { handoffs } = store;
    const match = { contract: null, a: "x", b: "y", kind: "reject", by: "me", at: AS_OF, reason: "other" } as const;
    await handoffs.recordMatchDecision(fence, match);
    const conflict = { handoffId: "h1", field: "f", take: "source", by: "me", at: AS_OF, reason: "newer" } as const;
    await handoffs.recordConflictDecision(fence, conflict);
    await handoffs.saveBases(fence, [{ handoffId: "h1", fields: { amount: 1, due: { day: "2026-01-01" } } }], AS_OF);
    await handoffs.saveBases(fence, [{ handoffId: "h1", fields: { amount: 2 } }], AS_OF);
    await handoffs.saveConfirmedLinks(fence, links);
    expect(await handoffs.matchDecisions()).toEqual([match]);
    expect(await handoffs.conflictDecisions()).toEqual([conflict]);
    const fields = { amount: 2, due: { day: "2026-01-01" } };
    expect(await Array.fromAsync(handoffs.bases())).toEqual([[{ handoffId: "h1", fields }]]);
    expect(await handoffs.baseOf("h1")).toEqual(fields);
    expect(await handoffs.baseOf("h2")).toBeNull();
    expect(await handoffs.confirmedLinks()).toEqual(links);
  });

  test("outlive a rebuild of what is derived, and show in the fingerprint without their times", async () => {
    const empty = await store.fingerprint();
    await store.handoffs.saveConfirmedLinks(fence, links);
    await store.outbox.approve(fence, APPROVAL);
    const before = await store.fingerprint();
    expect(before).not.toBe(empty);
    await store.dropDerived(fence);
    expect(await store.fingerprint()).toBe(before);
    await store.handoffs.saveConfirmedLinks(
      fence,
      links.map((link) => ({ ...link, at: AS_OF + 5 })),
    );
    expect(await store.fingerprint()).toBe(before);
  });
});
