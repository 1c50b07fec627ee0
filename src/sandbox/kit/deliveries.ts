import type { SystemDials } from "./dials.ts";
import { shuffled } from "./random.ts";

/** Deliveries as webhooks bring them: some twice, in another order, or as they are; asked once per batch. */
export function disturbed<T>(dials: SystemDials, batch: readonly T[]): readonly T[] {
  const twice =
    batch.length > 0 && dials.take("webhook-duplicate") !== null ? batch.flatMap((one) => [one, one]) : batch;
  const dial = twice.length > 1 ? dials.take("webhook-reorder") : null;
  if (dial === null) return twice;
  return [...shuffled(twice.length, dial.draw)].flatMap((at) => twice[at] ?? []);
}
