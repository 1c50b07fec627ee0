import type { Priority, QuotaLedger, QuotaRules } from "../../model/index.ts";
import type { Pacers } from "./pacer.ts";
import type { Shared } from "./shared.ts";
import type { Surroundings } from "./surroundings.ts";

/** Limits that an admin sets on any connection in hub.yaml. */
export interface ConnectionLimits {
  /** Calls under way at once; the connector's own number when left out. */
  readonly concurrency?: number;
  readonly rules?: QuotaRules;
}

/** What one process among all on the store has at a time. */
export interface Holds {
  /** @returns null when it is ours, or who has it */
  take(name: string): Promise<string | null>;
  giveBack(name: string): Promise<void>;
}

/** Everything impure a connector may use. */
export interface ConnectorDependencies extends Surroundings {
  readonly ledger: QuotaLedger;
  /** Shared by all connections of a process, so that those of one credential are paced together; own ones when left out. */
  readonly pacers?: Pacers;
  /** What else connections of a process share; own ones when left out. */
  readonly shared?: Shared;
  /** What this process may have to itself; all of it when left out. */
  readonly holds?: Holds;
  /** Who the connection's calls are made for; `read` when left out. */
  readonly priority?: Priority;
  /** What hub.yaml says about this connection's calls, whatever its system. */
  readonly limits?: ConnectionLimits;
}
