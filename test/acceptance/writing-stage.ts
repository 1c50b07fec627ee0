import type { Connection, WriteFace } from "../../src/connectors/kit/index.ts";
import { patienceOf } from "./patience.ts";
import type { WritingHarness, WritingWorld } from "./writing-harness.ts";

/** A world with a connection that writes to it; its waits move the world's clock. Closed by whoever opens it. */
export interface WritingStage {
  readonly world: WritingWorld;
  readonly connection: Connection;
  readonly write: WriteFace;
}

export async function openWriting(harness: WritingHarness): Promise<WritingStage> {
  const world = await harness.start();
  const { clock, credentials } = world.served;
  const connection = await harness.definition.connect({
    name: "target",
    settings: harness.definition.settings.parse(world.settings),
    credentials,
    dependencies: {
      clock: { now: () => clock.now() },
      wallNow: () => clock.now(),
      sleep: (ms) => {
        clock.advance(ms);
        return Promise.resolve();
      },
      timer: patienceOf(world.served),
      random: () => 0.5,
      ledger: {
        take: () => Promise.resolve(true),
        observe: () => undefined,
        state: () => Promise.resolve({ used: 0, limit: null, resetsAt: null }),
        reserve: () => undefined,
      },
      log: () => undefined,
    },
  });
  const { write } = connection;
  if (write === undefined) throw new Error("the connector does not write");
  return { world, connection, write };
}
