import { describe, expect, test } from "@jest/globals";
import { problemsIn } from "./hub.ts";
import { causeOf, EVERY, HOUR, isWithout, setStage } from "./stage.ts";

const NIGHTS = 40;

describe.each(EVERY)("%s", (_title, harness) => {
  test("is swept in several nights when a part of it costs more than the budget of one", async () => {
    if (isWithout(harness, "sweep in parts", harness.lacks["sweep in parts"] === undefined)) return;
    const { world, hub, sync, expectTruth, settle } = await setStage(harness, { records: 60, rowsPerPage: 5 });
    await sync();
    settle();
    const ids = await world.ids();
    // What no increment tells of, at both ends of the listing.
    const gone = [ids[0] ?? "", ids.at(-1) ?? ""];
    for (const id of gone) await world.remove(id, "hard");
    let nights = 0;
    const causes = async (): Promise<readonly unknown[]> =>
      Promise.all(gone.map((id) => causeOf(hub, harness.main, id)));
    for (; (await causes()).includes(null) && nights < NIGHTS; nights += 1) {
      world.served.clock.advance(24 * HOUR);
      const { report } = await hub.pull("sweep", { sweepCalls: 7 });
      if (report?.complete !== true) expect(problemsIn(report).join(" ")).toContain("HUB-1204");
    }
    // After so many nights the source may no longer say whether they were deleted.
    expect(await causes()).not.toContain(null);
    expect(nights).toBeGreaterThan(1);
    await hub.pull();
    await expectTruth();
  });
});
