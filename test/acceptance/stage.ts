import { afterEach, expect } from "@jest/globals";
import type { ReadMode } from "../../src/connectors/kit/index.ts";
import { differencesOf, heldIn } from "./compare.ts";
import type { Capability, Harness, World, WorldOptions } from "./harness.ts";
import { HARNESSES } from "./harnesses.ts";
import { openHub, problemsIn } from "./hub.ts";
import type { PullResult, PullRun, WorldHub } from "./hub.ts";

/** Every connector with its name, for `describe.each`. */
export const EVERY = HARNESSES.map((harness) => [harness.definition.title, harness] as const);

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A world with a hub over an empty store, closed after the test. */
export interface Stage {
  readonly world: World;
  readonly hub: WorldHub;
  /** Reads and expects to be told that nothing is missing. */
  readonly sync: (mode?: ReadMode, run?: PullRun) => Promise<PullResult>;
  /** Proves that the store holds what is true: nothing lost, double, stale or wrongly removed. */
  readonly expectTruth: () => Promise<void>;
  /** Moves time beyond what may commit or show late. */
  readonly settle: () => void;
  /** Another hub with an empty store over the same world. */
  readonly anotherHub: () => WorldHub;
}

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

export async function setStage(harness: Harness, options: Partial<WorldOptions> = {}): Promise<Stage> {
  const world = await harness.start({ seed: 11, records: 40, rowsPerPage: 12, ...options });
  open.push(() => world.close());
  const anotherHub = (): WorldHub => {
    const hub = openHub(harness, world);
    let closed = false;
    const close = async (): Promise<void> => {
      if (!closed) await hub.close();
      closed = true;
    };
    open.push(close);
    return { ...hub, close };
  };
  const hub = anotherHub();
  return {
    world,
    hub,
    anotherHub,
    sync: async (mode, run) => {
      const result = await hub.pull(mode, run);
      expect(problemsIn(result.report)).toEqual([]);
      expect(result.report?.complete).toBe(true);
      return result;
    },
    expectTruth: () => expectTruth(harness, world, hub),
    settle: () => {
      world.served.clock.advance(HOUR);
    },
  };
}

export async function expectTruth(harness: Harness, world: World, hub: WorldHub): Promise<void> {
  expect(await differencesOf(hub.store, await world.truth(), harness.compared)).toEqual([]);
}

/** What a run stored of a stream. */
export function storedOf(
  result: PullResult,
  stream: string,
): { readonly inserted: number; readonly changed: number; readonly unchanged: number; readonly removed: number } {
  const certificates = result.report?.connections.flatMap((connection) => connection.certificates) ?? [];
  const {
    inserted = 0,
    changed = 0,
    unchanged = 0,
    removed = 0,
  } = certificates.find((each) => each.stream === stream) ?? {};
  return { inserted, changed, unchanged, removed };
}

/**
 * Whether a part of the suite cannot be tried on a system. Then the harness has to say why, which is printed; a harness
 * that says so of what it can do is wrong, too.
 */
export function isWithout(harness: Harness, capability: Capability, can: boolean): boolean {
  const reason = harness.lacks[capability];
  expect({ capability, can }).toEqual({ capability, can: reason === undefined });
  if (reason === undefined) return false;
  process.stdout.write(`${harness.definition.title} is without ${capability}: ${reason}\n`);
  return true;
}

/** How a record ended and what it went into. */
export async function endOf(
  hub: WorldHub,
  stream: string,
  id: string,
): Promise<{ readonly cause: string | null; readonly mergedInto: string | null }> {
  const key = (await hub.store.records.find(id)).find((one) => one.stream === stream);
  const removed = key === undefined ? null : ((await hub.store.records.history(key))?.removed ?? null);
  return { cause: removed?.cause ?? null, mergedInto: removed?.mergedInto ?? null };
}

/** Why a record is gone; null while it lives, undefined when it is not stored. */
export async function causeOf(hub: WorldHub, stream: string, id: string): Promise<string | null | undefined> {
  return (await heldIn(hub.store)).get(stream)?.get(id)?.removed;
}
