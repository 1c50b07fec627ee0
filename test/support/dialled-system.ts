import type { SandboxClock } from "../../src/sandbox/kit/clock.ts";
import { createControl } from "../../src/sandbox/kit/control.ts";
import { Dials } from "../../src/sandbox/kit/dials.ts";
import type { SystemDials } from "../../src/sandbox/kit/dials.ts";
import type { DialInput } from "../../src/sandbox/kit/fault.ts";
import { host } from "../../src/sandbox/kit/host.ts";
import type { SandboxSystem } from "../../src/sandbox/kit/system.ts";

// Each member of the union without its system, which the server adds.
type WithoutSystem<D> = D extends unknown ? Omit<D, "system"> : never;

/** A dial of the one system a test server runs. */
export type OwnDial = WithoutSystem<DialInput>;

/** One sandbox system with its dials, listening on a free port of the loopback. */
export interface DialledSystem {
  readonly system: SandboxSystem;
  readonly origin: string;
  /** Sets dials, as `POST <control>/dials` does. @throws Error when they are refused */
  readonly dial: (...dials: readonly OwnDial[]) => Promise<void>;
  /** Takes all of them off. */
  readonly undial: () => Promise<void>;
  /** The faults given so far: `fault route`. */
  readonly given: () => Promise<readonly string[]>;
  /** Changes the organisation, as `POST <control>/organisation` does. @throws Error when it is refused */
  readonly organise: (change: { readonly do: string; readonly [detail: string]: unknown }) => Promise<unknown>;
  close(): Promise<void>;
}

export async function startDialled(
  clock: SandboxClock,
  create: (dials: (name: string) => SystemDials) => SandboxSystem,
): Promise<DialledSystem> {
  const dials = new Dials(7, clock);
  const system = create((name) => dials.of(name));
  const server = await host(system, dials, clock, 0);
  const control = createControl({ clock, systems: [system], dials, describe: () => ({}) });
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await control(new Request(`http://control${path}`, init));
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer;
  };
  return {
    system,
    origin: server.origin,
    dial: async (...given) => {
      await ask(
        "POST",
        "/dials",
        given.map((dial) => ({ system: system.name, ...dial })),
      );
    },
    undial: async () => {
      await ask("DELETE", "/dials");
    },
    given: async () => {
      const log = (await ask("GET", "/dials/log")) as readonly { readonly fault: string; readonly route: string }[];
      return log.map(({ fault, route }) => `${fault} ${route}`);
    },
    organise: async (change) =>
      ((await ask("POST", "/organisation", { system: system.name, ...change })) as { readonly changed: unknown })
        .changed,
    close: async () => {
      await server.close();
      await system.close();
    },
  };
}
