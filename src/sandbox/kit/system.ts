import type { SandboxClock } from "./clock.ts";

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
}

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
  /** What a client needs to connect, as printed by `hub sandbox --json` under `systems.<name>`. */
  describe(origin: string): Readonly<Record<string, string>>;
  /** The environment variables of `.env.example` that point a hub at this system. */
  environment(origin: string): Readonly<Record<string, string>>;
  close(): Promise<void>;
}
