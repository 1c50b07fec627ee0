import type { ConnectorDefinition } from "../../../src/connectors/kit/index.ts";
import type { SandboxClock } from "../../../src/sandbox/kit/clock.ts";
import type { ServedSystem } from "../../acceptance/served-system.ts";

/** What a side of the small world is opened with. */
export interface SideOptions {
  readonly seed: number;
  readonly clock: SandboxClock;
  /** Awaited before each call of the API is served. */
  readonly before: (request: Request) => Promise<void>;
}

/** Where deals are won. */
export interface Source {
  readonly served: ServedSystem;
  readonly definition: ConnectorDefinition;
  /** Lines of the mapping `deal` below its name, and the stage of a deal that is won. */
  readonly mapping: string;
  readonly wonStage: string;
  /** A deal that is open; its id. */
  open(amount: number): Promise<string>;
  win(deal: string): Promise<void>;
  /** Somebody sets the amount of a deal. */
  set(deal: string, amount: number): Promise<void>;
}

/** A living piece of work in the target, as the system itself has it. */
export interface Work {
  readonly id: string;
  readonly deal: string | null;
  readonly amount: number | null;
  /** Parts that a template should have brought and that are not there. */
  readonly lacks: readonly string[];
}

/** Where work for them is made. */
export interface Target {
  readonly served: ServedSystem;
  readonly definition: ConnectorDefinition;
  /** Settings of the connection in hub.yaml, as YAML in one line. */
  readonly settings: string;
  /** Lines of the mapping `work` below its name. */
  readonly mapping: string;
  /** What `create_from` says after the connection. */
  readonly place: string;
  /** True when the system refuses what was planned on another state. */
  readonly conditional: boolean;
  /** True when the system keeps no history of the amount, so that nobody can tell what a write went over. */
  readonly traceless: boolean;
  /** Everything that lives, past limits and faults. */
  works(): Promise<readonly Work[]>;
  /** Ids of work that was put away and marked as such, not deleted. */
  putAway(): Promise<ReadonlySet<string>>;
  /** Somebody makes work for a deal by hand; its id. */
  make(deal: string, amount: number): Promise<string>;
  /** Somebody sets the amount. */
  set(work: string, amount: number): Promise<void>;
  remove(work: string): Promise<void>;
}

export interface Place {
  readonly name: string;
  source(options: SideOptions): Promise<Source>;
  target(options: SideOptions): Promise<Target>;
}

export const START = Date.parse("2026-03-02T12:00:00.000Z");
