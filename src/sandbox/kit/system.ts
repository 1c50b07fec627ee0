import type { SandboxClock } from "./clock.ts";
import type { SystemDials } from "./dials.ts";
import type { FaultName, OrganisationChange } from "./fault.ts";

/** What a system may use of the world around it. */
export interface SandboxEnvironment {
  readonly clock: SandboxClock;
  /** Deterministic numbers in [0, 1) for ids and shuffles. */
  readonly random: () => number;
  /** A folder of this system's own for uploads and the like; exists, and is removed when the sandbox stops. */
  readonly directory: string;
  /**
   * `demo`: limits so high that they never bite. `real`: the limits the real service has by default. A token's own
   * limits can be set over the system's control routes.
   */
  readonly limits: "demo" | "real";
  /** The faults a system plays itself; those of the wire strike around it. */
  readonly dials: SystemDials;
}

/** A failure the wire wants answered in the system's own shape. */
export type Failure =
  | {
      readonly kind: "throttle";
      readonly status: number;
      /** Seconds for `Retry-After` and what else tells them; null for none. */
      readonly retryAfter: number | null;
      readonly code?: string | undefined;
      readonly message?: string | undefined;
    }
  | { readonly kind: "quota"; readonly retryAfter: number }
  | {
      readonly kind: "error";
      readonly status: number;
      readonly code?: string | undefined;
      readonly message?: string | undefined;
    };

/** A change of the organisation that this system, or the state it is in, does not allow. */
export class OrganisationError extends Error {}

/**
 * One stand-in for an outside system. It speaks the real system's protocol over `fetch` and nothing else; the control
 * routes are the sandbox's own and are mounted by the control server under `/systems/<name>`.
 */
export interface SandboxSystem {
  readonly name: string;
  /** Answers one HTTP request as the real service would. The URL's origin is the one the client used. */
  fetch(request: Request): Response | Promise<Response>;
  /** The sandbox's own routes for this system (limits, inspection), JSON in and out. */
  control(request: Request): Response | Promise<Response>;
  /**
   * What a dial's `route` is held against; left out: `METHOD /path?query`. The request's body may only be read from a
   * clone.
   */
  routes?(request: Request): readonly string[] | Promise<readonly string[]>;
  /** The faults this system plays itself, beside those of the wire. */
  readonly faults: readonly FaultName[];
  /** Routes that are not counted among the day's calls, so that a used-up quota refuses none of them; all are when left out. */
  readonly uncounted?: RegExp;
  /** The body, status and headers with which the real service fails. */
  failure(failure: Failure, request: Request): Response;
  /**
   * Changes something an administrator of the real organisation could change.
   * @returns what was changed, for whoever asked; may be a promise. @throws OrganisationError for what the system does not know
   */
  organise(change: OrganisationChange): unknown;
  /** What a client needs to connect, as printed by `hub sandbox --json` under `systems.<name>`. */
  describe(origin: string): Readonly<Record<string, string>>;
  /** The environment variables of `.env.example` that point a hub at this system. */
  environment(origin: string): Readonly<Record<string, string>>;
  /** Told when business time was set or advanced: does what fell due, such as deliveries, and waits for it. */
  tick?(): Promise<void>;
  close(): Promise<void>;
}
