import type { SandboxClock } from "./clock.ts";
import type { Dials } from "./dials.ts";
import { listen } from "./server.ts";
import type { RunningServer, Tls } from "./server.ts";
import type { SandboxSystem } from "./system.ts";
import { withDials } from "./wire.ts";

/** Listens for a system's clients, with the dials between it and them. */
export function host(
  system: SandboxSystem,
  dials: Dials,
  clock: SandboxClock,
  port: number,
  tls?: Tls,
): Promise<RunningServer> {
  return listen(withDials(system, dials, clock), port, clock, tls);
}
