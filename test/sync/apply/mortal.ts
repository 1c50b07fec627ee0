import type { StorePort } from "../../../src/model/index.ts";

/** What a process that is killed throws: nothing of the hub knows it. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** Kills at the n-th thing that is done, and lets nothing be done after. */
export class Doom {
  #left: number;
  dead = false;

  constructor(after: number) {
    this.#left = after;
  }

  /** From now on it has so many things left to do. */
  arm(after: number): void {
    this.#left = after;
  }

  tick(): void {
    if (this.dead) throw new Killed("It is dead already.");
    this.#left -= 1;
    if (this.#left > 0) return;
    this.dead = true;
    throw new Killed("Killed.");
  }
}

/** The same store; each call of it may be the last, before it is done or after. */
export function mortal(store: StorePort, doom: Doom): StorePort {
  const { outbox, records, mapping, handoffs } = store;
  return {
    ...store,
    outbox: each(outbox, doom),
    records: each(records, doom),
    mapping: each(mapping, doom),
    handoffs: each(handoffs, doom),
  };
}

/** What gives page after page changes nothing. */
const READS_PAGES: ReadonlySet<string | symbol> = new Set(["live", "entities", "bases"]);

function each<Port extends object>(port: Port, doom: Doom): Port {
  return new Proxy(port, {
    get: (target, name): unknown => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || READS_PAGES.has(name)) return member;
      return async (...given: readonly unknown[]): Promise<unknown> => {
        doom.tick();
        const answer: unknown = await Reflect.apply(member, target, given);
        doom.tick();
        return answer;
      };
    },
  });
}
