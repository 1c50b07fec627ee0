import type { SandboxEnvironment } from "../kit/system.ts";
import type { AsanaSeed } from "../seeds.ts";
import { EventLog } from "./events.ts";
import { Pager } from "./paging.ts";
import { createResources } from "./resources.ts";
import type { Resources } from "./resources.ts";
import { SelectionCache } from "./selection.ts";
import { createState } from "./state.ts";
import type { State } from "./state.ts";

/** What the handlers work with: the rows, how they render, the event log and the clock. */
export interface World {
  readonly state: State;
  readonly resources: Resources;
  readonly events: EventLog;
  readonly pager: Pager;
  readonly selections: SelectionCache;
  readonly tokenUserGid: string;
  /** Business time as an ISO string with milliseconds. */
  now(): string;
}

export function createWorld(seed: AsanaSeed, environment: SandboxEnvironment): World {
  const now = (): number => environment.clock.now();
  const secret = `asana-${Math.floor(environment.random() * 1e9)}`;
  const state = createState(seed, environment.random);
  return {
    state,
    resources: createResources(state),
    events: new EventLog(now, secret),
    pager: new Pager(now, secret),
    selections: new SelectionCache(500),
    tokenUserGid: seed.tokenUserGid,
    now: () => new Date(now()).toISOString(),
  };
}
