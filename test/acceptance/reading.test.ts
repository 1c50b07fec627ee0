import { describe, expect, test } from "@jest/globals";
import { heldIn } from "./compare.ts";
import { problemsIn } from "./hub.ts";
import { causeOf, endOf, EVERY, HOUR, isWithout, MINUTE, setStage, storedOf } from "./stage.ts";

describe.each(EVERY)("%s", (_title, harness) => {
  const { main } = harness;

  test("describes every stream that is read, with each field that is selected", async () => {
    const { world, hub } = await setStage(harness);
    const connection = await hub.connect();
    const { signal } = new AbortController();
    const identity = await connection.identify(signal);
    expect(identity.tenant).not.toBe("");
    for (const [stream, fields] of Object.entries(world.selection)) {
      const { fields: described } = await connection.describe(stream, signal);
      expect(described.map(({ name }) => name)).toEqual(expect.arrayContaining([...fields]));
    }
    await connection.close();
  });

  test("reads everything there is, and counts it as the source does", async () => {
    const { sync, expectTruth, hub } = await setStage(harness);
    const { report } = await sync();
    await expectTruth();
    const held = await heldIn(hub.store);
    expect(held.get(main)?.size).toBeGreaterThan(20);
    for (const { stream, stored, sourceCount } of report?.connections[0]?.certificates ?? []) {
      if (sourceCount !== null) expect(`${stream} ${stored}`).toBe(`${stream} ${sourceCount}`);
    }
  });

  test("reads nothing twice: a second reading, a full one and a sweep change nothing", async () => {
    const { sync, hub, settle } = await setStage(harness);
    await sync();
    const before = await heldIn(hub.store);
    for (const mode of ["incremental", "full", "sweep"] as const) {
      settle();
      const result = await sync(mode);
      expect({ mode, ...storedOf(result, main), unchanged: 0 }).toEqual({
        mode,
        inserted: 0,
        changed: 0,
        unchanged: 0,
        removed: 0,
      });
    }
    expect((await heldIn(hub.store)).get(main)).toEqual(before.get(main));
  });

  test("reads exactly what changed", async () => {
    const { world, sync, expectTruth, settle } = await setStage(harness);
    await sync();
    settle();
    const [first = "", second = ""] = await world.ids();
    await world.change(first, 1);
    await world.change(second, 2);
    await world.create(3);
    settle();
    const result = await sync();
    expect(storedOf(result, main)).toMatchObject({ inserted: 3, changed: 2, removed: 0 });
    await expectTruth();
    settle();
    expect(storedOf(await sync(), main)).toMatchObject({ inserted: 0, changed: 0, removed: 0 });
  });

  test("loses none of the records that share one stamp, over page borders and after the mark", async () => {
    const { world, sync, expectTruth, settle } = await setStage(harness);
    await sync();
    settle();
    await world.create(30);
    await sync();
    await world.create(5);
    await sync();
    settle();
    await sync();
    await expectTruth();
    const ids = await world.ids();
    settle();
    for (const [salt, id] of ids.slice(0, 25).entries()) await world.change(id, salt);
    settle();
    expect(storedOf(await sync(), main)).toMatchObject({ inserted: 0, changed: 25 });
    await expectTruth();
  });

  test("finds what becomes visible after its stamp was passed", async () => {
    const { world, sync, expectTruth, settle } = await setStage(harness);
    await sync();
    settle();
    if (isWithout(harness, "late", world.late !== undefined)) return;
    const appear = await world.late?.();
    world.served.clock.advance(3 * MINUTE);
    await world.create(1);
    await sync();
    await appear?.();
    await sync();
    await expectTruth();
  });

  test.each(["soft", "hard", "archive"] as const)("ends a record that is gone (%s), and none else", async (how) => {
    if (isWithout(harness, how, harness.removals.includes(how))) return;
    const { world, hub, sync, expectTruth, settle } = await setStage(harness);
    await sync();
    const [doomed = ""] = await world.ids();
    await world.remove(doomed, how);
    settle();
    await sync();
    await sync("sweep");
    expect(await causeOf(hub, main, doomed)).toBe(how === "archive" ? "archived" : "deleted");
    await expectTruth();
  });

  test("takes back a record that comes out of the bin again", async () => {
    const { world, hub, sync, expectTruth, settle } = await setStage(harness);
    await sync();
    const [back = ""] = await world.ids();
    await world.remove(back, "soft");
    settle();
    await sync();
    expect(await causeOf(hub, main, back)).toBe("deleted");
    settle();
    await world.undelete(back);
    settle();
    await sync();
    await sync("sweep");
    expect(await causeOf(hub, main, back)).toBe(null);
    await expectTruth();
  });

  test("finds a move that bumps no date", async () => {
    const { world, sync, expectTruth, settle } = await setStage(harness);
    await sync();
    settle();
    if (isWithout(harness, "move", world.move !== undefined)) return;
    const [moved = ""] = await world.ids();
    await world.move?.(moved);
    settle();
    await sync();
    await expectTruth();
  });

  test("tells a merge from a deletion, and into what", async () => {
    const { world, hub, sync, expectTruth, settle } = await setStage(harness);
    if (isWithout(harness, "merge", world.merge !== undefined)) return;
    await sync();
    for (const stream of harness.merges) {
      const { winner, loser } = (await world.merge?.(stream)) ?? { winner: "", loser: "" };
      settle();
      await sync();
      expect({ stream, ...(await endOf(hub, stream, loser)) }).toEqual({
        stream,
        cause: "merged",
        mergedInto: winner,
      });
      await expectTruth();
    }
    await sync("sweep");
    await expectTruth();
  });

  test("never takes what is out of sight for deleted, and finds it again", async () => {
    const { world, hub, sync, expectTruth, settle } = await setStage(harness);
    await sync();
    settle();
    const unseen = await world.hide(true);
    expect(unseen.length).toBeGreaterThan(0);
    await hub.pull();
    settle();
    await hub.pull("sweep");
    const causes = new Set<string | null | undefined>();
    for (const id of unseen) causes.add(await causeOf(hub, main, id));
    expect([...causes]).toEqual(["visibility lost"]);
    await expectTruth();
    await world.hide(false);
    settle();
    await sync();
    await sync("sweep");
    await expectTruth();
  });

  test("refuses the credentials of a second tenant and leaves the store as it is", async () => {
    const { hub, sync, expectTruth } = await setStage(harness);
    await sync();
    const other = await setStage(harness, { otherTenant: true, seed: 12 });
    const { report } = await hub.pull("full", { world: other.world });
    expect(problemsIn(report)).toEqual(["HUB-1105"]);
    await expectTruth();
    await sync();
  });

  test("keeps covering without a gap over a day of changes", async () => {
    const { world, sync, expectTruth, settle } = await setStage(harness);
    await sync();
    for (let cycle = 0; cycle < 6; cycle += 1) {
      const ids = await world.ids();
      await world.change(ids[cycle] ?? "", cycle);
      await world.create(2);
      world.served.clock.advance(cycle % 2 === 0 ? 20_000 : HOUR);
      await sync();
    }
    settle();
    await sync();
    await expectTruth();
  });
});
