import { expect, test } from "@jest/globals";
import type { Holder } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore } from "../support/store.ts";

const HOUR = 3_600_000;
const holder = (owner: string, changes: Partial<Holder> = {}): Holder => ({
  owner,
  isAlive: () => true,
  wallNow: () => AS_OF,
  ...changes,
});

test("what one process has no other may take, until it is given back by its own", async () => {
  const store = memoryStore();
  expect(await store.holds.take("a token", holder("host:1"))).toBeNull();
  expect(await store.holds.take("a token", holder("host:1"))).toBeNull();
  expect(await store.holds.take("a token", holder("host:2"))).toBe("host:1");
  expect(await store.holds.take("another", holder("host:2"))).toBeNull();
  await store.holds.giveBack("a token", "host:2");
  expect(await store.holds.take("a token", holder("host:2"))).toBe("host:1");
  await store.holds.giveBack("a token", "host:1");
  expect(await store.holds.take("a token", holder("host:2"))).toBeNull();
});

test("what a process has that is known to be dead, or has not been kept for an hour, is taken over", async () => {
  const store = memoryStore();
  await store.holds.take("a token", holder("host:1"));
  expect(await store.holds.take("a token", holder("host:2", { isAlive: () => false }))).toBeNull();
  const later = (ms: number) => holder("host:3", { wallNow: () => AS_OF + ms });
  expect(await store.holds.take("a token", later(HOUR - 1))).toBe("host:2");
  expect(await store.holds.take("a token", later(HOUR))).toBeNull();
});

test("a hold is no writer's lease: a look may have one while another process's run goes on", async () => {
  const store = memoryStore();
  await begin(store, "host:1");
  expect(await store.holds.take("writer", holder("host:2"))).toBeNull();
  await expect(begin(store, "host:2")).rejects.toMatchObject({ code: "HUB-3002" });
});
