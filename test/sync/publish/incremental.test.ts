import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { engineForTests } from "../../extracts/hyper/test-engine.ts";
import { AS_OF, faceOf, HOUR, metrics, startPublishWorld } from "./world.ts";
import type { PublishWorld } from "./world.ts";

jest.setTimeout(60_000);

const binary = await engineForTests();
const withEngine = binary === undefined ? describe.skip : describe;

let world: PublishWorld;
beforeAll(async () => {
  if (binary !== undefined) world = await startPublishWorld(binary, { chunkMegabytes: 0.1 });
});
beforeEach(() => world.begin());
afterAll(() => world.close());

withEngine("a data source that is published again", () => {
  test("is left alone when nothing has changed", async () => {
    expect(await world.publish(metrics(0, 500))).toMatchObject({ how: "created", checked: "content", why: null });
    await world.forgetCalls();
    expect(await world.publish(metrics(0, 500))).toMatchObject({ how: "unchanged", rowsSent: 0, bytesSent: 0 });
    const { "datasources.publish": published, "datasources.updateData": changed } = await world.operations();
    expect([published, changed]).toEqual([undefined, undefined]);
  });

  test("gets nothing but the as-of when only time has passed", async () => {
    await world.publish(metrics(0, 500));
    const later = await world.publish(metrics(0, 500), AS_OF + HOUR);
    expect(later).toMatchObject({ how: "delta", rowsSent: 1 });
    expect(await world.asOfThere()).toBe("2026-03-02 10:00:00");
    expect(await world.there()).toEqual(metrics(0, 500));
  });

  test("gets the rows that are new, changed and gone, and no others", async () => {
    const before = await world.publish(metrics(0, 1000));
    const after = metrics(5, 1003).set("metric 00500", -1.5);
    const sent = await world.publish(after);
    // Three are new, one has changed, five are gone.
    expect(sent).toMatchObject({ how: "delta", rowsSent: 9, checked: "content", chunks: 1 });
    expect(sent.requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);
    expect(sent.standing.id).toBe(before.standing.id);
    expect(await world.there()).toEqual(after);
  });

  test("is fetched back whole after the first changes, and then once those since add up to a tenth of it", async () => {
    await world.publish(metrics(0, 1000));
    const checked: string[] = [];
    for (let round = 1; round <= 4; round += 1) {
      const values = metrics(0, 1000);
      for (const [metric] of metrics(0, 40)) values.set(metric, -round);
      checked.push((await world.publish(values)).checked);
    }
    expect(checked).toEqual(["content", "job", "job", "content"]);
  });

  test("is sent whole when more has changed than is worth picking out", async () => {
    await world.publish(metrics(0, 1000));
    const most = await world.publish(metrics(400, 1400));
    expect(most).toMatchObject({ how: "overwritten", why: "800 of 1,002 rows have changed." });
    expect(await world.publish(metrics(0, 1000), AS_OF, { wholeAbove: 0.9 })).toMatchObject({ how: "delta" });
    expect(await world.there()).toEqual(metrics(0, 1000));
  });

  test("is sent whole when somebody else has been there, and never built upon", async () => {
    await world.publish(metrics(0, 300));
    const stranger = await world.extract(metrics(0, 10));
    const face = faceOf(await world.connect());
    const command = { name: "Data quality", project: world.project, description: "", file: stranger.file, tags: [] };
    await face.publish(command, new AbortController().signal);
    const sent = await world.publish(metrics(1, 300));
    expect(sent).toMatchObject({ how: "overwritten", why: "Somebody else has changed the data source." });
    expect(await world.there()).toEqual(metrics(1, 300));
  });

  test("is sent whole when what was published last is not remembered or cannot be read", async () => {
    await world.publish(metrics(0, 300));
    const published = world.folder;
    for (const name of await readdir(join(published, "rows"))) await writeFile(join(published, "rows", name), "PAR1");
    const unreadable = await world.publish(metrics(1, 300));
    expect(unreadable.how).toBe("overwritten");
    expect(unreadable.why).toContain("cannot be read");
    await rm(published, { recursive: true, force: true });
    await mkdir(join(published, "deltas"), { recursive: true });
    const forgotten = await world.publish(metrics(2, 300));
    expect(forgotten).toMatchObject({ how: "overwritten", why: "Nothing is remembered here of what stands there." });
    await writeFile(join(published, "fact_data_quality.json"), "{");
    expect((await world.publish(metrics(3, 300))).how).toBe("overwritten");
    expect(await world.publish(metrics(4, 300))).toMatchObject({ how: "delta" });
    expect(await world.there()).toEqual(metrics(4, 300));
  });

  test("is created where it is not, whatever is remembered of another place", async () => {
    await world.publish(metrics(0, 10));
    const source = await world.extract(metrics(0, 10));
    expect(await world.send(source, { project: ["Somewhere else"] })).toMatchObject({ how: "created" });
  });

  test("is asked for each change under an id of its own", async () => {
    await world.publish(metrics(0, 300));
    const first = await world.publish(metrics(1, 300));
    const back = await world.publish(metrics(0, 300));
    // The same change as the first, but of a later state: an id seen before would be taken for done.
    const again = await world.publish(metrics(1, 300));
    expect(new Set([first.requestId, back.requestId, again.requestId, null]).size).toBe(4);
    expect(await world.there()).toEqual(metrics(1, 300));
  });

  test("is sent whole where changed rows are not taken (HUB-5117)", async () => {
    await world.publish(metrics(0, 300));
    await world.server.control("/settings", { dataUpdates: false });
    const nothing = {
      id: (await world.before.read("fact_data_quality", "tableau-cloud"))?.id ?? "",
      name: "Data quality",
    };
    const file = (await world.extract(metrics(0, 1))).file;
    const command = { ...nothing, file, changes: [], requestId: "1" };
    await expect(world.face.changeRows(command, new AbortController().signal)).rejects.toMatchObject({
      code: "HUB-5117",
    });
    const sent = await world.publish(metrics(1, 300));
    expect(sent.how).toBe("overwritten");
    expect(sent.why).toMatch(/^Tableau does not change rows of data sources here/u);
    expect(await world.there()).toEqual(metrics(1, 300));
  });
});

