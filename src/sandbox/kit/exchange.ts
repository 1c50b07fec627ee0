import { plainRoute } from "./wire.ts";
import type { SandboxSystem } from "./system.ts";

/** A system whose place another one can take while its server goes on listening. */
export interface Exchangeable extends SandboxSystem {
  /** Ends the present one; calls under way are still answered by it. */
  exchange(next: SandboxSystem): Promise<void>;
}

export function exchangeable(first: SandboxSystem): Exchangeable {
  let current = first;
  return {
    name: first.name,
    faults: first.faults,
    fetch: (request) => current.fetch(request),
    control: (request) => current.control(request),
    routes: (request) => current.routes?.(request) ?? [plainRoute(request)],
    failure: (failure, request) => current.failure(failure, request),
    organise: (change) => current.organise(change),
    describe: (origin) => current.describe(origin),
    environment: (origin) => current.environment(origin),
    tick: async () => {
      await current.tick?.();
    },
    close: () => current.close(),
    exchange: async (next) => {
      const former = current;
      current = next;
      await former.close();
    },
  };
}
