import { afterEach, describe, expect, test } from "@jest/globals";
import { isStale, isUnknown } from "../../src/connectors/kit/index.ts";
import type { WriteReceipt } from "../../src/connectors/kit/index.ts";
import { drawFrom } from "./draw.ts";
import type { Dial, Draw } from "./harness.ts";
import { openWriting } from "./writing-stage.ts";
import { WRITING_HARNESSES } from "./writing-harnesses.ts";

const { signal } = new AbortController();
const SEEDS = [1, 2, 3, 4, 5, 6];
const MARKER = "hub:5707";
const MOST_TRIES = 60;

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

const FAULTS: readonly Dial[] = [
  { fault: "reset" },
  { fault: "lost-answer" },
  { fault: "lost-answer", hang: true },
  { fault: "cut" },
  { fault: "malformed" },
  { fault: "html", status: 502 },
  { fault: "error", status: 503 },
  { fault: "throttle", seconds: 3 },
];

const storm = (draw: Draw): readonly Dial[] =>
  FAULTS.filter(() => draw.chance(0.6)).map((fault) => ({ ...fault, rate: draw.next() * 0.25, times: null }));

/** As whoever writes has to go on: after a doubt it waits until everything must show, looks, and only then sends again. */
async function persistently(
  waitOut: () => void,
  look: () => Promise<string | null>,
  send: () => Promise<WriteReceipt>,
): Promise<WriteReceipt | string> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (isStale(error)) throw error;
      if (!isUnknown(error)) continue;
      for (let looks = 0; ; looks += 1) {
        waitOut();
        try {
          const found = await look();
          if (found !== null) return found;
          break;
        } catch (unseen) {
          if (looks > MOST_TRIES) throw unseen;
        }
      }
    }
  }
  throw new Error("nothing was done in the end");
}

describe.each(WRITING_HARNESSES.map((harness) => [harness.title, harness] as const))("%s", (_title, harness) => {
  const { stream } = harness;

  test.each(SEEDS)("are written once and finished in whatever goes wrong on the way (seed %i)", async (seed) => {
    const { world, connection, write } = await openWriting(harness);
    open.push(() => world.close());
    open.push(() => connection.close());
    const { clock } = world.served;
    const before = await world.count();
    const waitOut = (): void => {
      clock.advance(write.traits.settleMs);
    };
    await world.served.dial(...storm(drawFrom(seed)));
    const command = world.creation(MARKER);
    const find = async (): Promise<string | null> => (await write.find(stream, MARKER, signal, command))[0]?.id ?? null;
    const made = await persistently(waitOut, find, () => write.create(command, signal));
    const id = typeof made === "string" ? made : made.id;
    let complete = typeof made !== "string" && made.complete;
    for (let tries = 0; !complete && tries < MOST_TRIES; tries += 1) {
      clock.advance(600_000);
      const receipt = await write.complete({ ...command, id }, signal).catch(() => null);
      complete = receipt?.complete === true;
    }
    expect(complete).toBe(true);
    const name = `Renamed ${seed}`;
    const renamed = async (): Promise<string | null> => ((await world.nameOf(id)) === name ? id : null);
    await persistently(waitOut, renamed, () =>
      write.update({ stream, id, fields: world.naming(name), idempotencyKey: name }, signal),
    );
    await world.served.undial();
    expect(await world.nameOf(id)).toBe(name);
    expect((await write.find(stream, MARKER, signal)).map((one) => one.id)).toEqual([id]);
    expect(await world.count()).toBe(before + 1);
  });
});
