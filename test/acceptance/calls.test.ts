import { describe, expect, test } from "@jest/globals";
import type { PullResult } from "./hub.ts";
import { EVERY, setStage } from "./stage.ts";

const SIGN_IN = 1;

/** Projects, boards, objects and lists that are read, each with one call at the least. */
function partitionsOf({ report }: PullResult): number {
  const certificates = report?.connections.flatMap((connection) => connection.certificates) ?? [];
  return certificates.reduce((sum, { partitions }) => sum + partitions, 0);
}

describe.each(EVERY)("%s", (_title, harness) => {
  test("reads in full with hardly more calls than there are pages and parents", async () => {
    const { world, sync } = await setStage(harness, { records: 150, rowsPerPage: 10 });
    await world.counted();
    const result = await sync();
    const calls = await world.counted();
    const { pages, parents } = await world.leastCalls();
    // Signing in and describing each partition once do not grow with the records.
    expect(calls).toBeLessThanOrEqual(Math.ceil(1.05 * pages) + parents + partitionsOf(result) + SIGN_IN);
  });

  test("spends one call per partition when nothing changed, and the pages of lists that cannot be filtered", async () => {
    const { world, sync, settle } = await setStage(harness);
    await sync();
    settle();
    await sync();
    settle();
    await world.counted();
    const result = await sync();
    expect(await world.counted()).toBeLessThanOrEqual(partitionsOf(result) + SIGN_IN);
  });

  test("counts for itself the calls that the system counts", async () => {
    const { world, sync } = await setStage(harness);
    await world.counted();
    const { report } = await sync();
    const counted = await world.counted();
    const told = report?.connections[0]?.calls ?? 0;
    expect(Math.abs(told - counted)).toBeLessThanOrEqual(1);
  });
});
