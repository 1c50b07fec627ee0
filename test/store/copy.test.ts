import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { HubError } from "../../src/model/index.ts";
import { openStore } from "../../src/store/index.ts";
import { AS_OF, begin, fixedClock, memoryStore, page, record } from "../support/store.ts";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-copy-"));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

test("a copy holds everything, is held by nobody and changes nothing in its original", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  await store.records.commitPage(fence, page([record("a", { n: 1 })]));
  const path = join(directory, "copy.sqlite");

  await store.copyTo(path);
  const copy = openStore(path, fixedClock);
  expect(await copy.fingerprint()).toBe(await store.fingerprint());
  const own = await begin(copy);
  await copy.records.commitPage(own, page([record("a", { n: 2 })], { seenAt: AS_OF + 1 }));
  await copy.close();

  expect(
    (await store.records.history({ system: "salesforce", tenant: "t1", stream: "things", id: "a" }))?.versions,
  ).toHaveLength(1);
  await store.records.commitPage(fence, page([record("b", {})]));
});

test("a copy takes nobody's place", async () => {
  const store = memoryStore();
  const path = join(directory, "taken.sqlite");
  await store.copyTo(path);
  const error: unknown = await store.copyTo(path).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(HubError);
  expect(error).toMatchObject({ code: "HUB-3001" });
});
