import type { ConnectorDependencies } from "../connectors/kit/index.ts";
import type { Configuration, Environment } from "../configuration/index.ts";
import type { Fence, Instant, StorePort } from "../model/index.ts";
import type { ProgressListener } from "./progress.ts";

/** What every step of a run works with. */
export interface RunContext {
  readonly configuration: Configuration;
  readonly store: StorePort;
  readonly fence: Fence;
  /** Everything that reasons about "now" means this instant. */
  readonly asOf: Instant;
  readonly dependencies: ConnectorDependencies;
  readonly environment: Environment;
  readonly readText: (file: string) => Promise<string>;
  readonly progress: ProgressListener;
  readonly signal: AbortSignal;
  /** The file that keeps the facts of cases from one run to the next; without it they are built every time. */
  readonly cube?: string;
}
