import type { Instant } from "../instants.ts";
import type { Json } from "../json.ts";

/**
 * Proof of holding the writer's lease. Every write names it and is refused (HUB-3003) once a newer token exists, so
 * that two hubs on one store never both write.
 */
export interface Fence {
  readonly runId: string;
  readonly token: number;
}

export interface RunRecord {
  readonly id: string;
  readonly kind: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly asOf: Instant;
  readonly configurationHash: string;
  /** Null while running, and for ever after a crash. */
  readonly outcome: "complete" | "incomplete" | "failed" | "stopped" | null;
  readonly summary: Json;
}

export interface RunStart {
  readonly kind: string;
  readonly startedAt: Instant;
  readonly asOf: Instant;
  readonly configurationHash: string;
  /** The configuration itself, kept once per hash. */
  readonly configuration: Json;
  /** `host:pid`. A lease whose owner is known to be dead is taken over at once. */
  readonly owner: string;
  readonly isAlive: (owner: string) => boolean;
  /** The machine's clock, for the lease's expiry only: what a run writes keeps its lease. */
  readonly wallNow: () => Instant;
}

export interface RunPort {
  /** @throws HubError HUB-3002 (retry-later) while another live hub holds the lease. */
  begin(start: RunStart): Promise<Fence>;
  end(
    fence: Fence,
    end: { outcome: NonNullable<RunRecord["outcome"]>; endedAt: Instant; summary: Json },
  ): Promise<void>;
  read(runId: string): Promise<RunRecord | null>;
  latest(kind?: string): Promise<RunRecord | null>;
  /** The latest runs that left certificates, newest first. */
  certified(limit: number): Promise<readonly RunRecord[]>;
  /** The configuration that runs of this hash used; null when none did. */
  configuration(hash: string): Promise<Json>;
}