withEngine("the document of a data source", () => {
  test("is published with it in a package, stays through changes of rows, and is sent again when it has changed", async () => {
    await world.publish(metrics(0, 300));
    await world.publish(metrics(1, 300));
    const standing = await world.face.find("Data quality", world.project, new AbortController().signal);
    const file = join(world.directory, "fetched.tdsx");
    await world.face.download({ id: standing?.id ?? "" }, file, new AbortController().signal);
    expect((await readFile(file)).includes("Data quality.tds")).toBe(true);
    const memory = await world.before.read("fact_data_quality", "tableau-cloud");
    if (memory === null) throw new Error("Nothing is remembered.");
    await world.before.note("fact_data_quality", memory, { document: "another one" });
    const why = "Its captions, comments or relationships have changed.";
    expect(await world.publish(metrics(1, 300))).toMatchObject({ how: "overwritten", why });
  });
});

withEngine("one changed row in a hundred", () => {
  test("is what is sent, in bytes, too", async () => {
    const whole = await world.publish(metrics(0, 60_000));
    const values = metrics(0, 60_000);
    for (const [metric] of metrics(0, 600)) values.set(metric, -1);
    const sent = await world.publish(values, AS_OF + HOUR);
    expect(sent).toMatchObject({ how: "delta", rowsSent: 601 });
    expect(sent.bytesSent).toBeLessThan(whole.bytesSent / 3);
    expect(await world.there()).toEqual(values);
  });
});

withEngine("changed rows", () => {
  test("are uploaded in chunks where they are many, and sent as a whole where they are too many for one update", async () => {
    await world.publish(metrics(0, 20_000));
    const chunked = await world.publish(metrics(3000, 20_000));
    expect(chunked).toMatchObject({ how: "delta", why: null });
    expect(chunked.chunks).toBeGreaterThan(1);
    const face = { ...world.face, largestUpdate: 10_000 };
    const whole = await world.send(await world.extract(metrics(0, 20_000)), { face });
    expect(whole).toMatchObject({ how: "overwritten", why: "What changed is more than one update may carry." });
    expect(await world.there()).toEqual(metrics(0, 20_000));
  });
});
