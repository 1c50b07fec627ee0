import type { Timer } from "../../src/connectors/kit/index.ts";
import type { ServedSystem } from "./served-system.ts";

interface Waiting {
  readonly ms: number;
  readonly ring: () => void;
}

/** How often it looks, and how often in a row nothing may have moved until it is sure. */
const LOOK_MS = 5;
const SURE = 4;

/**
 * Deadlines on the world's clock: they stand still until a call was left hanging and no other is being served; then
 * time leaps to the last deadline and all ring. So an answer that never comes costs no real time, and none that comes is
 * taken for late.
 */
export function patienceOf(served: ServedSystem): Timer {
  const waiting = new Set<Waiting>();
  let looking: NodeJS.Timeout | null = null;
  let still = 0;
  const look = (): void => {
    const { serving, hanging } = served.open();
    still = hanging > 0 && serving === 0 ? still + 1 : 0;
    if (still < SURE) return;
    still = 0;
    served.clock.advance(Math.max(...[...waiting].map(({ ms }) => ms)));
    for (const { ring } of waiting) ring();
    // Clients that know no signal close theirs by a timer of their own.
    served.hangUp();
  };
  return (ms, ring) => {
    const own = { ms, ring };
    waiting.add(own);
    looking ??= setInterval(look, LOOK_MS).unref();
    return () => {
      waiting.delete(own);
      if (waiting.size > 0 || looking === null) return;
      clearInterval(looking);
      looking = null;
    };
  };
}
