import { afterEach, describe, expect, test } from "@jest/globals";
import { isStale, isUnknown } from "../../src/connectors/kit/index.ts";
import type { Connection, UpdateCommand, WriteFace } from "../../src/connectors/kit/index.ts";
import type { Dial } from "./harness.ts";
import type { WritingHarness, WritingWorld } from "./writing-harness.ts";
import { WRITING_HARNESSES } from "./writing-harnesses.ts";
import { openWriting } from "./writing-stage.ts";

const { signal } = new AbortController();
const MINUTE = 60_000;
const MARKER = "hub:0f3a";

interface Stage {
  readonly world: WritingWorld;
  readonly connection: Connection;
  readonly write: WriteFace;
  readonly created: () => Promise<string>;
  readonly renaming: (id: string, name: string, unmodifiedSince?: number) => UpdateCommand;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function setStage(harness: WritingHarness): Promise<Stage> {
  const { world, connection, write } = await openWriting(harness);
  open.push(() => world.close());
  open.push(() => connection.close());
  return {
    world,
    connection,
    write,
    created: async () => {
      const { id } = await write.create(world.creation(MARKER), signal);
      world.served.clock.advance(MINUTE);
      return id;
    },
    renaming: (id, name, unmodifiedSince) => ({
      stream: harness.stream,
      id,
      fields: world.naming(name),
      idempotencyKey: `${id} ${name}`,
      ...(unmodifiedSince === undefined ? {} : { unmodifiedSince }),
    }),
  };
}

const errorOf = (write: Promise<unknown>): Promise<unknown> =>
  write.then(
    () => null,
    (error: unknown) => error,
  );

/** How many calls the dials have struck. */
async function struck(world: WritingWorld): Promise<number> {
  const log = await world.served.control("GET", "//dials/log");
  return Array.isArray(log) ? log.length : 0;
}

/** What leaves nobody knowing whether a call was served. */
const LOST: readonly (readonly [string, Dial])[] = [
  ["the connection is closed before it is served", { fault: "reset" }],
  ["the connection is closed after it was served", { fault: "lost-answer" }],
  ["the answer is cut in the middle", { fault: "cut" }],
  ["the answer is no JSON", { fault: "malformed" }],
  ["the answer is empty", { fault: "empty" }],
  ["the answer is a page of something in between", { fault: "html", status: 200 }],
  ["the system fails with 503", { fault: "error", status: 503 }],
  ["a gateway fails with a page", { fault: "html", status: 502 }],
];

describe.each(WRITING_HARNESSES.map((harness) => [harness.title, harness] as const))("%s", (_title, harness) => {
  const { stream } = harness;

  test("are created whole, once, and found by their marker alone", async () => {
    const { world, write, created } = await setStage(harness);
    const before = await world.count();
    expect(await write.find(stream, MARKER, signal)).toEqual([]);
    const at = world.served.clock.now();
    const id = await created();
    const found = await write.find(stream, MARKER, signal);
    expect(found.map((one) => one.id)).toEqual([id]);
    expect(found[0]?.createdAt).toBeGreaterThanOrEqual(at);
    expect(await write.find(stream, `${MARKER}9`, signal)).toEqual([]);
    expect(await write.find(stream, MARKER.slice(0, -1), signal)).toEqual([]);
    expect(await world.count()).toBe(before + 1);
  });

  test("are surveyed before they are made: everything is there, and what one takes in calls is told", async () => {
    const { world, connection, write } = await setStage(harness);
    const { marker, ...creation } = world.creation(MARKER);
    const before = await world.count();
    const { slips, calls } = await write.survey(creation, signal);
    expect(slips).toEqual([]);
    expect(await world.count()).toBe(before);
    const place = { template: creation.template ?? null };
    const sofar = connection.calls();
    await write.find(stream, marker, signal, place);
    await write.create({ ...creation, marker }, signal);
    await write.find(stream, marker, signal, place);
    // What pull reads it back with is in what is told.
    const left = calls - (connection.calls() - sofar);
    expect([left > 0, left < 4]).toEqual([true, true]);
  });

  test("are surveyed before they are made: what names nothing is told with what there is", async () => {
    const { world, write } = await setStage(harness);
    const { marker: _, ...creation } = world.creation(MARKER);
    const { slips } = await write.survey({ ...creation, template: "No such thing" }, signal);
    expect(slips.map(({ field }) => field)).toEqual([null]);
    expect(slips[0]?.error.message).toContain("No such thing");
    expect(`${slips[0]?.error.message ?? ""} ${slips[0]?.error.remedy ?? ""}`).toMatch(
      /(?:There are|the record types): \w/u,
    );
    const odd = await write.survey({ ...creation, fields: { ...creation.fields, "No such field": null } }, signal);
    expect(odd.slips.map(({ field }) => field)).toEqual(["No such field"]);
    expect(odd.slips[0]?.error.remedy).toMatch(/^There are: \w/u);
  });

  test("are both found when somebody has made a copy, the older first", async () => {
    const { world, write, created } = await setStage(harness);
    const id = await created();
    const copy = await world.copy(id, MARKER);
    world.served.clock.advance(write.traits.settleMs);
    expect((await write.find(stream, MARKER, signal)).map((one) => one.id)).toEqual([id, copy]);
  });

  test("are changed, and left alone where they already are as wanted", async () => {
    const { world, write, created, renaming } = await setStage(harness);
    const id = await created();
    const receipt = await write.update(renaming(id, "New name", world.served.clock.now()), signal);
    expect(receipt).toMatchObject({ id, complete: true });
    expect(await world.nameOf(id)).toBe("New name");
    expect((await write.find(stream, MARKER, signal)).map((one) => one.id)).toEqual([id]);
  });

  test("are not written over what somebody changed after the plan", async () => {
    const { world, write, created, renaming } = await setStage(harness);
    const id = await created();
    const planned = world.served.clock.now();
    world.served.clock.advance(MINUTE);
    await world.rename(id, "By hand");
    world.served.clock.advance(MINUTE);
    const error = await errorOf(write.update(renaming(id, "Ours", planned), signal));
    expect([isStale(error), isUnknown(error)]).toEqual([true, false]);
    expect(await world.nameOf(id)).toBe("By hand");
  });

  test.each(LOST)("exist once at the most when %s, and are found once they must show", async (_what, dial) => {
    const { world, write } = await setStage(harness);
    const before = await world.count();
    await world.served.dial({ route: harness.creating, times: 1, ...dial });
    const error = await errorOf(write.create(world.creation(MARKER), signal));
    expect(await struck(world)).toBe(1);
    await world.served.undial();
    if (error !== null) expect(isUnknown(error)).toBe(true);
    world.served.clock.advance(write.traits.settleMs);
    const found = await write.find(stream, MARKER, signal);
    if (found.length === 0) await write.create(world.creation(MARKER), signal);
    for (const { id } of found) await write.complete({ ...world.creation(MARKER), id }, signal);
    world.served.clock.advance(write.traits.settleMs);
    expect(await write.find(stream, MARKER, signal)).toHaveLength(1);
    expect(await world.count()).toBe(before + 1);
  });

  test("are in doubt when the call that makes them is served and never answered", async () => {
    const { world, write } = await setStage(harness);
    const before = await world.count();
    await world.served.dial({ route: harness.creating, times: null, fault: "lost-answer", hang: true });
    const error = await errorOf(write.create(world.creation(MARKER), signal));
    await world.served.undial();
    if (error !== null) expect(isUnknown(error)).toBe(true);
    world.served.clock.advance(write.traits.settleMs);
    expect(await write.find(stream, MARKER, signal)).toHaveLength(1);
    expect(await world.count()).toBe(before + 1);
  });

  test.each(LOST)("are told to be changed perhaps when %s each time", async (_what, dial) => {
    const { world, write, created, renaming } = await setStage(harness);
    const id = await created();
    const before = await world.nameOf(id);
    await world.served.dial({ route: harness.changing, times: null, ...dial });
    const error = await errorOf(write.update(renaming(id, "Ours"), signal));
    expect(await struck(world)).toBeGreaterThan(0);
    await world.served.undial();
    const after = await world.nameOf(id);
    if (error === null) expect(after).toBe("Ours");
    else
      expect([isUnknown(error), isStale(error), [before, "Ours"].includes(after ?? "")]).toEqual([true, false, true]);
  });

  test.each([
    ["the system asks to slow down", { fault: "throttle", seconds: 2 }],
    ["the system refuses", harness.refusal],
  ] satisfies readonly (readonly [string, Dial])[])("are certainly not changed when %s", async (_what, dial) => {
    const { world, write, created, renaming } = await setStage(harness);
    const id = await created();
    const before = await world.nameOf(id);
    await world.served.dial({ route: harness.changing, times: null, ...dial });
    const error = await errorOf(write.update(renaming(id, "Ours"), signal));
    expect(await struck(world)).toBeGreaterThan(0);
    await world.served.undial();
    expect([error !== null, isUnknown(error), isStale(error)]).toEqual([true, false, false]);
    expect(await world.nameOf(id)).toBe(before);
  });

  test("go to nobody who has left: nothing is made or changed", async () => {
    const { world, write, created, renaming } = await setStage(harness);
    const command = world.creation("hub:other");
    const refused = write.create({ ...command, fields: { ...command.fields, ...world.toWhoLeft } }, signal);
    expect(await errorOf(refused)).toMatchObject({ code: "HUB-1250", disposition: "skip-record" });
    world.served.clock.advance(write.traits.settleMs);
    expect(await write.find(stream, "hub:other", signal)).toEqual([]);
    const change = { ...renaming(await created(), ""), fields: world.toWhoLeft };
    expect(await errorOf(write.update(change, signal))).toMatchObject({ code: "HUB-1250" });
  });

  test("are put away for good reason, found no more, and make room for another one", async () => {
    const { world, write, created } = await setStage(harness);
    const before = await world.count();
    const id = await created();
    const command = { stream, id, tag: "Taken back by plan 7", idempotencyKey: "undo" };
    await write.retire(command, signal);
    await write.retire({ ...command, idempotencyKey: "undo again" }, signal);
    world.served.clock.advance(write.traits.settleMs);
    expect(await write.find(stream, MARKER, signal)).toEqual([]);
    expect(await world.nameOf(id)).toBeNull();
    world.served.clock.advance(45 * MINUTE);
    expect(await created()).not.toBe(id);
    expect(await world.count()).toBe(before + 1);
  });

  const { halfDone } = harness;
  if (halfDone.dial === null) return;

  test("that are half done say what is missing, and are completed without a second one", async () => {
    const { world, write } = await setStage(harness);
    const before = await world.count();
    await world.served.dial(halfDone.dial);
    const half = await write.create(world.creation(MARKER), signal);
    await world.served.undial();
    expect(half.complete).toBe(false);
    expect(half.missing.join()).toMatch(/\w/u);
    const command = { ...world.creation(MARKER), id: half.id };
    expect(await write.complete(command, signal)).toMatchObject({ id: half.id, complete: true, missing: [] });
    expect(await write.complete(command, signal)).toMatchObject({ id: half.id, complete: true });
    expect(await write.find(stream, MARKER, signal)).toHaveLength(1);
    expect(await world.count()).toBe(before + 1);
  });
});
